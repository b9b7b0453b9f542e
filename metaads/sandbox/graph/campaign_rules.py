"""What Meta demands of a campaign, new or edited (reference 3.3, 6.2, 6.4)."""

from typing import Any

from metaads.sandbox.graph import budget_rules, choices
from metaads.sandbox.graph.errors import invalid, refused
from metaads.sandbox.graph.view import View
from metaads.sandbox.graph.wishes import Wish, check_life, unfit
from metaads.sandbox.world.money import minimum_daily, minor
from metaads.sandbox.world.nodes import AdSet, Campaign

_MOST_FOR_SWITCHING = 70
_GONE = ("ARCHIVED", "DELETED")


def check(wish: Wish[Campaign], moved: dict[str, Any]) -> None:
    """GraphError for what Meta refuses. `moved`: the call's `adset_budgets` and `adset_bid_amounts`, by ad set id."""
    if wish.before is not None:
        check_life(wish.before, wish.asked | moved.keys(), wish.after.status if "status" in wish.asked else None)
        _check_mid_flight(wish, wish.before)
    budget_rules.check_one_kind(wish)
    budget_rules.check_size(wish)
    _check_members(wish)
    _check_cap(wish)
    _check_categories(wish)
    if "bid_strategy" in wish.asked and not budget_rules.is_shared(wish.after):
        raise unfit("Campaign budget required", "A bid strategy of a campaign needs a campaign budget.", "bid_strategy")
    for name, values in moved.items():
        _check_moved(wish, name, values)


def _check_mid_flight(wish: Wish[Campaign], before: Campaign) -> None:
    asked = [name for name in ("daily_budget", "lifetime_budget") if name in wish.asked]
    if asked and not budget_rules.is_shared(before):
        raise budget_rules.on_the_other("ad sets", *asked)
    if wish.after.is_adset_budget_sharing_enabled and not before.is_adset_budget_sharing_enabled:
        text = "Budget sharing can only be switched on when a campaign is created."
        raise refused(3_858_418, "Budget sharing can't be switched on", text, "is_adset_budget_sharing_enabled")
    if "bid_strategy" in wish.asked and len(_members(wish.view, before)) > _MOST_FOR_SWITCHING:
        text = f"Campaigns with more than {_MOST_FOR_SWITCHING} ad sets keep their bid strategy."
        raise unfit("Too many ad sets", text, "bid_strategy")


def _members(view: View, campaign: Campaign) -> list[AdSet]:
    return [s for s in view.members(campaign) if s.status not in _GONE]


def _check_members(wish: Wish[Campaign]) -> None:
    """A campaign budget holds the minimum of each of its running ad sets."""
    if wish.before is None or "daily_budget" not in wish.asked:
        return
    running = [s for s in _members(wish.view, wish.before) if s.status == "ACTIVE"]
    least = max(1, len(running)) * minimum_daily(wish.view.account.market)
    if (wish.after.daily_budget or 0) < least:
        text = (
            f"The budget is too low for {len(running)} ad sets. The minimum is {budget_rules.amount(wish.view, least)}."
        )
        raise refused(2_238_055, "Campaign budget is too low", text, "daily_budget")


def _check_cap(wish: Wish[Campaign]) -> None:
    cap = wish.after.spend_cap
    if "spend_cap" not in wish.asked or cap is None:
        return
    least = minor(100, wish.view.account.market)
    if cap < least:
        text = f"The spending limit must be at least {budget_rules.amount(wish.view, least)}."
        raise refused(2_446_307, "Spending limit is too low", text, "spend_cap")


def _check_categories(wish: Wish[Campaign]) -> None:
    named = [one for one in wish.after.special_ad_categories if one != "NONE"]
    if "CREDIT" in named:
        raise invalid("CREDIT is no longer supported. Use FINANCIAL_PRODUCTS_SERVICES", "special_ad_categories")
    if "special_ad_categories" in wish.asked and named and not wish.after.special_ad_category_country:
        raise invalid("special_ad_category_country is required for a special category", "special_ad_category_country")


def _check_moved(wish: Wish[Campaign], name: str, values: dict[str, int]) -> None:
    """Budgets or bids for the ad sets: of every one that is not deleted, and none other (reference 6.2)."""
    if wish.before is None:
        raise invalid(f"Param {name} is for campaigns that exist", name)
    members = _members(wish.view, wish.before)
    if name == "adset_budgets" and not budget_rules.is_shared(wish.before):
        raise budget_rules.on_the_other("ad sets", name)
    if len(members) > _MOST_FOR_SWITCHING:
        raise unfit("Too many ad sets", f"More than {_MOST_FOR_SWITCHING} ad sets can't be switched.", name)
    if {s.id for s in members} != set(values):
        raise unfit("Ad sets missing", "Every ad set of the campaign that is not deleted must be named once.", name)
    least = minimum_daily(wish.view.account.market) if name == "adset_budgets" else 1
    if min(values.values(), default=least) < least:
        text = f"The minimum is {budget_rules.amount(wish.view, least)}."
        raise refused(1_885_272, "Budget is too low", text, name)


def check_new(wish: Wish[Campaign]) -> None:
    """What only a new campaign has to say."""
    shared = budget_rules.is_shared(wish.after)
    if not shared and "is_adset_budget_sharing_enabled" not in wish.asked:
        text = "Say whether the ad sets may share up to 20 % of their budgets."
        raise refused(4_834_011, "Budget sharing must be stated", text, "is_adset_budget_sharing_enabled")
    if shared and wish.after.is_adset_budget_sharing_enabled:
        text = "Budget sharing is for campaigns without a budget of their own."
        raise refused(4_834_002, "Budget sharing and campaign budget", text, "is_adset_budget_sharing_enabled")
    if wish.after.objective not in choices.OBJECTIVES:
        raise invalid(f"Objective {wish.after.objective} is invalid. Use {', '.join(choices.OBJECTIVES)}", "objective")
