"""Meta and nothing else: connections, the mirror of Meta's structure, reading, and writing exactly once.

Owns: connections and tokens, accounts, campaigns, ad sets, ads, the Graph client, the executor and its journal, the
sandbox.
May import: none of our apps. Never: decides anything.
"""
