"""What every decision shares: loading, the role, the race that was lost, and the approval itself."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F

from metaads import switch
from metaads.models import Role
from metaads.models.membership import has_role
from optimization.models import OPEN_STATUSES, Action, EmergencyStop, Rule, Status
from optimization.queue import four_eyes
from optimization.queue.enqueue import wake_executor
from optimization.queue.errors import AlreadyDecided, NotAllowed, NotOffered, QueueError, Stale
from optimization.queue.states import LostRace, move

CHANGED = "The proposal has changed since you looked. Look at the new figures, then decide."
BEING_UNDONE = "It is being undone already."
BY_HAND = "Approved, to be done by hand: {reason}"
WAITS = "{stop}. It is carried out once that is lifted."


def load(action_id: int) -> Action:
    return Action.objects.select_related("account__connection", "decided_by", "rule_version__rule").get(pk=action_id)


def may_decide(action: Action, user: User | None) -> None:
    """`user` None = the operator at the command line."""
    if user is not None and not has_role(user, action.account, Role.MANAGER):
        raise NotAllowed("Deciding is for managers of this ad account. Ask an administrator for the role.")


def why_not_offered() -> str | None:
    """Why no proposal may be approved now: their stage is off (settings, ENABLE_RULES_ENGINE). None = they may.

    Rejecting and taking back remain: they change nothing at Meta.
    """
    off = switch.why_off(switch.RULES)
    return f"{off} Open proposals are kept, but not offered for approval until it is on." if off else None


def must_be_offered() -> None:
    reason = why_not_offered()
    if reason:
        raise NotOffered(reason)


def who(user: User | None) -> dict[str, Any]:
    return {"actor": "user" if user else "operator", "user_id": user.pk if user else None}


def already(action: Action) -> AlreadyDecided:
    label = Status(action.status).label.lower()
    by = f" by {action.decided_by.get_username()}" if action.decided_by else ""
    return AlreadyDecided(f"It is already {label}{by}.")


def lost(race: LostRace) -> QueueError:
    """Somebody decided first, or a run refreshed the proposal at this very moment."""
    fresh = load(race.action.pk)
    return Stale(CHANGED) if fresh.status in OPEN_STATUSES else already(fresh)


def _count_for_rule(action: Action, column: str) -> None:
    if action.rule_version is not None:
        Rule.objects.filter(pk=action.rule_version.rule_id).update(**{column: F(column) + 1})


@transaction.atomic
def approved(
    action: Action, user: User | None, now: datetime, note: str, *, by: dict[str, Any] | None = None, **updates: Any
) -> Action:
    """The one door to APPROVED. `by`: who acted, for the ledger, where it is neither the user nor the operator.

    Where two people must approve, the first yes is kept and the action is given back as it waits on.
    """
    if four_eyes.two_needed(action, now, updates):
        action, enough = _one_more_yes(action, user, now, note, by, updates)
        if not enough:
            return action
    off, stop = switch.why_off(switch.EXECUTOR), EmergencyStop.objects.holding(action.account, action.incident_id)
    waits = BY_HAND.format(reason=off) if off else _waits(stop, action)
    try:
        fresh = move(
            action,
            Status.APPROVED,
            now=now,
            payload={"value": updates.get("value_final", action.value_final), "note": note, "by_hand": bool(off)},
            decided_at=now,
            decided_by=user,
            decision_note=note,
            expires_at=now + settings.APPROVAL_EXPIRES_AFTER,
            held_since=now if off else None,
            next_try_at=None,
            outcome_note=waits,
            **(by or who(user)),
            **updates,
        )
    except LostRace as race:
        raise lost(race) from None
    except IntegrityError:  # all that may stand but once among what is approved is an undo
        raise AlreadyDecided(BEING_UNDONE) from None
    _count_for_rule(action, "approved")
    if not off:
        wake_executor(action.pk)
    return fresh


def _waits(stop: EmergencyStop | None, action: Action) -> str:
    return WAITS.format(stop=stop.sentence(action.account).rstrip(".")) if stop else ""


def _one_more_yes(
    action: Action, user: User | None, now: datetime, note: str, by: dict[str, Any] | None, updates: dict[str, Any]
) -> tuple[Action, bool]:
    """The action with one more yes, and whether these are enough. What a person modified is a new version of it."""
    if by is not None:
        raise NotAllowed("Two people must approve a change of this size; nothing else may.")
    row = Action.objects.select_for_update().get(pk=action.pk)
    if (row.status, row.version) != (action.status, action.version):
        raise lost(LostRace(row))
    if updates:
        Action.objects.filter(pk=row.pk).update(version=row.version + 1, **updates)
        action = load(row.pk)
    enough = four_eyes.add_yes(action, user, now, note)
    return action, enough
