"""What an accepted change does to an object: values, time stamps, budget history, learning phase."""

from typing import Any

from metaads.sandbox.world import learning, settings
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.nodes import AdSet, Campaign, Node

_MONEY = ("daily_budget", "lifetime_budget", "bid_amount")
BUDGETS = ("daily_budget", "lifetime_budget")


def apply(account: Account, node: Node, changes: dict[str, Any], at: int) -> None:
    """Sets validated values (money in minor units) at Unix second `at`. Unchanged values change nothing."""
    real = {name: value for name, value in changes.items() if getattr(node, name) != value}
    if isinstance(node, AdSet) and any(name in changes for name in BUDGETS):
        node.budget_changes = [t for t in node.budget_changes if t > at - 3600] + [at]
    if _restarts_learning(node, real, at):
        _restart(account, node, at)
    for name, value in real.items():
        setattr(node, name, value)
    if isinstance(node, AdSet) and "status" in real:
        node.paused_at = None if node.status == "ACTIVE" else at
    # `updated_time` of a campaign does not move with its budget (reference 2.2).
    if real and not (isinstance(node, Campaign) and set(real) <= set(BUDGETS)):
        node.updated = at
    settings.forget(account)


def _restarts_learning(node: Node, real: dict[str, Any], at: int) -> bool:
    if "bid_strategy" in real:
        return True
    if any(learning.is_significant(getattr(node, name), real[name]) for name in _MONEY if name in real):
        return True
    long_pause = isinstance(node, AdSet) and node.paused_at is not None and at - node.paused_at >= learning.LONG_PAUSE
    return long_pause and real.get("status") == "ACTIVE"


def _restart(account: Account, node: Node, at: int) -> None:
    """The ad set, or all ad sets of the campaign, learn anew."""
    live = account.live
    for ad_set in account.ad_sets:
        touched = ad_set is node or (isinstance(node, Campaign) and ad_set.campaign == node.index)
        if touched and live.learning[ad_set.index] != learning.NONE:
            live.learning[ad_set.index] = learning.LEARNING
            live.results[ad_set.index] = 0.0
            live.since[ad_set.index] = at
