"""The account's share of Meta's rate limits, in one row shared by all workers (`ApiUsage`). Machine time.

What Meta said of a bucket holds until a newer answer says something else of it, at most an hour: answers without
headers are common and take nothing back. Who may call when: a block that Meta announced stops everybody; from 75
percent collection slows, at 90 percent, or after 200 calls in an hour, only the executor goes on (spec 10: priority to
execution, then active entities, then history). What can wait stops earlier, so that it never takes the calls that
today's figures need:

| priority | who                                             | stops at | calls in an hour |
| -------- | ----------------------------------------------- | -------- | ---------------- |
| EXECUTE  | the executor and the reads that a change needs  | a block  | no limit         |
| LIVE     | entities of real-time rules                     | 90 %     | 200              |
| TODAY    | structure, today's totals, what people ask for  | 90 %     | 200              |
| RESTATE  | past days again, reach of whole windows         | 80 %     | 170              |
| HISTORY  | back-fill, gaps, the nightly 28 days            | 75 %     | 140              |
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from django.db import DatabaseError
from django.db.models import Case, F, Value, When

from metaads.graph import usage
from metaads.graph.errors import RateLimited
from metaads.models import AdAccount, ApiUsage
from metaads.prepared import Prepared, PreparedUpdate

log = logging.getLogger(__name__)

CALLS_PER_HOUR = 200
SLOW_FROM_PERCENT, STOP_AT_PERCENT = 75.0, 90.0


class Priority(IntEnum):
    """What a call is for, the most pressing first."""

    EXECUTE = 0
    LIVE = 1
    TODAY = 2
    RESTATE = 3
    HISTORY = 4


@dataclass(frozen=True)
class Share:
    """How far a priority may go: percent of Meta's limit, and our own count of calls in the hour."""

    percent: float
    calls: int


SHARES: dict[Priority, Share] = {
    Priority.LIVE: Share(STOP_AT_PERCENT, CALLS_PER_HOUR),
    Priority.TODAY: Share(STOP_AT_PERCENT, CALLS_PER_HOUR),
    Priority.RESTATE: Share(80.0, 170),
    Priority.HISTORY: Share(SLOW_FROM_PERCENT, 140),
}
SLOW_PAUSE = timedelta(seconds=1)
# Meta counts by the hour, but the account's score decays in 300 s (reference 7.1).
HELD_FOR, SCORE_HELD_FOR = timedelta(hours=1), timedelta(seconds=300)
# While collection is stopped, one call in this time looks whether Meta says something else by now.
LOOK_EVERY = timedelta(seconds=300)
SAID = "said"


def check(account: AdAccount, now: datetime, insights: bool, priority: Priority) -> timedelta:
    """How long to pause before the call; raises RateLimited, with how long to wait, when it may not be made now.

    One look-up. `insights`: the call reads reports (a bucket of its own).
    """
    row = _ROW.first(account.pk)
    if row is None:
        return timedelta(0)
    until = max(filter(None, [row.blocked_until, row.insights_blocked_until if insights else None]), default=now)
    if until > now:
        raise RateLimited(f"Meta asked us to wait until {account.moment(until)}.", retry_after=until - now)
    return timedelta(0) if priority == Priority.EXECUTE else _share(account, row, now, insights, priority)


def is_short(account: AdAccount, now: datetime, insights: bool = True) -> bool:
    """Whether so much of the limit is used (75 %) that the most important should be read first."""
    row = _ROW.first(account.pk)
    return row is not None and _percent(row, now, insights) >= SLOW_FROM_PERCENT


def _share(account: AdAccount, row: ApiUsage, now: datetime, insights: bool, priority: Priority) -> timedelta:
    """What a priority may take of the limit. A sandbox has no count of calls: fast-forward makes days of them."""
    share, percent = SHARES[priority], _percent(row, now, insights)
    rest = row.updated_at + LOOK_EVERY - now
    if percent >= share.percent and rest > timedelta(0):
        kept = "changes" if share.percent >= STOP_AT_PERCENT else "what is more pressing"
        raise RateLimited(f"{percent:.0f} % of Meta's limit is used up; the rest is kept for {kept}.", None, rest)
    if account.connection.sandbox:
        return timedelta(0)
    if row.hour == _hour(now) and row.calls >= share.calls:
        rest = row.hour + timedelta(hours=1) - now
        raise RateLimited(_enough(share), retry_after=rest)
    return SLOW_PAUSE if percent >= SLOW_FROM_PERCENT else timedelta(0)


