"""Spend collapses: what is switched on spends nearly nothing, all over the account, as when Meta's delivery is down.

The last hours are compared with the same hours of the clock on the days before, for the ad sets alone that should be
delivering now and with no more than their budgets of now allow: what people paused or cut, and a budget that is spent
for today, explain themselves.
"""

from datetime import datetime, timedelta

import numpy as np

from intelligence.collect.delivered import earlier, spent_before, sums_of, within_budgets
from intelligence.collect.quality_checks.base import Check, Finding
from intelligence.collect.running import running
from intelligence.models import HourBlock
from metaads.models import AdAccount, Level

HOURS = 3
DAYS_BACK = 7
LEAST_DAYS = 2
MOST_SHARE = 0.15
LEAST_IMPRESSIONS = 500.0
_HOUR = timedelta(hours=1)
ACTIVE_ACCOUNT = 1


class SpendCollapse(Check):
    key = "spend_collapse"
    label = "Spend collapses"

    def look(self, account: AdAccount, now: datetime) -> Finding:
        if account.account_status not in (None, ACTIVE_ACCOUNT) or _capped(account):
            return self.unknown("Meta itself holds the account's spending back.")
        last = _last_hours(account, now)
        live = running(account, now)
        if len(last) < HOURS or not len(live):
            return self.unknown(f"The last {HOURS} hours were not read one by one, or nothing should be delivering.")
        spans = [[earlier(hour, back, account.zone) for hour in last] for back in range(DAYS_BACK + 1)]
        seen, *past = sums_of(account, spans, live.ids)
        days = [sums for sums in past if sums is not None]
        if seen is None or len(days) < LEAST_DAYS:
            return self.unknown("The same hours of past days were not read one by one.")
        allowed = live.ceiling(HOURS, spent_before(account, live, last, now))
        shares = [within_budgets(live, day[0], allowed) for day in days]
        usual = tuple(
            float(np.median([(day[k] * share).sum() for day, share in zip(days, shares, strict=True)])) for k in (0, 1)
        )
        return self._judge(account, (float(seen[0].sum()), float(seen[1].sum())), (usual[0], usual[1]))

    def _judge(self, account: AdAccount, seen: tuple[float, float], usual: tuple[float, float]) -> Finding:
        told = f"active ad sets spent {seen[0]:,.2f} {account.currency} in the last {HOURS} hours, "
        told += f"{usual[0]:,.2f} in the same hours of past days."
        if usual[1] < LEAST_IMPRESSIONS or usual[0] <= 0:
            return self.unknown(f"Too little to judge by: {told}")
        if seen[0] < MOST_SHARE * usual[0] and seen[1] < MOST_SHARE * usual[1]:
            return self.doubtful(f"Delivery has collapsed: {told} Meta may have an outage.")
        return self.fine(f"As usual: {told}")


def _capped(account: AdAccount) -> bool:
    """Whether the account's spending limit is reached."""
    cap, spent = account.spend_cap, account.amount_spent
    return bool(cap) and spent is not None and cap is not None and spent >= cap


def _last_hours(account: AdAccount, now: datetime) -> list[datetime]:
    """The newest hours that are complete, if they were read one by one and lately; else fewer."""
    blocks = HourBlock.objects.filter(
        account=account, level=Level.AD_SET, hour__gt=now - (HOURS + 3) * _HOUR, hour__lte=now - _HOUR
    ).order_by("-hour")
    found: list[datetime] = []
    for hour, hours in blocks.values_list("hour", "hours"):
        if hours == 1 and len(found) * _HOUR == (found or [hour])[0] - hour:
            found.append(hour)
    return found[:HOURS]


SPEND_COLLAPSE = SpendCollapse()
