"""An action of several steps that is half done: when it may not go on but must be put back."""

from datetime import datetime

from django.db.models import Q

from optimization.dispatch.held import Held
from optimization.models import Action, EmergencyStop


def must_put_back(held: Held, now: datetime) -> str | None:
    """Why the steps before this one are taken back instead of going on; None = it may go on (or wait)."""
    action = held.action
    if not held.part.begun:
        return None
    if EmergencyStop.objects.holding(action.account, action.incident_id) is None and _was_stopped(action):
        return "An emergency stop came midway, so it is put back."
    if action.expires_at is not None and action.expires_at <= now:
        return f"Its approval expired midway. {action.outcome_note}".strip()
    return None


def _was_stopped(action: Action) -> bool:
    """Whether a stop that held it was set since it began, lifted by now."""
    if action.executing_at is None:
        return False
    # A stop of everything is set by the wall clock; the account's own clock may run ahead of it in a sandbox.
    by_wall = action.executing_at - action.account.connection.clock_offset
    mine = Q(account=action.account_id, set_at__gte=action.executing_at)
    stops = EmergencyStop.objects.filter(mine | Q(account__isnull=True, set_at__gte=by_wall))
    if action.incident_id is not None:
        stops = stops.exclude(incident=action.incident_id)
    return stops.exists()
