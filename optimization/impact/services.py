"""Measures what is due and keeps it. Rows are made from what was executed, so nobody need announce anything."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q

from metaads.models import AdAccount
from notifications.send import notify
from optimization.impact.check import check
from optimization.kinds import KINDS, describe
from optimization.models import Action, Effect, Horizon, Outcome
from optimization.outcomes.effects import HOURS, Measuring, Result, effect_of, unknown

log = logging.getLogger(__name__)
DUE = {Horizon.CHECK.value: timedelta(minutes=30), **{key: timedelta(hours=hours) for key, hours in HOURS.items()}}
LOOK_BACK = timedelta(days=7)
"""How old an executed action may be for its measurements to begin; readings by the hour are kept as long."""


def open_outcomes(account: AdAccount, now: datetime) -> int:
    """Rows for what was executed (also by hand) and has none yet. An undo is only checked: what it ends is measured."""
    done = Action.objects.filter(account=account, executed_at__gt=now - LOOK_BACK, executed_at__lte=now)
    fresh = done.filter(outcomes__isnull=True, kind__in=[key for key, kind in KINDS.items() if kind.changes_meta])
    rows = [
        Outcome(action=action, horizon=horizon, due_at=action.executed_at + after)
        for action in fresh
        if action.executed_at is not None
        for horizon, after in DUE.items()
        if horizon == Horizon.CHECK or action.undo_of_id is None
    ]
    Outcome.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def is_due(account: AdAccount, now: datetime) -> bool:
    """Whether something waits to be measured or to get its rows. Two queries."""
    waiting = Outcome.objects.filter(action__account=account, measured_at__isnull=True, due_at__lte=now)
    recent = Q(account=account, executed_at__gt=now - LOOK_BACK, outcomes__isnull=True)
    return waiting.exists() or Action.objects.filter(recent).exists()


def measure_due(account: AdAccount, now: datetime) -> int:
    """Measures what is due in this account; what has no figures yet waits. Gives how many were measured."""
    open_outcomes(account, now)
    due = Outcome.objects.filter(action__account=account, measured_at__isnull=True, due_at__lte=now)
    rows = due.select_related("action__account__connection").order_by("due_at", "pk")
    around = Measuring(account, now)
    return sum(_measure(row, around) for row in rows)


def _measure(row: Outcome, around: Measuring) -> int:
    try:
        result = check(row.action, around.now) if row.horizon == Horizon.CHECK else effect_of(
            row.action, row.horizon, around
        )  # fmt: skip
    except Exception:
        log.exception("outcome %s could not be measured", row.pk)
        result = unknown("Measuring it failed; the log of the server says why.")
    if result is None:
        return 0
    return _keep(row, result, around.now)


def _keep(row: Outcome, result: Result, now: datetime) -> int:
    """Once: a second worker that measured the same changes nothing."""
    kept = Outcome.objects.filter(pk=row.pk, measured_at__isnull=True).update(
        measured_at=now,
        verdict=result.verdict,
        effect=result.effect,
        low=result.low,
        high=result.high,
        method=result.method,
        figures=result.figures,
        note=result.note,
    )
    if kept and result.verdict == Effect.ODD:
        _tell(row.action, result.note, now)
    return kept


def _tell(action: Action, note: str, now: datetime) -> None:
    head = describe(action)
    notify(
        subject=f"account:{action.account_id}",
        key=f"action-odd:{action.public_id}",
        kind="alert",
        severity="warning",
        title=f"Look at it: {head.verb} {head.name}",
        body=f"Half an hour after it was done: {note}",
        link=f"/actions/{action.public_id}/",
        now=now,
    )
