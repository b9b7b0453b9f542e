"""Decides, asks, acts through `dispatch`, remembers: rules, guard rails, action queue, ledger, dashboard.

May import: intelligence, metaads, notifications. Never: talks to Meta except through `dispatch`.
"""
