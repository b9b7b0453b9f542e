"""What was approved before an emergency stop goes back to a person, also what was in flight when it was set; and what
was approved without a person, once the account's mode, its rule or the optimiser's mode lets it act alone no more.

Setting a stop hands back what waits at that moment. This catches the rest, during the stop or after it was lifted:
actions that a worker held just then, and those that a transaction approved at the same time.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from metaads import switch
from optimization.knobs import knobs_for
from optimization.limits import limits_for
from optimization.models import AccountLimits, Action, EmergencyStop, OptimizerSettings, RuleVersion, Source, Status
from optimization.queue.acting_alone import of_goals
from optimization.queue.states import move

BEFORE_STOP = "approved before an emergency stop"
NOTE = "It was approved before an emergency stop and needs a new decision."
SILENCED = "It was approved without a person, and {why} by now: it needs a decision."


def return_if_stopped(action: Action, now: datetime) -> bool:
    """Whether the approved `action` went back, because a stop was set after its approval (lifted or not).

    Raises LostRace when somebody else moved it first.
    """
    if action.decided_at is None or _of_standing_incident(action):
        return False
    # A stop of everything is set by the wall clock; the account's own clock may run ahead of it in a sandbox.
    by_wall = action.decided_at - action.account.connection.clock_offset
    mine = Q(account=action.account_id, set_at__gte=action.decided_at)
    later = EmergencyStop.objects.filter(mine | Q(account__isnull=True, set_at__gte=by_wall))
    if action.incident_id is not None:  # Approved because of its own stop, if in the same moment.
        later = later.exclude(incident=action.incident_id)
    if not later.exists():
        return False
    _give_back(action, BEFORE_STOP, NOTE, now)
    return True


def return_if_silenced(action: Action, now: datetime) -> bool:
    """Whether the approved `action`, not begun, went back: it was to act alone, and what wanted it may not by now.

    Raises LostRace when somebody else moved it first.
    """
    why = _silenced(action) if action.alone else ""
    if why:
        _give_back(action, why, SILENCED.format(why=why), now)
    return bool(why)


def _silenced(action: Action) -> str:
    """Why its source may no more act alone in the account; asked of the database at this moment."""
    if limits_for(action.account).mode != AccountLimits.Mode.AUTO:
        return "the account is in suggest mode"
    if action.source == Source.OPTIMIZER:
        knobs, off = knobs_for(action.account), switch.why_off(switch.OPTIMIZER)
        alone = knobs.enabled and knobs.mode == OptimizerSettings.Mode.AUTO and off is None
        return "" if alone else "the optimiser is off or in suggest mode"
    if action.source == Source.ORCHESTRATOR:
        allowed = of_goals(action.account).get("goals_alone", frozenset())
        return "" if action.kind in allowed else "the goals' switch for it is off"
    if action.source != Source.RULE:
        return ""
    if action.rule_version_id is None:
        return "no rule stands behind it"
    standing = RuleVersion.objects.filter(pk=action.rule_version_id, rule__active=True, rule__current=F("pk"))
    version = standing.exclude(rule__suspended_by__account=action.account).first()
    if version is None:
        return "its rule is switched off or was edited"
    return "" if version.document.get("mode") == "automatic" else "its rule is not automatic"


def _give_back(action: Action, why: str, note: str, now: datetime) -> None:
    """To a person, or withdrawn where a newer proposal for the same is waiting."""
    again = now + settings.PROPOSAL_EXPIRES_AFTER
    try:
        with transaction.atomic():
            _move(action, Status.PENDING, why, note, now, expires_at=again, held_since=None, next_try_at=None)
    except IntegrityError:
        note = f"{note} A newer proposal for the same is waiting, so this one is withdrawn."
        _move(action, Status.CANCELLED, why, note, now, finished_at=now)


def _of_standing_incident(action: Action) -> bool:
    """It was approved because of the stop itself, which is still in force."""
    about = action.incident_id
    return about is not None and EmergencyStop.objects.filter(incident=about, lifted_at__isnull=True).exists()


def _move(action: Action, to: Status, why: str, note: str, now: datetime, **columns: Any) -> None:
    move(action, to, now=now, actor="system", payload={"reason": why}, outcome_note=note, **columns)
