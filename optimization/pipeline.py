"""The steps of the pipeline for one account, each isolated so that one account failing never stops another."""

from datetime import datetime

from intelligence.observe import observe
from metaads import switch
from metaads.models import AdAccount
from optimization.by_hand import close_done_by_hand
from optimization.cycle import run_cycle
from optimization.queue.expiry import expire_due


def observe_and_evaluate(account: AdAccount, now: datetime) -> str:
    """Sync, collect, frames; then the rules on them. Gives a line for logs and terminals. Raises what went wrong."""
    off = switch.why_off(switch.COLLECTION)
    if off:
        return f"{account}: not collected. {off}"
    seen = observe(account, now)
    close_done_by_hand(account, now)
    return f"{account}: {seen}. {evaluate(account, now)}"


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
