"""The demo: the whole product against the shipped sandbox, with people, rules and a month of history in it."""
