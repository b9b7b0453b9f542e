"""The run log: a row for each run, a step for each thing that it wanted, and a notification when it ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from metaads.models import AdAccount
from notifications.send import notify
from optimization.ledger import record
from optimization.models import Action, Goal, OrchestratorRun, OrchestratorSettings, OrchestratorStep
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.report import Key, Kind, Report, Step, counts_of
from optimization.orchestrator.settings import plain, save_settings

State = OrchestratorRun.State
CREATIVE = "creative"
"""Key of a step's details: it is about one creative, and its goal was planned all the same."""
LONGEST = timedelta(hours=1)
WORDS = {
    "campaigns_created": "campaigns to create",
    "winners_promoted": "winners to promote",
    "budgets_scaled": "budgets to set",
    "adsets_paused": "ad sets to pause",
}


@transaction.atomic
def begin(ground: Ground, trigger: str, user: User | None, state: str = State.RUNNING) -> tuple[OrchestratorRun, bool]:
    """The run of this moment, and whether it is ours to make. `state`: running, or waiting for a worker."""
    account, now = ground.account, ground.now
    _close_interrupted(account, now)
    defaults = {
        "trigger": trigger, "user": user, "started_at": now, "settings": _snapshot(ground), "state": state,
    }  # fmt: skip
    slot = f"{trigger}:{now:%Y-%m-%dT%H:%M:%S}"
    row, new = OrchestratorRun.objects.get_or_create(account=account, slot=slot, defaults=defaults)
    if new:
        payload = {"orchestrator_run": str(row.public_id), "trigger": trigger}
        actor, user_id = ("user", user.pk) if user else ("orchestrator", None)
        record("run_started", account_id=account.pk, actor=actor, user_id=user_id, now=now, payload=payload)
    return row, new


def waiting(account: AdAccount) -> OrchestratorRun | None:
    """The oldest run that somebody asked for and no worker has begun."""
    return OrchestratorRun.objects.filter(account=account, state=State.QUEUED).order_by("pk").first()


def under_way(account: AdAccount, now: datetime) -> OrchestratorRun | None:
    """The run that waits or is being made, so that no second one is asked for beside it."""
    rows = OrchestratorRun.objects.filter(account=account, state__in=[State.QUEUED, State.RUNNING])
    return rows.filter(started_at__gte=now - LONGEST).order_by("pk").first()


def claim(row: OrchestratorRun) -> bool:
    """Whether this worker makes it: of a doubled message one."""
    return bool(OrchestratorRun.objects.filter(pk=row.pk, state=State.QUEUED).update(state=State.RUNNING))


def _close_interrupted(account: AdAccount, now: datetime) -> None:
    """A run whose worker died says so, and does not stand as running for ever."""
    under_way = OrchestratorRun.objects.filter(account=account, state__in=[State.QUEUED, State.RUNNING])
    dead = under_way.filter(started_at__lt=now - LONGEST)
    dead.update(state=State.FAILED, ended_at=now, errors=["It was interrupted; the next run goes on."])


def _snapshot(ground: Ground) -> dict[str, Any]:
    """Settings and goals as they are now; amounts as text."""
    return {
        "settings": plain(ground.row),
        "goals": [
            {"key": one.key, "signal": one.signal, "priority": one.priority, "budget_hint": str(one.budget_hint or "")}
            for one in ground.goals
        ],
    }


def store(
    row: OrchestratorRun, goal: Goal | None, told: Sequence[Step], actions: Mapping[Key, Action], now: datetime
) -> None:
    """The steps of one goal, linked to what they proposed."""
    by_id = {str(action.public_id): action for action in actions.values()}
    OrchestratorStep.objects.bulk_create(
        OrchestratorStep(
            run=row,
            goal=goal,
            goal_key=step.goal_key,
            kind=step.type,
            result=step.result,
            reason=step.message,
            details=step.details,
            action=by_id.get(step.action),
            at=now,
        )
        for step in told
    )


@transaction.atomic
def end(ground: Ground, row: OrchestratorRun, report: Report, *, failed: bool) -> OrchestratorRun:
    """Notes what became of it. `failed`: the account was not eligible at all; a run of which no goal could be planned
    has failed too."""
    account, now = ground.account, ground.now
    errors = [step for step in report.steps if step.type == Kind.ERROR]
    by_key = {goal.key: goal for goal in ground.goals}
    for step in errors:
        store(row, by_key.get(step.goal_key), [step], {}, now)
    broken = {step.goal_key for step in errors if CREATIVE not in step.details}
    row.state = _state(report, failed=failed or broken >= by_key.keys())
    row.ended_at, row.counts, row.errors = now, counts_of(report.steps), report.errors
    row.save(update_fields=["state", "ended_at", "counts", "errors"])
    if ground.row.pk is None:
        save_settings(ground.row, None, now)
    OrchestratorSettings.objects.filter(account=account).update(last_run_at=now)
    payload = {"orchestrator_run": str(row.public_id), "state": row.state, **row.counts}
    record("run_finished", account_id=account.pk, actor="orchestrator", now=now, payload=payload)
    _notify(account, row, report)
    return row


def _state(report: Report, *, failed: bool) -> str:
    if failed:
        return State.FAILED
    return State.COMPLETED_WITH_ERRORS if report.errors else State.COMPLETED


def _notify(account: AdAccount, row: OrchestratorRun, report: Report) -> None:
    said = ", ".join(f"{row.counts[name]} {words}" for name, words in WORDS.items() if row.counts[name])
    proposed = f"Proposed: {said}." if said else "Nothing new is proposed."
    notify(
        subject=f"account:{account.pk}",
        key=f"orchestrator:{row.public_id}",
        kind="system",
        severity="error" if row.state == State.FAILED else "warning" if report.errors else "info",
        title=f"Goals of {account}: run {row.get_state_display().lower()}",
        body=" ".join([proposed, *report.errors]),
        link="/goals/",
        now=row.started_at,
    )
