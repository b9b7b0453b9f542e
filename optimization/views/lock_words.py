"""How a lock reads, wherever its object is: who set it, until when, why, and whether it sits on something above."""

from collections.abc import Mapping
from dataclasses import dataclass

from metaads.models import AdAccount, Level
from optimization.models import ACCOUNT_LEVEL, EntityLock
from optimization.views import words

LEVEL_WORDS: Mapping[str, str] = {ACCOUNT_LEVEL: "account", **{one.value: one.label.lower() for one in Level}}


@dataclass(frozen=True)
class LockFace:
    """`own`: set on this very object; else `where` names what it is in. `text` says all of it in a sentence."""

    lock: EntityLock
    own: bool
    where: str
    until: str
    by: str

    @property
    def text(self) -> str:
        of = "" if self.own else f" with its {self.where}"
        said = self.lock.reason
        why = f": {said}{'' if said[-1] in '.!?' else '.'}" if said else "."
        return f"Locked{of} against automation by {self.by} {self.until}{why}"


def lock_face(lock: EntityLock | None, level: str, meta_id: str, account: AdAccount) -> LockFace | None:
    """What to say of the lock on an object; None = it is free."""
    if lock is None:
        return None
    own = (lock.level, lock.entity_id) == (level, meta_id)
    until = f"until {words.moment(lock.until, account)}" if lock.until else "until it is released"
    name = "" if lock.level == ACCOUNT_LEVEL else f" {lock.entity_name}"
    by = lock.locked_by.get_username() if lock.locked_by else "an operator"
    return LockFace(lock, own, f"{LEVEL_WORDS[lock.level]}{name}", until, by)
