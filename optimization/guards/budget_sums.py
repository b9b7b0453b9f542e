"""Sums of budgets: in a campaign, in the account and in the installation; a person cannot pass them either.

In a campaign the daily budgets count. For account and installation the exposure counts, 1.75 times as much: Meta may
spend up to 75 % more than the daily budget on a day (reference 6.2). Taking money away always passes.
"""

from decimal import Decimal
from typing import NamedTuple

from metaads.graph.money import amount_text, from_minor
from optimization.guards.base import BY_ALL, Facts, Guard, Verdict

OVERSPEND = Decimal("1.75")


class Sum(NamedTuple):
    """`after`: what would be allowed a day with the change, in `unit`; None = unknown."""

    what: str
    limit: Decimal
    after: Decimal | None
    unit: str


class BudgetSums(Guard):
    key = "budget_sums"
    label = "Sums of budgets"
    binds = BY_ALL
    hard = True

    def check(self, facts: Facts) -> Verdict:
        if not facts.raises:
            return self.not_concerned()
        sums, room, setting = _sums(facts), 1.0, ""
        for one in sums:
            setting = f"at most {_text(one.limit, one.unit)}"
            if one.after is None:
                return self.blocks(f"{one.what} is unknown.", setting, passing=True)
            if one.after > one.limit and (facts.adds or 0) > 0:
                return self.blocks(f"{one.what} would be {_text(one.after, one.unit)}.", setting, passing=True)
            room = min(room, float((one.limit - one.after) / one.limit) if one.limit else 0.0)
        said = "Within the sums of budgets." if sums else "No sum of budgets is limited."
        return self.passes(said, setting, max(room, 0.0) if sums else None)


def _sums(facts: Facts) -> list[Sum]:
    limits, adds, rows = facts.limits, facts.adds, list[Sum]()
    code, minor = facts.currency, from_minor(1, facts.currency)
    if limits.max_campaign_budget is not None:
        after = _with(facts.campaign_budgets, adds, facts.plan_adds_in_campaign, minor)
        rows.append(Sum("What its campaign may spend a day", limits.max_campaign_budget, after, code))
    if limits.max_account_budget is not None:
        after = _with(facts.account_budgets, adds, facts.plan_adds, minor * OVERSPEND)
        what = "What the account may spend a day (1.75 times its daily budgets)"
        rows.append(Sum(what, limits.max_account_budget, after, code))
    if limits.max_total_budget_usd is not None:
        more = None if facts.usd is None else _with(0, adds, facts.plan_adds, facts.usd)
        held = facts.everywhere_usd
        total = None if more is None or held is None else (held + more) * OVERSPEND
        what = "What all accounts may spend a day (1.75 times their daily budgets)"
        rows.append(Sum(what, limits.max_total_budget_usd, total, "USD"))
    return rows


def _with(held: int | None, adds: int | None, beside: int | None, worth: Decimal) -> Decimal | None:
    return None if held is None or adds is None or beside is None else (held + adds + beside) * worth


def _text(amount: Decimal, unit: str) -> str:
    return f"{amount_text(amount, unit)} a day"


BUDGET_SUMS = BudgetSums()
