"""Webhooks out (reference 9): who subscribed to what, what has changed since, and how it is pushed."""
