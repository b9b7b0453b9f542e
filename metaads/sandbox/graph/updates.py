"""Writing: checks a change as Meta would, and refuses with Meta's numbers (reference 6.1, 6.2)."""

from collections.abc import Callable
from typing import Any

from metaads.sandbox.graph.call import COMMON, Call
from metaads.sandbox.graph.errors import GraphError, invalid, refused
from metaads.sandbox.graph.render import Target
from metaads.sandbox.graph.view import View
from metaads.sandbox.world.money import minimum_daily
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Node

STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED")
STRATEGIES = ("LOWEST_COST_WITHOUT_CAP", "LOWEST_COST_WITH_BID_CAP", "COST_CAP", "LOWEST_COST_WITH_MIN_ROAS")
_CAPPED = ("LOWEST_COST_WITH_BID_CAP", "COST_CAP")
_CHANGES_PER_HOUR = 4
_OPTIONS = frozenset({"validate_only", "include_recommendations", "synchronous_ad_review"})


def changes(target: Target, call: Call) -> tuple[dict[str, Any], bool]:
    """The validated values (money in minor units) and whether they are only to be checked."""
    node = target.node
    if not isinstance(node, Campaign | AdSet | Ad):
        raise invalid("This object can't be edited through the sandbox")
    found: dict[str, Any] = {}
    for name in call.params.keys() - COMMON - {"execution_options"}:
        reader = _READERS[type(node)].get(name)
        if reader is None:
            raise invalid(f"Param {name} is not a valid parameter of this object", name)
        found[name] = reader(name, call)
    options = set(call.words("execution_options"))
    if options - _OPTIONS:
        raise invalid("execution_options must be validate_only", "execution_options")
    _check(target.view, node, found)
    return found, "validate_only" in options


def _check(view: View, node: Node, found: dict[str, Any]) -> None:
    _check_life(node, found)
    if isinstance(node, Campaign | AdSet):
        _check_budget_level(view, node, found)
        _check_budget_size(view, node, found)
    if isinstance(node, AdSet):
        _check_bid(view, node, found)
        _check_pace(view, node, found)


def _check_life(node: Node, found: dict[str, Any]) -> None:
    """Archived can only be deleted; deleted allows a new name and nothing else."""
    if node.status == "DELETED" and set(found) - {"name"}:
        raise refused(1_487_056, "Object is deleted", "A deleted object can't be edited.", *found)
    if node.status == "ARCHIVED" and found.get("status") != "DELETED" and set(found) - {"name"}:
        raise refused(1_487_566, "Object is archived", "An archived object can only be deleted.", *found)


def _check_budget_level(view: View, node: Campaign | AdSet, found: dict[str, Any]) -> None:
    """Exactly one level has the budget, and exactly one of daily and lifetime."""
    asked = [name for name in ("daily_budget", "lifetime_budget") if name in found]
    if not asked:
        return
    shared = view.campaign_of(node) if isinstance(node, AdSet) else node
    on_campaign = bool(shared.daily_budget or shared.lifetime_budget)
    if on_campaign is isinstance(node, AdSet):
        where = "campaign" if isinstance(node, AdSet) else "ad sets"
        text = f"You can only set a budget on the campaign or on its ad sets, and here it is on the {where}."
        raise refused(1_885_621, "Campaign budget and ad set budget", text, *asked)
    for name in asked:
        if getattr(node, name) is None:
            raise refused(
                1_885_621, "Budget type can't change", "Change the budget that is set: daily or lifetime.", name
            )


def _check_budget_size(view: View, node: Campaign | AdSet, found: dict[str, Any]) -> None:
    market = view.account.market
    least = minimum_daily(market)
    if "daily_budget" in found and found["daily_budget"] < least:
        text = f"Your budget is too low. The minimum is {least / market.offset:.2f} {market.currency} a day."
        raise refused(1_885_272, "Budget is too low", text, "daily_budget")
    if "lifetime_budget" in found and isinstance(node, AdSet):
        spent = float(view.account.live.spent_ever[node.index])
        if found["lifetime_budget"] < 1.1 * spent:
            raise refused(
                1_885_650, "Budget is too low", "The budget must be 10 % above what was spent.", "lifetime_budget"
            )


def _check_bid(view: View, node: AdSet, found: dict[str, Any]) -> None:
    strategy = found.get("bid_strategy", node.bid_strategy)
    if "bid_strategy" in found and view.campaign_of(node).daily_budget:
        raise refused(
            1_885_621, "Bid strategy is on the campaign", "Change the bid strategy of the campaign.", "bid_strategy"
        )
    if strategy in _CAPPED and not found.get("bid_amount", node.bid_amount):
        raise refused(1_815_857, "Bid amount required", "This bid strategy needs a bid amount.", "bid_amount")
    if "bid_amount" in found and strategy == "LOWEST_COST_WITHOUT_CAP":
        raise refused(
            1_885_204, "Goal needs automatic bidding", "A bid amount needs a capped bid strategy.", "bid_amount"
        )


def _check_pace(view: View, node: AdSet, found: dict[str, Any]) -> None:
    """At most four budget changes of an ad set within an hour."""
    if not {"daily_budget", "lifetime_budget"} & set(found):
        return
    recent = [t for t in node.budget_changes if t > view.now - 3600]
    if len(recent) >= _CHANGES_PER_HOUR:
        raise GraphError(
            "(#613) Calls to this api have exceeded the rate limit.", 613, 1_487_632,
            title="Ad set budget changed too often",
            user_message="The budget of an ad set can be changed four times an hour. Please try again later.",
            transient=False,
        )  # fmt: skip


def _status(name: str, call: Call) -> str:
    value = call.text(name)
    if value not in STATUSES:
        raise invalid(f'Param status must be one of {{{", ".join(STATUSES)}}} - got "{value}"', name)
    return value


def _strategy(name: str, call: Call) -> str:
    value = call.text(name)
    if value not in STRATEGIES:
        raise invalid(f'Param bid_strategy must be one of {{{", ".join(STRATEGIES)}}} - got "{value}"', name)
    return value


def _name(name: str, call: Call) -> str:
    value = call.text(name).strip()
    if not value or len(value) > 400:
        raise invalid("Param name must have 1 to 400 characters", name)
    return value


def _money(name: str, call: Call) -> int:
    """Whole minor units above zero; `84.00` is refused as Meta refuses it."""
    value = call.number(name, 0)
    if value <= 0:
        raise invalid(f"Param {name} must be an integer greater than 0", name)
    return value


_Reader = Callable[[str, Call], Any]
_COMMON: dict[str, _Reader] = {"status": _status, "name": _name}
_BUDGETED: dict[str, _Reader] = {
    **_COMMON, "daily_budget": _money, "lifetime_budget": _money, "bid_strategy": _strategy,
}  # fmt: skip
_READERS: dict[type, dict[str, _Reader]] = {
    Campaign: _BUDGETED,
    AdSet: {**_BUDGETED, "bid_amount": _money},
    Ad: _COMMON,
}
