"""Largest budgets: of one object, of a campaign and of a campaign that a goal made; a person cannot pass them either.

What would be too large is trimmed to the cap; what is over it already may only shrink.
"""

from metaads.graph.money import to_minor
from optimization.guards.base import BUDGETS, BY_ALL, MADE, Facts, Guard, Verdict


class LargestBudgets(Guard):
    key = "largest_budgets"
    label = "Largest budgets"
    binds = BY_ALL
    hard = True

    def check(self, facts: Facts) -> Verdict:
        if not facts.raises or not (facts.field in BUDGETS or facts.field == MADE):
            return self.not_concerned()
        if facts.orchestrated and facts.limits.max_orchestrated_budget is None:
            return self.blocks("No largest budget of a goal's campaign is entered for this currency.")
        cap, name = _cap(facts)
        if cap is None:
            return self.passes("No largest budget is set.")
        setting = f"{name} at most {facts.money(cap)} a day"
        days = facts.days_left if facts.field == "lifetime_budget" else 1.0
        if days is None or not isinstance(facts.wanted, int) or not isinstance(facts.before, int):
            return self.blocks("What it may spend a day is unknown.", setting, passing=True)
        most = int(cap * max(days, 1.0))
        if facts.wanted <= most:
            return self.passes("Within the largest budgets.", setting, (most - facts.wanted) / most if most else 0.0)
        if most > facts.before:
            return self.trims(most, f"Trimmed to {facts.money(most)}.", setting)
        return self.blocks(f"{facts.money(facts.wanted)} is more than {name} may have.", setting)


def _cap(facts: Facts) -> tuple[int | None, str]:
    """The smallest cap of the object, minor unit a day."""
    limits = facts.limits
    rows = [(limits.max_entity_budget, "one object"), (limits.max_campaign_budget, "a campaign")]
    if facts.orchestrated:
        rows.append((limits.max_orchestrated_budget, "a goal's campaign"))
    known = [(to_minor(amount, facts.currency), name) for amount, name in rows if amount is not None]
    return min(known, default=(None, ""))


LARGEST_BUDGETS = LargestBudgets()
