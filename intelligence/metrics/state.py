"""State columns that need the clock or the day's spend: ages in hours, use and pacing of budgets. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.families.base import divide
from intelligence.metrics.frame import Numbers
from intelligence.metrics.mirror import Mirror

_HOUR, _DAY = 3600.0, 86400.0


def ages(mirror: Mirror, now: datetime) -> dict[str, Numbers]:
    """`hours_since_created`, `hours_since_last_edit`, `days_active` (whole days; 0 before the start)."""
    at = now.timestamp()
    created, start = mirror.times["created"], mirror.times["start"]
    significant, edited = mirror.times["significant"], mirror.times["edited"]
    last_edit = np.where(np.isnan(significant), edited, significant)
    return {
        "hours_since_created": _kept((at - created) / _HOUR),
        "hours_since_last_edit": _kept(np.maximum((at - last_edit) / _HOUR, 0)),
        "days_active": np.floor(np.maximum(at - np.fmax(created, start), 0) / _DAY),
    }


def budget_use(
    mirror: Mirror, spend_today: Numbers, spend_yesterday: Numbers, now: datetime, zone: ZoneInfo
) -> dict[str, Numbers]:
    """`budget_utilization` and `budget_pacing` in percent; see `families.state` for what they mean."""
    daily = mirror.numbers["daily_budget"]
    spent = _lifetime_spent(mirror)
    share = windows.elapsed_share(now, zone)
    daily_plan = daily * share if share > 0 else np.full(len(daily), np.nan)
    return {
        "budget_utilization": _kept(np.where(np.isnan(daily), spent, divide(spend_yesterday, daily, 100))),
        "budget_pacing": _kept(
            np.where(
                np.isnan(daily),
                divide(spent, _lifetime_elapsed(mirror, now), 100),
                divide(spend_today, daily_plan, 100),
            )
        ),
    }


def _kept(values: Numbers) -> Numbers:
    """Two decimals: more mean nothing here, and hundredths are what stored frames keep small."""
    rounded: Numbers = np.round(values, 2)
    return rounded


def _lifetime_spent(mirror: Mirror) -> Numbers:
    """Percent of the lifetime budget that is gone."""
    budget = mirror.numbers["lifetime_budget"]
    return divide(budget - mirror.numbers["budget_remaining"], budget, 100)


def _lifetime_elapsed(mirror: Mirror, now: datetime) -> Numbers:
    """Percent of the time between start and stop that has passed; NaN without both."""
    start, stop = mirror.times["start"], mirror.times["stop"]
    return np.clip(divide(now.timestamp() - start, stop - start, 100), 0, 100)
