"""What an account's own history teaches the rails: its peak hours, and which budget step restarts learning."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np

from intelligence.columns import unpack
from intelligence.models import DayProfile
from metaads.models import AdAccount, AdSet, Level
from optimization.models import Action

DAYS, ENOUGH_DAYS = 28, 14
PEAK = 4
"""Hours of a peak, as many as the default has (18 to 22)."""
EDITS_SINCE = timedelta(days=90)
SAME_EDIT = timedelta(hours=2)
ENOUGH_EDITS = 5


def peak_hours(account: AdAccount, now: datetime) -> frozenset[int] | None:
    """The four hours in a row in which the account sold most over the last four weeks; None = too little is known.

    By conversions, or by spend where it counts none. Needs 14 days whose hours were seen.
    """
    rows = DayProfile.objects.filter(account=account, level=Level.CAMPAIGN, day__gt=(now - timedelta(days=DAYS)).date())
    days = [unpack(packed) for packed in rows.filter(day__lt=now.date()).values_list("packed", flat=True)]
    if len(days) < ENOUGH_DAYS:
        return None
    for metric in ("conversions", "spend"):
        hours = np.sum([_by_hour(day.get(metric)) for day in days], axis=0)
        if hours.sum() > 0:
            runs = [float(sum(hours[(start + n) % 24] for n in range(PEAK))) for start in range(24)]
            first = int(np.argmax(runs))
            return frozenset((first + n) % 24 for n in range(PEAK))
    return None


def _by_hour(values: object) -> np.ndarray:
    """(24,) sums over the objects; unknown hours count nothing."""
    if values is None:
        return np.zeros(24)
    found = np.nan_to_num(np.asarray(values, dtype=np.float64)).reshape(24, -1)
    summed: np.ndarray = found.sum(axis=1)
    return summed


def significant_step(account: AdAccount, now: datetime) -> float | None:
    """Percent up to which budget steps of ad sets left the learning phase alone here; None = the history is unclear.

    Meta tells of each ad set when it was last edited significantly. A step of ours at that moment restarted learning,
    one after it did not. Needs five of each, and that all of the former were larger than all of the latter.
    """
    reset, kept = _steps(account, now)
    if len(reset) < ENOUGH_EDITS or len(kept) < ENOUGH_EDITS or max(kept) >= min(reset):
        return None
    return max(kept)


def _steps(account: AdAccount, now: datetime) -> tuple[list[float], list[float]]:
    """Sizes in percent of steps that restarted learning, and of those that did not."""
    edited = dict(
        AdSet.objects.filter(account=account, last_significant_edit_at__isnull=False).values_list(
            "meta_id", "last_significant_edit_at"
        )
    )
    reset: list[float] = []
    kept: list[float] = []
    for entity_id, at, percent in _executed(account, now):
        last = edited.get(entity_id)
        if last is None or at < last - SAME_EDIT:
            continue  # an edit after it hides what it did
        (reset if at <= last + SAME_EDIT else kept).append(percent)
    return reset, kept


def _executed(account: AdAccount, now: datetime) -> Iterable[tuple[str, datetime, float]]:
    """Budget steps of ad sets that had time to show in the mirror."""
    rows = Action.objects.filter(
        account=account, level=Level.AD_SET, field__in=["daily_budget", "lifetime_budget"], amount_pct__isnull=False,
        executed_at__range=(now - EDITS_SINCE, now - SAME_EDIT),
    )  # fmt: skip
    for entity_id, at, percent in rows.values_list("entity_id", "executed_at", "amount_pct"):
        if at is not None and percent is not None:
            yield entity_id, at, abs(float(percent))
