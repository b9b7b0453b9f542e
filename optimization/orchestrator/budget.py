"""What each goal may spend a day. Minor units of the account's currency, whole, never above the cap in all."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from metaads.graph.money import to_minor
from metaads.models import AdAccount
from optimization.live_world import least_budget_of
from optimization.models import Goal, OrchestratorSettings


@dataclass(frozen=True)
class Share:
    """`budget`: minor units a day; 0 = nothing is left for it, and `why` says so."""

    budget: int
    learning: int
    why: str = ""

    @property
    def scaling(self) -> int:
        return self.budget - self.learning


def least_ad_set(account: AdAccount, row: OrchestratorSettings) -> int:
    """The least that an ad set of a goal gets a day: Meta's minimum, or the account's own if that is more."""
    own = 0 if row.least_ad_set_budget is None else to_minor(row.least_ad_set_budget, account.currency)
    return max(own, least_budget_of(account) or 0, 1)


def cap_of(account: AdAccount, row: OrchestratorSettings) -> int:
    """The most that all goals may spend a day; 0 = none is entered."""
    return 0 if row.max_daily_budget is None else to_minor(row.max_daily_budget, account.currency)


def shares(account: AdAccount, row: OrchestratorSettings, goals: Sequence[Goal]) -> dict[int, Share]:
    """By id of goal: total x priority / sum of priorities, or its hint; each at least one ad set's least.

    The cap is given out by priority: whoever comes when too little is left for one ad set, waits.
    """
    cap, least = cap_of(account, row), least_ad_set(account, row)
    total = min(cap, to_minor(row.global_daily_budget or Decimal(0), account.currency))
    weight, used = sum(goal.priority for goal in goals), 0
    found: dict[int, Share] = {}
    for goal in sorted(goals, key=lambda one: (-one.priority, one.key)):
        hint = None if goal.budget_hint is None else to_minor(goal.budget_hint, account.currency)
        wanted = max(total * goal.priority // weight if hint is None else hint, least)
        budget = min(wanted, cap - used)
        if budget < least:
            found[goal.pk] = Share(0, 0, "The largest daily budget of all goals is given to goals of higher priority.")
            continue
        used += budget
        part = row.learning_share if goal.learning_share is None else goal.learning_share
        found[goal.pk] = Share(budget, round(budget * part))
    return found
