"""Rules for budgets and bids, the same for new and for edited objects (reference 3.3, 3.4, 6.2)."""

from metaads.sandbox.graph import choices
from metaads.sandbox.graph.errors import GraphError, refused
from metaads.sandbox.graph.view import View
from metaads.sandbox.graph.wishes import Wish, unfit
from metaads.sandbox.world.money import minimum_daily
from metaads.sandbox.world.nodes import AdSet, Campaign

_BUDGETS = ("daily_budget", "lifetime_budget")
_CHANGES_PER_HOUR = 4
_FLOORS = (100, 10_000_000)
_CLICKS_IN_A_BUDGET = 5


def amount(view: View, minor: int) -> str:
    """`1.00 EUR`."""
    market = view.account.market
    return f"{minor / market.offset:.{len(str(market.offset)) - 1}f} {market.currency}"


def is_shared(campaign: Campaign) -> bool:
    """Whether the budget is the campaign's (reference 3.3: missing and zero alike)."""
    return bool(campaign.daily_budget or campaign.lifetime_budget)


def check_one_kind(wish: Wish[Campaign] | Wish[AdSet]) -> None:
    """Daily or lifetime, never both, and never one instead of the other."""
    asked = [name for name in _BUDGETS if name in wish.asked]
    if len(asked) == 2:
        raise refused(1_885_621, "Two budgets", "Set a daily budget or a lifetime budget, not both.", *asked)
    for name in asked:
        if wish.before is not None and getattr(wish.before, name) is None:
            text = "Change the budget that is set: daily or lifetime."
            raise refused(1_885_621, "Budget type can't change", text, name)


def check_level(wish: Wish[AdSet], campaign: Campaign) -> None:
    """An ad set has a budget exactly where its campaign has none."""
    asked = [name for name in _BUDGETS if name in wish.asked]
    if asked and is_shared(campaign):
        raise on_the_other("campaign", *asked)
    if wish.is_new and not asked and not is_shared(campaign):
        text = "The campaign has no budget of its own, so each ad set needs a daily or a lifetime budget."
        raise refused(1_885_621, "Ad set without budget", text, "daily_budget")


def on_the_other(where: str, *blame: str) -> GraphError:
    """The budget is on the other level."""
    text = f"You can only set a budget on the campaign or on its ad sets, and here it is on the {where}."
    return refused(1_885_621, "Campaign budget and ad set budget", text, *blame)


def check_size(wish: Wish[Campaign] | Wish[AdSet]) -> None:
    """Not below Meta's minimum."""
    least = minimum_daily(wish.view.account.market)
    if "daily_budget" in wish.asked and (wish.after.daily_budget or 0) < least:
        text = f"Your budget is too low. The minimum is {amount(wish.view, least)} a day."
        raise refused(1_885_272, "Budget is too low", text, "daily_budget")


def check_lifetime(wish: Wish[AdSet]) -> None:
    """A lifetime budget needs an end, a day's minimum for each day, and a tenth more than was spent."""
    after, view = wish.after, wish.view
    if not after.lifetime_budget or not {"lifetime_budget", "end"} & wish.asked:
        return
    if after.end is None:
        raise unfit("End date required", "A lifetime budget needs an end date.", "end_time")
    spent = 0.0 if wish.before is None else float(view.account.live.spent_ever[after.index])
    if "lifetime_budget" in wish.asked and after.lifetime_budget < 1.1 * spent:
        text = "The budget must be 10 % above what was spent."
        raise refused(1_885_650, "Budget is too low", text, "lifetime_budget")
    days = max(1, -((after.start - after.end) // 86_400))
    least = days * minimum_daily(view.account.market)
    if after.lifetime_budget < least:
        text = f"Your budget is too low. The minimum for {days} days is {amount(view, least)}."
        raise refused(1_885_272, "Budget is too low", text, "lifetime_budget")


def check_limits(wish: Wish[AdSet], campaign: Campaign) -> None:
    """Minimum and maximum of a day belong into a campaign budget, and in this order."""
    asked = [name for name in ("daily_min_spend_target", "daily_spend_cap") if name in wish.asked]
    if not asked:
        return
    if not campaign.daily_budget:
        raise unfit("Campaign budget required", "Spending limits of ad sets need a daily campaign budget.", *asked)
    low, high = wish.after.daily_min_spend_target or 0, wish.after.daily_spend_cap
    if high is not None and high < low:
        raise unfit("Limits contradict", "The maximum must not be below the minimum.", *asked)
    if low > campaign.daily_budget:
        raise unfit("Minimum is too high", "The minimum must not be above the campaign's budget.", *asked)


def check_bid(wish: Wish[AdSet], campaign: Campaign) -> None:
    """A capped strategy needs a bid, automatic bidding takes none, a ROAS floor needs its floor."""
    after, asked = wish.after, wish.asked
    if "bid_strategy" in asked and is_shared(campaign) and after.bid_strategy != campaign.bid_strategy:
        text = "Change the bid strategy of the campaign."
        raise refused(1_885_621, "Bid strategy is on the campaign", text, "bid_strategy")
    strategy = campaign.bid_strategy if is_shared(campaign) else after.bid_strategy
    if strategy in choices.CAPPED and not after.bid_amount:
        raise refused(1_815_857, "Bid amount required", "This bid strategy needs a bid amount.", "bid_amount")
    if "bid_amount" in asked and strategy not in choices.CAPPED:
        text = "A bid amount needs a capped bid strategy."
        raise refused(1_885_204, "Goal needs automatic bidding", text, "bid_amount")
    if strategy == "LOWEST_COST_WITH_MIN_ROAS":
        _check_floor(after)
    _check_room(wish, strategy)


def _check_floor(ad_set: AdSet) -> None:
    floor = (ad_set.bid_constraints or {}).get("roas_average_floor")
    if not isinstance(floor, int) or not _FLOORS[0] <= floor <= _FLOORS[1]:
        text = f"roas_average_floor must be a whole number from {_FLOORS[0]} to {_FLOORS[1]} (10000 is 1.0)."
        raise unfit("ROAS floor required", text, "bid_constraints")


def _check_room(wish: Wish[AdSet], strategy: str | None) -> None:
    """A day's budget holds at least one capped bid, five where clicks are billed."""
    after = wish.after
    if strategy != "LOWEST_COST_WITH_BID_CAP" or not {"bid_amount", "daily_budget"} & wish.asked:
        return
    times = _CLICKS_IN_A_BUDGET if after.billing_event in choices.BILLED_BY_CLICK else 1
    if after.daily_budget and after.daily_budget < times * (after.bid_amount or 0):
        text = f"The daily budget must be at least {amount(wish.view, times * (after.bid_amount or 0))} for this bid."
        raise refused(1_885_272, "Budget is too low", text, "daily_budget")


def check_pace(wish: Wish[AdSet]) -> None:
    """At most four budget changes of an ad set within an hour."""
    if wish.before is None or not set(_BUDGETS) & wish.asked:
        return
    recent = [t for t in wish.before.budget_changes if t > wish.view.now - 3600]
    if len(recent) >= _CHANGES_PER_HOUR:
        raise GraphError(
            "(#613) Calls to this api have exceeded the rate limit.", 613, 1_487_632,
            title="Ad set budget changed too often",
            user_message="The budget of an ad set can be changed four times an hour. Please try again later.",
            transient=False,
        )  # fmt: skip
