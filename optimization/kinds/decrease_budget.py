"""Lower a budget by a percentage or an amount."""

from collections.abc import Mapping
from typing import Any

from optimization.kinds.budget import BudgetKind, DecreaseParameters, step


class DecreaseBudget(BudgetKind):
    key = "decrease_budget"
    label = "Decrease budget"
    loss_prevention = True
    tone = "bad"
    Parameters = DecreaseParameters

    def wanted(self, before: int, parameters: Mapping[str, Any], currency: str) -> int:
        return step(before, parameters, -1, currency)

    def refuses(self, before: int, wanted: int) -> str:
        return "" if wanted < before else "The lower bound leaves no room for a cut."


DECREASE_BUDGET = DecreaseBudget()
