"""One tick in this process: everything that is due, account by account, step by step, in the order of the schedule."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import structlog
from django.conf import settings

from config.logs import redact
from config.pipeline import history_is_due, observe_is_due, unevaluated_data, watched
from intelligence.observe import observe
from metaads import switch
from metaads.clock import business_now, machine_now
from metaads.models import AdAccount
from optimization import pipeline
from optimization.account_notices import tell_trouble
from optimization.by_hand import close_done_by_hand
from optimization.data_quality import record_quality
from optimization.dispatch import run_due
from optimization.impact.services import is_due as outcomes_are_due
from optimization.incident.emergency import follow_account
from optimization.ledger import anchor_heads
from optimization.live import live_is_due, look_live
from optimization.models import Action
from optimization.orchestrator import is_due as goals_are_due
from optimization.queue.losses import look_at_losses
from optimization.queue.selectors import IN_FLIGHT, unwatched_in_flight
from optimization.retention import roll_up_account, rollup_is_due
from optimization.scheduled import look_scheduled
from optimization.tasks import deliver_webhooks

log = structlog.get_logger(__name__)


class ObservationFailed(Exception):
    """Meta could not be read; the text has Meta's reasons."""


INSTALLATION = "Installation"
LOOK_EVERY = 0.1
HISTORY_PATIENCE = timedelta(seconds=60)


@dataclass(frozen=True)
class StepReport:
    """What became of one step for one account. `text` is for people."""

    account: str
    step: str
    outcome: Literal["done", "skipped", "failed"]
    text: str = ""


def tick(now: datetime | None = None, accounts: list[AdAccount] | None = None) -> list[StepReport]:
    """Runs what is due once. `now`: business time for all accounts; None = each account's own clock.

    Accounts that are no longer watched are only asked how the changes under way there ended.
    One account failing stops none of the others; a failed step doesn't stop the later ones of its account, which
    refuse old data by themselves.
    """
    reports: list[StepReport] = []
    for account in watched() if accounts is None else accounts:
        moment = now or business_now(account)
        for step, work in STEPS:
            reports.append(_isolated(account.name, step, partial(work, account, moment)))
    for account in unwatched_in_flight() if accounts is None else ():
        reports.append(_isolated(account.name, "settle", partial(_execute, account, now or business_now(account))))
    if accounts is None and reports:
        reports.append(_isolated(INSTALLATION, "webhooks", lambda: f"{deliver_webhooks()} webhooks delivered"))
        moment = now or business_now()
        reports.append(_isolated(INSTALLATION, "anchor", lambda: f"{anchor_heads(moment)} heads anchored"))
    return reports


def _isolated(who: str, step: str, work: Callable[[], str]) -> StepReport:
    try:
        return StepReport(who, step, "done", work())
    except switch.SwitchedOff as off:
        return StepReport(who, step, "skipped", str(off))
    except Exception as error:
        log.exception("step failed", who=who, step=step)
        return StepReport(who, step, "failed", redact(f"{type(error).__name__}: {error}"))


def _observe(account: AdAccount, now: datetime) -> str:
    switch.require(switch.COLLECTION)
    if not observe_is_due(account, now):
        return f"waits after: {account.last_error}" if account.last_error else "data are fresh"
    seen = observe(account, now, machine_now())
    record_quality(account, now)
    close_done_by_hand(account, now)
    tell_trouble(account, now)
    if seen.problems:
        raise ObservationFailed(" ".join(seen.problems))
    return f"{seen.collected.days + seen.history.days} days read"


def _evaluate(account: AdAccount, now: datetime) -> str:
    switch.require(switch.RULES)
    if unevaluated_data(account) is None:
        return "nothing new"
    return pipeline.evaluate(account, now)


def _live(account: AdAccount, now: datetime) -> str:
    switch.require(switch.COLLECTION)
    switch.require(switch.RULES)
    return look_live(account, now) if live_is_due(account, now) else "nothing real-time is due"


def _goals(account: AdAccount, now: datetime) -> str:
    switch.require(switch.INTELLIGENCE)
    return pipeline.run_goals(account, now) if goals_are_due(account, now) else "no goal is due"


def _history(account: AdAccount, now: datetime) -> str:
    """Reports of past days, as far as they come within the patience."""
    switch.require(switch.COLLECTION)
    if not history_is_due(account, now):
        return "nothing of the past is wanted"
    return pipeline.fetch_history(account, now, HISTORY_PATIENCE)


def _timed(account: AdAccount, now: datetime) -> str:
    switch.require(switch.EXECUTOR)
    return f"{pipeline.undo_timed(account, now)} undone at the end of their time"


def _execute(account: AdAccount, now: datetime) -> str:
    """Carries out what was approved and waits until nothing is left uncertain: a tick settles before it ends."""
    switch.require(switch.EXECUTOR)
    counts = run_due(account, lambda: now)
    patience = (settings.EXECUTOR_LEASE + settings.EXECUTOR_SETTLE * (settings.EXECUTOR_MAX_SENDS + 1)).total_seconds()
    deadline = time.monotonic() + patience
    while Action.objects.filter(account=account, status__in=IN_FLIGHT).exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Some actions are still uncertain after {patience:.0f} s: look at them in the queue.")
        time.sleep(LOOK_EVERY)
        counts = run_due(account, lambda: now)
    return ", ".join(f"{count} {status.label.lower()}" for status, count in counts.items()) or "nothing approved"


def _incidents(account: AdAccount, now: datetime) -> str:
    return f"{follow_account(account, now)} undone or paused because of a stop"


def _losses(account: AdAccount, now: datetime) -> str:
    return f"{look_at_losses(account, now)} clear losses answered"


def _expire(account: AdAccount, now: datetime) -> str:
    return f"{pipeline.expire(account, now)} expired"


def _outcomes(account: AdAccount, now: datetime) -> str:
    switch.require(switch.INTELLIGENCE)
    return f"{pipeline.measure(account, now)} measured" if outcomes_are_due(account, now) else "nothing to measure"


def _roll_up(account: AdAccount, now: datetime) -> str:
    switch.require(switch.INTELLIGENCE)
    return roll_up_account(account, now, machine_now()) if rollup_is_due(account, now) else "rolled up today"


STEPS: tuple[tuple[str, Callable[[AdAccount, datetime], str]], ...] = (
    ("observe", _observe),
    ("evaluate", _evaluate),
    ("live", _live),
    ("scheduled", look_scheduled),
    ("goals", _goals),
    ("timed", _timed),
    ("incidents", _incidents),
    ("losses", _losses),
    ("execute", _execute),
    ("expire", _expire),
    ("outcomes", _outcomes),
    ("history", _history),
    ("rollup", _roll_up),
)
