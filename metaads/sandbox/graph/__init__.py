"""The Graph API over the world: fields, edges, insights, updates, refusals, as Meta's clients expect them."""
