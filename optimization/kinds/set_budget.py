"""Set a budget to an amount."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from metaads.graph.money import to_minor
from optimization.kinds.budget import AmountParameters, BudgetKind

TOO_LITTLE = "amount: it is less than the currency's smallest unit. Give a budget above 0, or pause instead."


class SetBudget(BudgetKind):
    key = "set_budget"
    label = "Set budget"
    grows = True
    tone = "watch"
    Parameters = AmountParameters

    def wanted(self, before: int, parameters: Mapping[str, Any], currency: str) -> int:
        return to_minor(Decimal(str(parameters["amount"])), currency)

    def refuses(self, before: int, wanted: int) -> str:
        return TOO_LITTLE if wanted < 1 else super().refuses(before, wanted)


SET_BUDGET = SetBudget()
