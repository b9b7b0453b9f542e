"""A simulated Meta: a Graph API over HTTP with a seeded world behind it. A process of its own.

Imports nothing of the product and no Django. `world/` holds the hidden truth, `graph/` the API over it,
`state.py` the state file, `control.py` clock, faults and write log, `server.py` the WSGI application.
"""
