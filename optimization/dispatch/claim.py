"""Taking an action: limits reserved, journal step taken and status moved in one transaction, or nothing of it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from metaads import executor, switch
from metaads.clock import machine_now
from metaads.executor import Change
from metaads.models import Connection
from optimization.dispatch.held import RETRY, Held
from optimization.dispatch.judge import waits_for
from optimization.dispatch.stopped import return_if_stopped
from optimization.limits import limits_for
from optimization.models import Action, EmergencyStop, Status
from optimization.queue import reserve
from optimization.queue.states import move


def claim(action: Action, now: datetime) -> Held | None:
    """A hold on the action, or None: not its time, not allowed now (the reason is noted), or somebody else has it."""
    change = change_of(action)
    if action.status in {Status.EXECUTING, Status.UNCERTAIN}:
        with transaction.atomic():
            taken = executor.claim(key_of(action), change)
        return Held(action, taken) if taken else None
    if action.status != Status.APPROVED or (action.next_try_at and action.next_try_at > machine_now()):
        return None
    if return_if_stopped(action, now):
        return None
    why_not = why_not_now(action, now) or waits_for(action, now)
    if why_not is None:
        try:
            return _first_claim(action, change, now)
        except reserve.NoRoom as full:
            why_not = str(full)
        except IntegrityError:
            why_not = "Another action on the same object is under way."
    Action.objects.filter(pk=action.pk, status=Status.APPROVED).update(
        outcome_note=why_not, next_try_at=machine_now() + RETRY
    )
    return None


def key_of(action: Action) -> str:
    """Journal key: action id and step."""
    return f"{action.public_id}:1"


def change_of(action: Action) -> Change:
    return Change(action.account, action.level, action.entity_id, action.field, action.value_before, action.value_final)


def why_not_now(action: Action, now: datetime) -> str | None:
    """Why an approved action may not begin at this moment; asked again right before the POST."""
    if action.expires_at is not None and action.expires_at <= now:
        return "Its approval has expired."
    off = switch.why_off(switch.EXECUTOR)
    if off:
        return off
    stop = EmergencyStop.objects.in_force(action.account)
    if stop:
        return stop.sentence()
    connection = Connection.objects.get(pk=action.account.connection_id)
    if connection.state == Connection.State.BROKEN:
        return f"The connection to Meta is broken: {connection.state_reason}"
    if not action.account.active or action.account.read_only:
        return "This ad account is not watched."
    return None


@transaction.atomic
def _first_claim(action: Action, change: Change, now: datetime) -> Held | None:
    reserved = reserve.take(action, limits_for(action.account), now)
    taken = executor.claim(key_of(action), change)
    if taken is None:
        transaction.set_rollback(True)
        return None
    fresh = move(
        action,
        Status.EXECUTING,
        now=now,
        actor="executor",
        payload={"key": taken.key, "fence": taken.fence},
        executing_at=now,
        reserved=reserved,
        outcome_note="",
    )
    return Held(fresh, taken)
