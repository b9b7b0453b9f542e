"""Writing exactly once per key: journal (claim, intend, finish), read, send, reconcile.

`optimization.dispatch` alone imports this. It opens the transactions and calls `claim`, `intend` and `finish` inside
them; HTTP (`read`, `send`) stays outside of any transaction.
"""

from metaads.executor.change import Change, Claim
from metaads.executor.journal import claim, finish, hand_back, intend, still_mine
from metaads.executor.mirror import note
from metaads.executor.read import Live, read
from metaads.executor.reconcile import Finding, compare
from metaads.executor.send import NotSent, Sent, send

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
    "read",
    "send",
    "still_mine",
]
