"""Bringing our mirror up to date: the structure of an account, and what a connection can do."""
