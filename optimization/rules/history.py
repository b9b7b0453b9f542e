"""What a field was in each of the last complete days or hours, for the operators that ask for every one of them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np

from intelligence.metrics import catalog, windows
from intelligence.metrics.catalog import Field
from intelligence.metrics.entities import locate
from intelligence.metrics.families.ratios import ratio_of
from intelligence.metrics.families.sums import unit_of
from intelligence.metrics.frame import Frame, Numbers
from intelligence.snapshots import hour_columns, texts_of
from metaads.models import AdAccount
from optimization.rules.sheet import Context, History

HOUR = timedelta(hours=1)
LONGEST_HOUR = timedelta(minutes=75)  # readings are taken some minutes after the hour, not at equal distances
NOT_ADDITIVE = "reach"


def context_for(account: AdAccount, frame: Frame) -> Context:
    """The context for evaluating rules on `frame`. Reads nothing until a rule asks."""
    return Context(history_for(account, frame))


def history_for(account: AdAccount, frame: Frame) -> History:
    """(field, "day" or "hour", count) -> (count, rows), oldest first, NaN = unknown.

    Days come from the frame's own readings. Hours come from hour blocks and end with the last hour that the frame's
    newest reading completes; an hour without a block of its own, or of which only a part was seen, is unknown.
    """
    makers: dict[str, Callable[[Field, int], Numbers]] = {
        "day": lambda field, count: _days(frame, field, count),
        "hour": lambda field, count: _hours(account, frame, field, count),
    }
    return lambda field, unit, count: makers[unit](field, count)


def _days(frame: Frame, field: Field, count: int) -> Numbers:
    """`@n` is the frame's name for the day n days ago; today is not over and does not count."""
    rows = []
    for ago in range(count, 0, -1):
        day = Field(f"{field.base}_@{ago}", field.base, f"@{ago}", field.kind, field.unit, field.family)
        rows.append(catalog.column(frame, day))
    return np.array(rows, dtype=np.float64)


def _hours(account: AdAccount, frame: Frame, field: Field, count: int) -> Numbers:
    """A ratio of an hour is the ratio of the hour's sums; unknown where the lower one is zero."""
    ratio = ratio_of(field.base)
    if ratio is None:
        return _hourly_sum(account, frame, field.base, count)
    top, bottom = (_hourly_sum(account, frame, base, count) for base in (ratio.top, ratio.bottom))
    answer = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=answer, where=bottom > 0)
    return answer * ratio.scale


def _hourly_sum(account: AdAccount, frame: Frame, base: str, count: int) -> Numbers:
    answer = np.full((count, len(frame)), np.nan)
    hours = _last_hours(account, frame, count)
    if not hours or base == NOT_ADDITIVE or unit_of(base) is None:
        return answer
    for found in hour_columns(frame.account_id, frame.level, list(hours), (base,)):
        if found.hours == 1 and found.read_at <= frame.at and _whole(found.hour, found.since, found.read_at):
            rows = locate(frame.ids, texts_of(found.ids))
            answer[hours[found.hour], rows[rows >= 0]] = found.values[rows >= 0]
    return answer


def _whole(hour: datetime, since: datetime, read_at: datetime) -> bool:
    """Whether a block speaks of its hour, all of it and little more."""
    return read_at >= hour + HOUR and read_at - since <= LONGEST_HOUR


def _last_hours(account: AdAccount, frame: Frame, count: int) -> dict[datetime, int]:
    """Starts of the last complete hours, oldest first, with their place."""
    if frame.read_at is None:
        return {}
    end = windows.hour_start(frame.read_at, account.zone)
    return {end - HOUR * (count - i): i for i in range(count)}
