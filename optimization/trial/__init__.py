"""Try before trusting: a rule's dry first look, its hold-out, the share on which an automatic rule acts alone."""
