"""Levels drift apart: the ads of a day do not add up to its campaigns.

Meta counts deleted ads in their parents' totals and does not list them (reference 4.2), so campaigns that have or had
deleted or archived parts are left out. Both levels are compared as they were read at about the same moment.
"""

from datetime import datetime

from intelligence.collect.levels import compared
from intelligence.collect.quality_checks.base import Check, Finding
from metaads.models import AdAccount

SLACK = 0.02


class LevelDrift(Check):
    key = "level_drift"
    label = "Levels drift apart"

    def look(self, account: AdAccount, now: datetime) -> Finding:
        days = compared(account, now)
        if not days:
            return self.unknown("No recent day was read at both levels at about the same time.")
        worst = max(days, key=lambda sums: sums.apart)
        told = f"on {worst.day:%d %b} the ads add up to {worst.ads:,.0f} impressions, their campaigns to "
        told += f"{worst.campaigns:,.0f} ({worst.apart:.1%} apart, allowed {SLACK:.0%})."
        if worst.apart > SLACK:
            return self.doubtful(f"The levels don't agree: {told}")
        return self.fine(f"The levels agree: {told}")


LEVEL_DRIFT = LevelDrift()
