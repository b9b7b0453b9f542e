"""Who decides: each arm is how an account is set up before its life begins, and what is put into its queue beside."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from metaads.graph.money import from_minor
from metaads.models import AdAccount, AdSet, Campaign
from optimization.models import AccountLimits, OptimizerSettings
from optimization.queue.objects import Objects
from tests.benchmarks.decisions.oracle import propose_wishes
from tests.benchmarks.decisions.worlds import Served

OVERSPEND = Decimal("1.75")
"""The rail on the account's sum counts what Meta may spend on a day (`guards/budget_sums`)."""


@dataclass(frozen=True)
class Arm:
    """`method`: of the product's own optimiser, "" = it is off. `held`: the account's sum of daily budgets may not
    rise above what it was at the start; the rail on that sum binds the oracle too."""

    name: str
    method: str = ""
    oracle: bool = False
    held: bool = False


ARMS = {
    arm.name: arm
    for arm in (
        Arm("nothing"),
        Arm("oracle", oracle=True),
        Arm("oracle_held", oracle=True, held=True),
        Arm("thresholds", method="proportional"),
        Arm("thresholds_held", method="proportional", held=True),
        Arm("marginal", method="marginal"),
        Arm("marginal_held", method="marginal", held=True),
        Arm("thompson", method="thompson"),
    )
}
Beside = Callable[[datetime], Counter[str]]


def set_up(arm: Arm, account: AdAccount, here: Served, now: datetime) -> Beside:
    """Writes the account's settings; gives what is to be done beside the product's own look, each tick."""
    OptimizerSettings.objects.create(account=account, enabled=bool(arm.method), method=arm.method)
    most = _allowed(account, now) if arm.held else None
    AccountLimits.objects.create(account=account, queue_daily_cap=100_000, max_account_budget=most)
    if not arm.oracle:
        return lambda now: Counter()
    held = float(budgets(account)) if arm.held else None
    return lambda now: propose_wishes(account, here, now, held)


def _allowed(account: AdAccount, now: datetime) -> Decimal:
    """Just what the rail counts at the start: daily budgets, and lifetime ones spread over the days that they have."""
    total = Objects(account, now, lambda _: None).in_account
    assert total is not None, "a budget without an end: its account would have no sum to hold"
    return from_minor(total, account.currency) * OVERSPEND


def budgets(account: AdAccount) -> int:
    """Daily budgets of what is on, minor units."""
    on = {"account": account, "effective_status": "ACTIVE", "daily_budget__gt": 0}
    rows = [*Campaign.objects.filter(**on), *AdSet.objects.filter(**on)]
    return sum(int(row.daily_budget or 0) for row in rows)
