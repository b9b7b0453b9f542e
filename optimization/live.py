"""Real-time rules: between two collections their entities alone are read again, and these rules alone looked at.

Real-time is what a rule's schedule says (every 5 or 15 minutes). A rule that covers more entities than are worth
reading one by one is looked at by the hour, as all others are.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Max

from intelligence.collect.live import LIVE, MOST, collect_live
from intelligence.metrics.live import live_frame
from intelligence.metrics.table import latest_frame
from intelligence.models import Freshness, Reading
from metaads import switch
from metaads.models import AdAccount
from optimization.cycle import REAL_TIME, run_live
from optimization.gather import due_rules
from optimization.rules.evaluate import evaluate
from optimization.rules.history import context_for
from optimization.rules.selectors import active_rules

EVERY = timedelta(minutes=5)
"""Meta refreshes about every 15 minutes: looking each 5 finds a change soon, and promises nothing newer (spec 10)."""


def has_live_rules(account: AdAccount) -> bool:
    """Whether some active rule of the account asks for it. One query."""
    return active_rules(account).filter(current__document__schedule__every__in=list(REAL_TIME)).exists()


def live_is_due(account: AdAccount, now: datetime) -> bool:
    """Whether the last look, full or partial, is five minutes old (business time) and some rule asks for another."""
    full = Freshness.objects.filter(account=account).aggregate(at=Max("read_at"))["at"]
    part = Reading.objects.filter(account=account, window=LIVE).aggregate(at=Max("confirmed_at"))["at"]
    if full is None or now - max(full, part or full) < EVERY:
        return False
    return has_live_rules(account)


def live_entities(account: AdAccount, now: datetime) -> dict[str, list[str]]:
    """Level -> ids of what the real-time rules that are due cover and that delivers, as of the last frames.

    A level where they cover more than MOST is left out.
    """
    wanted: dict[str, set[str]] = {}
    for look in due_rules(account, now, REAL_TIME):
        frame = latest_frame(account, look.rule.level)
        if frame is None:
            continue
        covered = evaluate(look.compiled, frame, context_for(account, frame)).covered
        active = np.asarray(frame.columns["effective_status"]) == "ACTIVE"
        wanted.setdefault(look.rule.level, set()).update(str(frame.ids[i]) for i in np.flatnonzero(covered & active))
    return {level: sorted(ids) for level, ids in wanted.items() if 0 < len(ids) <= MOST}


def look_live(account: AdAccount, now: datetime) -> str:
    """One look: read, evaluate. Gives a line for logs and terminals. Raises SwitchedOff."""
    switch.require(switch.COLLECTION)
    switch.require(switch.RULES)
    wanted = live_entities(account, now)
    if not wanted:
        return "no real-time rule to look at"
    seen = collect_live(account, wanted, now)
    frames = {level: live_frame(account, level, now) for level in seen.asked}
    run = run_live(account, frames, now)
    found = "nothing evaluated" if run is None else f"{run.counts['matched']} matches"
    return f"{_counted(seen.asked)} read, {found}. {seen.problem}".strip()


def _counted(asked: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {level}s" for level, count in asked.items()) or "nothing"
