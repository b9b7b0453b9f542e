"""Meta's own limits: its least daily budget, and four budget changes of an object an hour. They bind everybody.

Sources: reference 6.2 (`minimum_budgets`; the hourly number is told for ad sets, D1, and taken for campaigns).
"""

from optimization.guards.base import EVERYBODY, MADE, Facts, Guard, Verdict

AN_HOUR = 4


class MetaLimits(Guard):
    key = "meta_limits"
    label = "Meta's own limits"
    binds = EVERYBODY
    hard = True

    def check(self, facts: Facts) -> Verdict:
        if not facts.is_budget and facts.field != MADE:
            return self.not_concerned()
        setting = f"at most {AN_HOUR} budget changes an hour"
        used = facts.budget_changes_last_hour
        if facts.is_budget and used >= AN_HOUR:
            return self.blocks(
                f"{used} budget changes of it in the last hour; Meta takes no more.", setting, passing=True
            )
        least = facts.least_budget
        if least is not None:
            low = self._too_low(facts, least)
            if low is not None:
                return low
        return self.passes("Within Meta's own limits.", setting, (AN_HOUR - used) / AN_HOUR)

    def _too_low(self, facts: Facts, least: int) -> Verdict | None:
        carries_none = facts.field == MADE and facts.wanted == 0
        if (
            facts.field == "lifetime_budget"
            or carries_none
            or not isinstance(facts.wanted, int)
            or facts.wanted >= least
        ):
            return None
        setting = f"at least {facts.money(least)} a day"
        if isinstance(facts.before, int) and facts.wanted < least < facts.before:
            return self.trims(least, f"Trimmed to Meta's least budget, {facts.money(least)}.", setting)
        return self.blocks(f"Meta takes no daily budget under {facts.money(least)}.", setting)


META_LIMITS = MetaLimits()
