"""The steps of the pipeline for one account, each isolated so that one account failing never stops another."""

from datetime import datetime

from intelligence.observe import observe
from metaads import switch
from metaads.clock import machine_now
from metaads.models import AdAccount
from optimization.by_hand import close_done_by_hand
from optimization.cycle import run_cycle
from optimization.queue.expiry import expire_due


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
    close_done_by_hand(account, now)
    line = f"{account}: {seen} {evaluate(account, now)}"
    if not seen.ok:
        raise CollectionTrouble(line)
    return line


def evaluate(account: AdAccount, now: datetime) -> str:
    """The rules on the newest frames."""
    off = switch.why_off(switch.RULES)
    if off:
        return f"Not evaluated. {off}"
    run = run_cycle(account, now)
    if run is None:
        return "Nothing to evaluate: no fresh data, or a stop is in force."
    counts = run.counts
    return f"Evaluated: {counts['matched']} matches, {counts['created']} new, {counts['refreshed']} refreshed."


def expire(account: AdAccount, now: datetime) -> int:
    """Closes what is past its time; nothing while everything is off."""
    return expire_due(account, now) if switch.is_on(switch.INTELLIGENCE) else 0
