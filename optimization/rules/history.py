"""What a field was in each of the last complete days or hours, for the operators that ask for every one of them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np

from intelligence.metrics import catalog, windows
from intelligence.metrics.catalog import Field
from intelligence.metrics.families.ratios import ratio_of
from intelligence.metrics.frame import Frame, Numbers
from intelligence.models import Snapshot
from metaads.models import AdAccount
from optimization.rules.sheet import Context, History

# Sums that a snapshot has a column of its own for; action types are in its JSON.
COLUMNS = frozenset(
    {"spend", "impressions", "clicks", "inline_link_clicks", "conversions", "conversion_value", "thruplays"}
)
HOUR = timedelta(hours=1)
LONGEST_HOUR = timedelta(minutes=75)  # readings are taken some minutes after the hour, not at equal distances
JSON_COLUMNS = {"actions": "actions", "action_values": "action_values"}


def context_for(account: AdAccount, frame: Frame) -> Context:
    """The context for evaluating rules on `frame`. Reads nothing until a rule asks."""
    return Context(history_for(account, frame))


def history_for(account: AdAccount, frame: Frame) -> History:
    """(field, "day" or "hour", count) -> (count, rows), oldest first, NaN = unknown.

    Days come from the frame's own readings. Hours come from snapshots and end with the last hour that the frame's
    newest reading completes; an hour without a snapshot of its own, or of which only a part was seen, is unknown.
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
    kind, _, action = base.partition(".")
    column = JSON_COLUMNS.get(kind, base)
    if not hours or (column not in COLUMNS and not action):
        return answer
    found = Snapshot.objects.filter(
        account_id=frame.account_id, level=frame.level, hour__in=list(hours), hours=1
    ).values_list("entity_id", "hour", "since", "read_at", column)
    for entity_id, hour, since, read_at, value in found.iterator(chunk_size=5000):
        row = frame.row(entity_id)
        known = value.get(action) if action else value
        if row is not None and known is not None and _whole(hour, since, read_at):
            answer[hours[hour], row] = float(known)
    return answer


def _whole(hour: datetime, since: datetime, read_at: datetime) -> bool:
    """Whether a snapshot speaks of its hour, all of it and little more."""
    return read_at >= hour + HOUR and read_at - since <= LONGEST_HOUR


def _last_hours(account: AdAccount, frame: Frame, count: int) -> dict[datetime, int]:
    """Starts of the last complete hours, oldest first, with their place."""
    if frame.read_at is None:
        return {}
    end = windows.hour_start(frame.read_at, account.zone)
    return {end - HOUR * (count - i): i for i in range(count)}
