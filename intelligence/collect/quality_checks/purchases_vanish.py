"""Purchases vanish: far fewer results were reported in the last hours than the clicks of these hours let expect.

What is counted is what was *reported* in the last 8 or 24 hours: the growth of the totals of today and of the three
days before. That does not depend on how late results come in, as the daily totals would. Expected is the clicks of the
same hours, each campaign's times its own results per click of days old enough to be complete (a new campaign that
brings clicks and no sales changes nothing); the spread is that of the account's daily rates.
"""

from datetime import datetime, timedelta

import numpy as np

from intelligence.collect.growth import Grown, Usual, grown, usual_rates
from intelligence.collect.quality_checks.base import Check, Finding, chance_of_at_most
from intelligence.metrics import windows
from intelligence.metrics.known import newest
from metaads.models import AdAccount, Level
from metaads.reader.results import result_types

SPANS = (timedelta(hours=8), timedelta(hours=24))
REFERENCE = (4, 28)
LEAST_EXPECTED = 8.0
SPREADS = 2.33
MOST_SHARE = 0.35
CHANCE = 1e-4


class PurchasesVanish(Check):
    key = "purchases_vanish"
    label = "Results vanish"

    def look(self, account: AdAccount, now: datetime) -> Finding:
        today = windows.local_day(now, account.zone)
        known = newest(account, Level.CAMPAIGN, (today - timedelta(days=REFERENCE[1]), today), now)
        types = result_types(account)
        usual = usual_rates([known[day] for day in known if REFERENCE[0] <= (today - day).days], types)
        if usual is None or today not in known:
            return self.unknown("Too few results on past days to know what is usual.")
        findings = [self._judge(span, usual, grown(account, known, span, now, types, usual)) for span in SPANS]
        doubts = [finding for finding in findings if finding.verdict == "doubtful"]
        judged = [finding for finding in findings if finding.verdict != "unknown"]
        return (doubts or judged or findings)[0]

    def _judge(self, span: timedelta, usual: Usual, seen: Grown | None) -> Finding:
        hours = round(span / timedelta(hours=1))
        if seen is None:
            return self.unknown(f"The state {hours} h ago was not read.")
        expected = seen.expected
        low = expected * float(np.exp(-SPREADS * usual.spread))
        told = f"{seen.results:,.0f} results were reported in the last {hours} h, about {expected:,.0f} were expected"
        told += f" from {seen.clicks:,.0f} clicks (on a poor day {low:,.0f})."
        if low < LEAST_EXPECTED:
            return self.unknown(f"Too few to judge by: {told}")
        if seen.results <= MOST_SHARE * expected and chance_of_at_most(seen.results, low) < CHANCE:
            return self.doubtful(f"Only {told} Tracking may be broken.")
        return self.fine(f"As usual: {told}")


PURCHASES_VANISH = PurchasesVanish()
