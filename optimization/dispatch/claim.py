"""Taking an action: limits reserved, entities held, journal step taken and status moved in one transaction, or nothing
of it. An action in flight is taken by its journal step alone."""

from datetime import datetime

from django.db import IntegrityError, transaction

from metaads import executor, switch
from metaads.clock import machine_now
from metaads.models import Connection
from optimization.dispatch import outage
from optimization.dispatch.course import Part, key_of, next_part
from optimization.dispatch.held import RETRY, Held
from optimization.dispatch.holds import hold
from optimization.dispatch.judge import waits_for
from optimization.dispatch.stopped import return_if_silenced, return_if_stopped
from optimization.limits import limits_for
from optimization.models import Action, EmergencyStop, Status
from optimization.queue import reserve
from optimization.queue.states import move


def claim(action: Action, now: datetime) -> Held | None:
    """A hold on the action, or None: not its time, not allowed now (the reason is noted), or somebody else has it."""
    if action.status in {Status.EXECUTING, Status.UNCERTAIN}:
        return _go_on(action)
    if action.status != Status.APPROVED or (action.next_try_at and action.next_try_at > machine_now()):
        return None
    if return_if_stopped(action, now) or return_if_silenced(action, now):
        return None
    why_not = why_not_now(action, now) or outage.why_not(action) or waits_for(action, now)
    if why_not is None:
        try:
            return _first_claim(action, now)
        except reserve.NoRoom as full:
            why_not = str(full)
        except IntegrityError:
            why_not = "Another action on the same object is under way."
    Action.objects.filter(pk=action.pk, status=Status.APPROVED).update(
        outcome_note=why_not, next_try_at=machine_now() + RETRY
    )
    return None


def _go_on(action: Action) -> Held | None:
    part = next_part(action)
    if part is None:
        return None
    with transaction.atomic():
        taken = executor.claim(key_of(action, part), part.change)
    return Held(action, part, taken) if taken else None


def why_not_now(action: Action, now: datetime, part: Part | None = None) -> str | None:
    """Why an approved action may not begin or go on at this moment; asked again right before each POST.

    What puts a half-done action back (`part`) needs no valid approval and no watched account.
    """
    restoring = part is not None and part.restoring
    if not restoring and action.expires_at is not None and action.expires_at <= now:
        return "Its approval has expired."
    off = switch.why_off(switch.EXECUTOR)
    if off:
        return off
    stop = EmergencyStop.objects.holding(action.account, action.incident_id)
    if stop:
        return stop.sentence(action.account)
    connection = Connection.objects.get(pk=action.account.connection_id)
    if connection.state == Connection.State.BROKEN:
        return f"The connection to Meta is broken: {connection.state_reason}"
    if not restoring and (not action.account.active or action.account.read_only):
        return "This ad account is not watched."
    return None


@transaction.atomic
def _first_claim(action: Action, now: datetime) -> Held | None:
    part = next_part(action)
    if part is None:
        return None
    hold(action)
    reserved = reserve.take(action, limits_for(action.account), now)
    taken = executor.claim(key_of(action, part), part.change)
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
    return Held(fresh, part, taken)
