"""Append-only, hash-chained record of everything that was proposed, decided, done and undone."""

from optimization.ledger.anchor import anchor_heads
from optimization.ledger.chain import Entry, record, record_many
from optimization.ledger.selectors import events_of
from optimization.ledger.verify import Problem, verify

__all__ = ["Entry", "Problem", "anchor_heads", "events_of", "record", "record_many", "verify"]
