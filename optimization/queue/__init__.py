"""The action queue: states, proposals, decisions, reservations, expiry. Services change, selectors ask."""
