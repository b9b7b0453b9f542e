"""Budget exhausted: what cannot be spent is not raised; also a person is held up, with a better idea."""

from optimization.guards.base import BY_ALL, Facts, Guard, Verdict


class BudgetExhausted(Guard):
    key = "budget_exhausted"
    label = "Budget exhausted"
    binds = BY_ALL
    hard = True

    def check(self, facts: Facts) -> Verdict:
        if not facts.raises or facts.field == "status":
            return self.not_concerned()
        if facts.plan_adds is not None and facts.adds is not None and facts.adds + facts.plan_adds <= 0:
            return self.passes("It moves money and adds none.")
        if facts.exhausted:
            return self.blocks(f"{facts.exhausted} Reallocate from weaker ad sets, or raise that limit at Meta first.")
        return self.passes("No budget or cap above it is used up.")


BUDGET_EXHAUSTED = BudgetExhausted()
