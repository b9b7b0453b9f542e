"""Writing exactly once per key: journal (claim, intend, finish), read, send, reconcile.

`optimization.dispatch` alone imports this. It opens the transactions and calls `claim`, `intend` and `finish` inside
them; HTTP (`read`, `send`) stays outside of any transaction.
"""

from metaads.executor.breaker import note_write, open_breaker, probe
from metaads.executor.change import Change, Claim
from metaads.executor.journal import claim, finish, hand_back, intend, still_mine
from metaads.executor.mirror import note
from metaads.executor.read import read
from metaads.executor.reconcile import compare
from metaads.executor.seen import Finding, Live
from metaads.executor.send import NotSent, Sent, request_of, send, validate

__all__ = [
    "Change",
    "Claim",
    "Finding",
    "Live",
    "NotSent",
    "Sent",
    "claim",
    "compare",
    "finish",
    "hand_back",
    "intend",
    "note",
    "note_write",
    "open_breaker",
    "probe",
    "read",
    "request_of",
    "send",
    "still_mine",
    "validate",
]
