"""Set a budget to an amount."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from metaads.graph.money import to_minor
from optimization.kinds.budget import AmountParameters, BudgetKind


class SetBudget(BudgetKind):
    key = "set_budget"
    label = "Set budget"
    grows = True
    tone = "watch"
    Parameters = AmountParameters

    def wanted(self, before: int, parameters: Mapping[str, Any], currency: str) -> int:
        return to_minor(Decimal(str(parameters["amount"])), currency)


SET_BUDGET = SetBudget()
