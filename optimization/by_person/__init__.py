"""Any action of the catalogue, taken by a person on an object of their choice.

`look` says what it would do and what the guard rails think of it, and stores nothing. `propose_by_hand` does the same
once more, keeps the action and, where no second person must agree, approves it in one step. Hard rails stop a person
as they stop machines; what the others advise is overridden with a reason, which the ledger keeps. `tell_by_hand`
changes nothing and tells others. (`by_hand.py` is about what people did in Ads Manager while execution was off.)
"""

from optimization.by_person.asking import FIRST, BadParameters, HeldBack, Wanted, kinds_for, tellers_for
from optimization.by_person.look import Look, look
from optimization.by_person.once import Repeated
from optimization.by_person.propose import propose_by_hand
from optimization.by_person.tell import tell_by_hand

__all__ = [
    "FIRST",
    "BadParameters",
    "HeldBack",
    "Look",
    "Repeated",
    "Wanted",
    "kinds_for",
    "look",
    "propose_by_hand",
    "tell_by_hand",
    "tellers_for",
]