def _enough(share: Share) -> str:
    if share.calls >= CALLS_PER_HOUR:
        return f"{share.calls} calls in this hour are enough for one account."
    return f"{share.calls} calls in this hour are enough for what can wait; the rest is kept for today's figures."


def _percent(row: ApiUsage, now: datetime, insights: bool) -> float:
    """What Meta says is used, 0-100+, of the buckets that such a call draws from."""
    foreign = usage.MANAGEMENT if insights else usage.INSIGHTS
    held = _held(row.headers, now)
    return max((share for bucket, (share, _) in held.items() if bucket != foreign), default=0.0)


def _held(headers: dict[str, Any], now: datetime) -> dict[str, tuple[float, str]]:
    """(percent, ISO time) by bucket, of what was said and still holds."""
    held = {}
    for bucket, (percent, said_at) in headers.get(SAID, {}).items():
        age = now - datetime.fromisoformat(said_at)
        if age < (SCORE_HELD_FOR if bucket == usage.SCORE else HELD_FOR):
            held[bucket] = (percent, said_at)
    return held


def record(account: AdAccount, now: datetime, seen: usage.Usage) -> None:
    """Counts one call and keeps what the headers said, if any. One UPDATE; never fails the call that was made."""
    try:
        if not _update(account, now, seen):
            ApiUsage.objects.get_or_create(account=account, defaults={"hour": _hour(now), "updated_at": now})
            _update(account, now, seen)
    except DatabaseError:
        log.warning("The usage of account %s could not be stored.", account.meta_id, exc_info=True)


def block(account: AdAccount, until: datetime, insights: bool) -> None:
    """Stops the account's calls (or only its reports) until then. Never shortens a block."""
    name = "insights_blocked_until" if insights else "blocked_until"
    rows = ApiUsage.objects.filter(account=account).exclude(**{f"{name}__gt": until})
    rows.update(**{name: until})


def _update(account: AdAccount, now: datetime, seen: usage.Usage) -> int:
    hour = _hour(now)
    renewed = _renewed(account, now, seen) if seen.percents else {}
    if renewed and not seen.wait and not seen.insights_wait:
        return _COUNTED(account.pk, hour, now, renewed["percent"], renewed["headers"])
    changes: dict[str, object] = {**_counted(hour, now), **renewed}
    if seen.wait:
        changes["blocked_until"] = now + seen.wait
    if seen.insights_wait:
        changes["insights_blocked_until"] = now + seen.insights_wait
    return ApiUsage.objects.filter(account=account).update(**changes)


def _counted(hour: Any, now: Any) -> dict[str, object]:
    """One call more in its hour."""
    return {"calls": Case(When(hour=hour, then=F("calls") + 1), default=Value(1)), "hour": hour, "updated_at": now}


_ROW = Prepared(lambda account: ApiUsage.objects.filter(account_id=account)[:1])
_HEADERS = Prepared(lambda account: ApiUsage.objects.filter(account_id=account).values_list("headers", flat=True)[:1])
_COUNTED = PreparedUpdate(
    lambda account, hour, now, percent, headers: (
        ApiUsage.objects.filter(account_id=account),
        {**_counted(hour, now), "percent": percent, "headers": headers},
    )
)


def _renewed(account: AdAccount, now: datetime, seen: usage.Usage) -> dict[str, object]:
    """Columns with what was said now in place of what was said before of the same buckets."""
    stored = _HEADERS.first(account.pk) or {}
    said = _held(stored, now) | {bucket: (percent, now.isoformat()) for bucket, percent in seen.percents.items()}
    return {
        "percent": max(percent for percent, _ in said.values()),
        "headers": {**stored, **seen.headers, SAID: said},
    }


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
