"""The steps of the pipeline for one account, each isolated so that one account failing never stops another."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from intelligence.metrics.frame import Frame
from intelligence.observe import history, observe
from metaads import switch
from metaads.clock import machine_now
from metaads.models import AdAccount
from optimization import orchestrator
from optimization.account_notices import tell_trouble
from optimization.by_hand import close_done_by_hand
from optimization.cycle import run_cycle
from optimization.data_quality import record_quality
from optimization.impact.services import measure_due
from optimization.live import look_live
from optimization.models import OrchestratorRun
from optimization.queue.expiry import expire_due
from optimization.queue.timed import undo_due
from optimization.scheduled import look_scheduled


class CollectionTrouble(Exception):
    """Something of an account could not be read; the text says what, and what a person can do."""


def observe_and_evaluate(account: AdAccount, now: datetime) -> str:
    """Sync, collect, frames; then the rules on what is fresh. Gives a line for logs and terminals.

    Raises CollectionTrouble if something could not be read, after the rules have seen what could.
    """
    off = switch.why_off(switch.COLLECTION)
    if off:
        return f"{account}: not collected. {off}"
    seen = observe(account, now, machine_now())
    record_quality(account, now)
    close_done_by_hand(account, now)
    tell_trouble(account, now)
    line = f"{account}: {seen} {evaluate(account, now, seen.frames)}"
    if not seen.ok:
        raise CollectionTrouble(line)
    return line


def evaluate(account: AdAccount, now: datetime, made: Mapping[str, Frame] | None = None) -> str:
    """The rules on the newest frames; `made`: those by level that this tick has just made and stored."""
    off = switch.why_off(switch.RULES)
    if off:
        return f"Not evaluated. {off}"
    run = run_cycle(account, now, made)
    if run is None:
        return "Nothing to evaluate: no fresh data, or a stop is in force."
    counts = run.counts
    return f"Evaluated: {counts['matched']} matches, {counts['created']} new, {counts['refreshed']} refreshed."


def fetch_history(account: AdAccount, now: datetime, patience: timedelta) -> str:
    """Reports of past days, for at most `patience` (machine time). Raises CollectionTrouble; what came is stored."""
    off = switch.why_off(switch.COLLECTION)
    if off:
        return f"{account}: not collected. {off}"
    result = history(account, now, patience)
    line = f"{result.days} past days read, {result.reports} reports to come"
    if not result.ok:
        raise CollectionTrouble(f"{account}: {line}. {result.problem}")
    return line


def watch_live(account: AdAccount, now: datetime) -> str:
    """Entities of real-time rules, read and looked at."""
    off = switch.why_off(switch.COLLECTION) or switch.why_off(switch.RULES)
    return f"{account}: no live look. {off}" if off else look_live(account, now)


def look_on_time(account: AdAccount, now: datetime) -> str:
    """Rules whose hour has come, looked at on the newest tables."""
    off = switch.why_off(switch.RULES)
    return f"{account}: no look. {off}" if off else look_scheduled(account, now)


def run_goals(account: AdAccount, now: datetime) -> str:
    """The run that somebody asked for, else one on schedule; whoever comes when nothing is due finds nothing."""
    asked = orchestrator.carry_on(account, now)
    if asked is not None:
        return _said(account, asked)
    if not orchestrator.is_due(account, now):
        return f"{account}: no goal is due."
    done = orchestrator.run(account, now, OrchestratorRun.Trigger.SCHEDULE)
    return _said(account, done)


def _said(account: AdAccount, done: OrchestratorRun) -> str:
    return f"{account}: goals {done.get_state_display().lower()}. {' '.join(done.errors)}".strip()


def undo_timed(account: AdAccount, now: datetime) -> int:
    """Undoes what was meant for a time that is over; nothing while everything is off."""
    return undo_due(account, now) if switch.is_on(switch.INTELLIGENCE) else 0


def measure(account: AdAccount, now: datetime) -> int:
    """Measures what is due; nothing while everything is off."""
    return measure_due(account, now) if switch.is_on(switch.INTELLIGENCE) else 0


def expire(account: AdAccount, now: datetime) -> int:
    """Closes what is past its time; nothing while everything is off."""
    return expire_due(account, now) if switch.is_on(switch.INTELLIGENCE) else 0
