"""Largest budgets: of one object, of a campaign and of a campaign that a goal made; a person cannot pass them either.

What would be too large is trimmed to the cap; what is over it already may only shrink, and is not switched on.
"""

from metaads.graph.money import to_minor
from optimization.guards.base import BY_ALL, Facts, Guard, Verdict


class LargestBudgets(Guard):
    key = "largest_budgets"
    label = "Largest budgets"
    binds = BY_ALL
    hard = True

    def check(self, facts: Facts) -> Verdict:
        if not facts.raises:
            return self.not_concerned()
        if facts.orchestrated and facts.limits.max_orchestrated_budget is None:
            return self.blocks("No largest budget of a goal's campaign is entered for this currency.")
        if facts.field == "status":
            return self._switched_on(facts)
        cap, name = min(_caps(facts), default=(None, ""))
        if cap is None:
            return self.passes(NONE_SET)
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

    def _switched_on(self, facts: Facts) -> Verdict:
        """Its budgets as they are: nothing of a status can be trimmed."""
        room, setting = 1.0, ""
        for cap, name in _caps(facts):
            brings, setting = facts.largest if name == ONE else facts.idle, f"{name} at most {facts.money(cap)} a day"
            if brings is None:
                return self.blocks("What it may spend a day is unknown.", setting, passing=True)
            if brings > cap:
                return self.blocks(f"{facts.money(brings)} a day is more than {name} may have.", setting)
            room = min(room, (cap - brings) / cap if cap else 0.0)
        return self.passes("Within the largest budgets.", setting, room) if setting else self.passes(NONE_SET)


ONE = "one object"
NONE_SET = "No largest budget is set."


def _caps(facts: Facts) -> list[tuple[int, str]]:
    """The caps of the object, minor unit a day."""
    limits = facts.limits
    rows = [(limits.max_entity_budget, ONE), (limits.max_campaign_budget, "a campaign")]
    if facts.orchestrated:
        rows.append((limits.max_orchestrated_budget, "a goal's campaign"))
    return [(to_minor(amount, facts.currency), name) for amount, name in rows if amount is not None]


LARGEST_BUDGETS = LargestBudgets()
