"""Raise a budget by a percentage or an amount."""

from collections.abc import Mapping
from typing import Any

from optimization.kinds.budget import BudgetKind, IncreaseParameters, step


class IncreaseBudget(BudgetKind):
    key = "increase_budget"
    label = "Increase budget"
    grows = True
    tone = "good"
    Parameters = IncreaseParameters

    def wanted(self, before: int, parameters: Mapping[str, Any], currency: str) -> int:
        return step(before, parameters, 1, currency)

    def refuses(self, before: int, wanted: int) -> str:
        return "" if wanted > before else "The upper bound leaves no room for a raise."


INCREASE_BUDGET = IncreaseBudget()
