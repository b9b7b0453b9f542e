"""Correlation: what one run changes by itself is at most 30 % of an account's spend, and never all siblings at once.

A wrong reading (an outage of tracking, a shock) moves everything together; whoever follows it everywhere at once has
no untouched part left to see it by. A person who approves sees the sum, so the rail tells the share and blocks only
what would act alone. The first change of a run is none with others, so it passes whatever its size.
"""

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict


class Correlation(Guard):
    key = "correlation"
    label = "Correlation"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        percent = facts.limits.max_correlated_percent
        setting = f"alone, one run changes at most {percent:g} % of the account's spend"
        if facts.executing:
            return self.passes("Held against the others when it was approved.", setting)
        if facts.run_actions == 0:
            return self.passes("The first change of this run.", setting)
        verdict = self._siblings(facts) or self._share(facts, percent, setting)
        if facts.acting_alone or verdict.remaining != 0.0:
            return verdict
        return self.passes(f"{verdict.reason} A person decides on each.", setting, 0.0)

    def _siblings(self, facts: Facts) -> Verdict | None:
        growing = facts.siblings_growing + 1
        if not facts.is_budget or not facts.raises or facts.siblings_growing == 0 or growing < facts.siblings:
            return None
        said = f"All {facts.siblings} active ad sets of its campaign would be raised at once."
        return self.blocks(said, "siblings are not all raised in one run", passing=True)

    def _share(self, facts: Facts, percent: float, setting: str) -> Verdict:
        if facts.own_spend is None or facts.account_spend is None or facts.run_spend is None:
            return self.blocks("What it spends is unknown, and this run changes others already.", setting, passing=True)
        total, most = facts.run_spend + facts.own_spend, facts.account_spend * percent / 100
        if total > most:
            share = 100 * total / facts.account_spend if facts.account_spend else 100.0
            return self.blocks(f"With it, this run changes {share:.0f} % of the spend.", setting, passing=True)
        left = 1 - total / most if most else 1.0
        return self.passes(f"This run changes {facts.money(total)} of spend a day so far.", setting, max(left, 0.001))


CORRELATION = Correlation()
