"""Budget step: at most +30 % per action and +20 % per entity and account-day summed; at most -50 % per action.

What is too large is trimmed to the limit, towards the old value. A person is only advised.
"""

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict
from optimization.models import Source


class BudgetStep(Guard):
    key = "budget_step"
    label = "Budget step"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        if not facts.is_budget:
            return self.not_concerned()
        if not isinstance(facts.before, int) or not isinstance(facts.wanted, int) or facts.before <= 0:
            return self.blocks("The budget before is unknown.", passing=True)
        if facts.wanted > facts.before:
            return self._up(facts, facts.before, facts.wanted)
        return self._down(facts, facts.before, facts.wanted)

    def _up(self, facts: Facts, before: int, wanted: int) -> Verdict:
        per_action, per_day = facts.limits.max_increase_percent, _per_day(facts)
        base = before if facts.day_start_budget is None else facts.day_start_budget
        room_today = max(0, int(base * per_day / 100) - facts.raised_today)
        most = min(before + int(before * per_action / 100), before + room_today)
        setting = f"at most +{per_action:g} % per action, +{per_day:g} % per day"
        asked = (wanted - before) / before * 100
        if wanted <= most:
            return self.passes(f"+{asked:.0f} % is within the step.", setting, (most - wanted) / max(most - before, 1))
        if most <= before:
            return self.blocks("Its budget was raised as far as one day allows.", setting, passing=True)
        return self.trims(most, _trimmed(f"+{asked:.0f} %", f"+{(most - before) / before * 100:.0f} %"), setting)

    def _down(self, facts: Facts, before: int, wanted: int) -> Verdict:
        limit = facts.limits.max_decrease_percent
        least = before - int(before * limit / 100)
        setting = f"at most −{limit:g} % per action"
        asked = (before - wanted) / before * 100
        if wanted >= least:
            return self.passes(f"Step within {limit:g} %.", setting, (wanted - least) / max(before - least, 1))
        if least >= before:
            return self.blocks("No decrease is allowed.", setting)
        return self.trims(least, _trimmed(f"−{asked:.0f} %", f"−{(before - least) / before * 100:.0f} %"), setting)


def _trimmed(asked: str, left: str) -> str:
    """A rounding to the smallest unit may trim by less than the percentages show."""
    return f"Trimmed from {asked} to {left}." if asked != left else f"Trimmed to {left}, rounded down."


def _per_day(facts: Facts) -> float:
    """The optimiser has a limit of its own as well (its presets); the stricter counts."""
    limits = facts.limits
    if facts.source != Source.OPTIMIZER:
        return limits.max_increase_percent_per_day
    return min(limits.max_increase_percent_per_day, limits.optimizer_raise_percent_per_day)


BUDGET_STEP = BudgetStep()
