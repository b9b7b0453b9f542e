"""What ad sets delivered in spans of clock hours, and how much of a past day their budgets of now would allow."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from intelligence.collect.running import Running
from intelligence.columns import unpack
from intelligence.metrics import windows
from intelligence.metrics.frame import Numbers
from intelligence.metrics.known import newest
from intelligence.models import HourBlock
from intelligence.totals import Keys
from metaads.models import AdAccount, Level


def earlier(hour: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The start (UTC) of the hour that the account's clock showed so many days before."""
    return (hour.astimezone(zone) - timedelta(days=days)).astimezone(UTC)


Sums = tuple[Numbers, Numbers]


def sums_of(account: AdAccount, spans: list[list[datetime]], ids: Keys) -> list[Sums | None]:
    """(spend in the major unit, impressions) of each of these ad sets in each span; None unless each of its hours was
    read by itself."""
    hours = sorted({hour for span in spans for hour in span})
    found: dict[str, dict[datetime, Numbers]] = {"spend": {}, "impressions": {}}
    blocks = HourBlock.objects.filter(account=account, level=Level.AD_SET, hour__in=hours, hours=1)
    for hour, packed in blocks.values_list("hour", "packed"):
        columns = unpack(packed, {"ids", *found})
        for name in found:
            if name in columns:
                found[name][hour] = _placed(columns["ids"], columns[name], ids)
    return [
        (_together(found["spend"], span), _together(found["impressions"], span))
        if all(hour in held for hour in span for held in found.values())
        else None
        for span in spans
    ]


def _together(found: dict[datetime, Numbers], span: list[datetime]) -> Numbers:
    total: Numbers = np.sum([found[hour] for hour in span], axis=0)
    return total


def _placed(keys: Keys, values: Numbers, ids: Keys) -> Numbers:
    """`values` in the order of `ids`, both ascending; what is not there or not known is nothing here."""
    if not len(keys):
        return np.zeros(len(ids))
    at = np.minimum(np.searchsorted(keys, ids), len(keys) - 1)
    return np.where(keys[at] == ids, np.nan_to_num(values[at]), 0.0)


def spent_before(account: AdAccount, live: Running, last: list[datetime], now: datetime) -> Numbers:
    """What each budget had spent before the hours that are looked at (newest first), on the day of their first."""
    day = windows.local_day(last[-1], account.zone)
    known = newest(account, Level.AD_SET, (day, day), now).get(day)
    (within,) = sums_of(account, [[hour for hour in last if windows.local_day(hour, account.zone) == day]], live.ids)
    if known is None or within is None:
        return np.zeros(len(live.daily))
    spent = _placed(known.totals.ids, known.totals.metric("spend"), live.ids)
    before: Numbers = np.maximum(live.per_holder(spent - within[0]), 0.0)
    return before


def within_budgets(live: Running, spend: Numbers, allowed: Numbers) -> Numbers:
    """The share of a past day's delivery of each ad set that its budget of now allows."""
    spent = live.per_holder(spend)
    share = np.fmin(1.0, np.divide(allowed, spent, out=np.ones_like(spent), where=spent > 0))
    shares: Numbers = share[live.holder]
    return shares
