"""Entity locks: a manager keeps automation away from an object, and all below it, until a date.

The lock is a guard rail for what machines want. People's own changes pass it, warned.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from metaads.models import Ad, AdAccount, Level, Role
from metaads.models.membership import has_role
from optimization.entities import Entity, load_one
from optimization.guards.lock import LOCK
from optimization.ledger import record
from optimization.models import ACCOUNT_LEVEL, Action, EntityLock
from optimization.queue.decision import who
from optimization.queue.errors import AlreadyDecided, Invalid, Locked, NotAllowed, Stale
from optimization.steps import is_reference, steps_of

FOR_MANAGERS = "Locking is for managers of this ad account. Ask an administrator for the role."


@dataclass(frozen=True)
class Locks:
    """The locks of one account that hold at one moment, by level and Meta id."""

    held: Mapping[tuple[str, str], EntityLock]

    def of(self, level: str, meta_id: str, above: Iterable[str] = ()) -> EntityLock | None:
        """The nearest lock on it: its own, one on what it is in (`above`: Meta ids), or the account's."""
        own = self.held.get((level, meta_id))
        if own is not None:
            return own
        higher = set(above)
        parents = [lock for (_, held_id), lock in self.held.items() if held_id in higher]
        return (
            parents[0] if parents else next((lock for lock in self.held.values() if lock.level == ACCOUNT_LEVEL), None)
        )

    def on(self, entity: Entity) -> EntityLock | None:
        return self.of(entity.level, entity.meta_id, (*entity.parent_ids, entity.campaign_id))


def locks_of(account: AdAccount, now: datetime) -> Locks:
    """One query."""
    rows = EntityLock.objects.in_force(account, now).select_related("account", "locked_by")
    return Locks({(row.level, row.entity_id): row for row in rows})


def locks_on(actions: Iterable[Action], nows: Mapping[int, datetime]) -> dict[int, EntityLock]:
    """The lock that holds each action's entity, by the action's key. `nows`: business time by account id.

    One query, and one more for each account that has a lock.
    """
    by_account: dict[int, list[Action]] = {}
    for action in actions:
        by_account.setdefault(action.account_id, []).append(action)
    standing = EntityLock.objects.filter(account_id__in=by_account, released_at__isnull=True)
    locked: dict[int, dict[tuple[str, str], EntityLock]] = {}
    for row in standing.select_related("account", "locked_by") if by_account else ():
        if row.until is None or row.until > nows[row.account_id]:
            locked.setdefault(row.account_id, {})[row.level, row.entity_id] = row
    found: dict[int, EntityLock] = {}
    for account_id, held in locked.items():
        found |= _held(by_account[account_id], Locks(held))
    return found


def _held(actions: list[Action], locks: Locks) -> dict[int, EntityLock]:
    """By the action's key. An action names its campaign; the ad set that an ad is in is asked of the mirror."""
    ads = [action.entity_id for action in actions if action.level == Level.AD]
    rows = Ad.objects.filter(account=actions[0].account_id, meta_id__in=ads) if ads else Ad.objects.none()
    sets = dict(rows.values_list("meta_id", "ad_set__meta_id"))
    above = {action.pk: (sets.get(action.entity_id, ""), action.campaign_id) for action in actions}
    found = {action.pk: locks.of(action.level, action.entity_id, above[action.pk]) for action in actions}
    return {pk: lock for pk, lock in found.items() if lock is not None}


def must_be_free(action: Action, entity: Entity, now: datetime) -> None:
    """Raises Locked for what a machine wants on an object that a person keeps machines away from.

    Its guard rail would let the change fail right before the write, when nobody looks at it any more.
    """
    if action.binding_source not in LOCK.binds:
        return
    locks = locks_of(action.account, now)
    if not locks.held:
        return
    changed = [one for one in steps_of(action.steps) if one.op == "set" and not is_reference(one.entity_id)]
    parts = [load_one(action.account, one.level, one.entity_id) for one in changed]
    for one in (entity, *parts):
        held = locks.on(one) if one else None
        if one and held:
            raise Locked(f"{_sentence(held, one)} Release the lock first, or make the change by hand on its page.")


def _sentence(held: EntityLock, entity: Entity) -> str:
    own = (held.level, held.entity_id) == (entity.level, entity.meta_id)
    of = "" if own else f" with {'its account' if held.level == ACCOUNT_LEVEL else held.entity_name}"
    by = held.locked_by.get_username() if held.locked_by else "an operator"
    end = f"until {held.account.moment(held.until)}" if held.until else "until it is released"
    why = f": {held.reason.rstrip('.')}." if held.reason else "."
    return f"{entity.name or entity.meta_id} is locked{of} against automation by {by} {end}{why}"


def lock(
    account: AdAccount,
    level: str,
    entity_id: str,
    user: User | None,
    now: datetime,
    *,
    reason: str,
    until: datetime | None = None,
) -> EntityLock:
    """Locks an object and all below it, until business time `until` or (None) until it is released.

    Locking what is locked changes its end and reason. `user` None = the operator. Raises NotAllowed, Invalid or Stale.
    """
    _must_manage(account, user)
    if not reason.strip():
        raise Invalid("reason: say why, in a word or two. Others see it wherever the object is.")
    if until is not None and until <= now:
        raise Invalid("until: that moment is over. Give a later one, or none for a lock without an end.")
    name = _name(account, level, entity_id)
    with transaction.atomic():
        AdAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        standing = EntityLock.objects.filter(account=account, level=level, entity_id=entity_id, released_at=None)
        before = standing.first()
        content: dict[str, Any] = {"until": until, "reason": reason.strip(), "locked_at": now, "locked_by": user}
        if before is None:
            made = EntityLock.objects.create(
                account=account, level=level, entity_id=entity_id, entity_name=name, **content
            )
        else:
            standing.update(entity_name=name, **content)
            made = standing.get()
        instead = None if before is None else {"until": before.until, "reason": before.reason}
        _record(made, user, now, {"locked": True, "until": until, "reason": made.reason, "instead_of": instead})
    return made


def release(lock: EntityLock, user: User | None, now: datetime, reason: str = "") -> EntityLock:
    """Automation may act on it again. Raises NotAllowed, or AlreadyDecided where somebody released it before."""
    _must_manage(lock.account, user)
    with transaction.atomic():
        standing = EntityLock.objects.filter(pk=lock.pk, released_at=None)
        if not standing.update(released_at=now, released_by=user):
            raise AlreadyDecided("It is released already.")
        _record(lock, user, now, {"locked": False, "reason": reason.strip()})
    return EntityLock.objects.select_related("account").get(pk=lock.pk)


def _must_manage(account: AdAccount, user: User | None) -> None:
    if user is not None and not has_role(user, account, Role.MANAGER):
        raise NotAllowed(FOR_MANAGERS)


def _name(account: AdAccount, level: str, entity_id: str) -> str:
    if level == ACCOUNT_LEVEL:
        if entity_id != account.meta_id:
            raise Invalid("level: an account lock is for the account itself.")
        return account.name
    if level not in Level.values:
        raise Invalid(f"level: {level!r} is none of {ACCOUNT_LEVEL}, {', '.join(Level.values)}.")
    entity = load_one(account, level, entity_id)
    if entity is None:
        raise Stale("It no longer exists at Meta, so there is nothing to lock.")
    return entity.name or entity.meta_id


def _record(lock: EntityLock, user: User | None, now: datetime, payload: dict[str, object]) -> None:
    said = {"entity": f"{lock.level}:{lock.entity_id}", **payload}
    record("entity_locked", account_id=lock.account_id, now=now, payload=said, **who(user))
