"""What Meta demands of an ad set, new or edited (reference 3.4, 6.2, 6.4)."""

from typing import Any

from metaads.sandbox.graph import budget_rules, choices
from metaads.sandbox.graph.errors import invalid, refused
from metaads.sandbox.graph.wishes import Wish, check_life, check_parent, unfit
from metaads.sandbox.world.nodes import AdSet, Campaign

MOST_IN_A_CAMPAIGN = 200
_GONE = ("ARCHIVED", "DELETED")
_WIDE_AGES = (18, 65)


def check(wish: Wish[AdSet], campaign: Campaign) -> None:
    """GraphError for what Meta refuses."""
    if wish.before is None:
        _check_place(wish, campaign)
    else:
        check_life(wish.before, wish.asked, wish.after.status if "status" in wish.asked else None)
    _check_dates(wish)
    budget_rules.check_one_kind(wish)
    budget_rules.check_level(wish, campaign)
    budget_rules.check_size(wish)
    budget_rules.check_lifetime(wish)
    budget_rules.check_limits(wish, campaign)
    budget_rules.check_bid(wish, campaign)
    _check_goal(wish, campaign)
    _check_promoted(wish)
    _check_people(wish, campaign)
    budget_rules.check_pace(wish)


def _check_place(wish: Wish[AdSet], campaign: Campaign) -> None:
    check_parent(campaign, "campaign_id")
    members = [s for s in wish.view.members(campaign) if s.status not in _GONE]
    if len(members) >= MOST_IN_A_CAMPAIGN:
        text = f"A campaign holds at most {MOST_IN_A_CAMPAIGN} ad sets."
        raise unfit("Too many ad sets", text, "campaign_id")


def _check_dates(wish: Wish[AdSet]) -> None:
    after, now = wish.after, wish.view.now
    if "end" in wish.asked and after.end is not None and after.end <= now:
        raise refused(1_487_033, "End date is in the past", "Choose an end date in the future.", "end_time")
    if {"start", "end"} & wish.asked and after.end is not None and after.end <= after.start:
        raise unfit("End before start", "The end date must lie after the start date.", "end_time")
    over = wish.before is not None and wish.before.end is not None and wish.before.end <= now
    if over and "end" not in wish.asked and wish.asked - {"name"} and wish.after.status not in ("PAUSED", *_GONE):
        text = "This ad set has ended. Give it a new end date first."
        raise refused(1_487_007, "Ad set has ended", text, *sorted(wish.asked))


def _check_goal(wish: Wish[AdSet], campaign: Campaign) -> None:
    after = wish.after
    if not {"optimization_goal", "billing_event", "campaign"} & wish.asked:
        return
    fits = choices.GOALS_OF.get(campaign.objective)
    if fits is not None and after.optimization_goal not in fits:
        text = "You can't use the selected performance goal with your campaign objective."
        raise refused(2_490_408, "Performance goal isn't available", text, "optimization_goal")
    billable = {"IMPRESSIONS", after.optimization_goal}
    if after.billing_event not in billable:
        raise invalid(f"billing_event {after.billing_event} does not fit {after.optimization_goal}", "billing_event")
    others = [s for s in wish.view.members(campaign) if s.status not in _GONE and s.index != after.index]
    automatic = budget_rules.is_shared(campaign) and campaign.bid_strategy == "LOWEST_COST_WITHOUT_CAP"
    if automatic and any(s.optimization_goal != after.optimization_goal for s in others):
        text = "With a campaign budget and automatic bidding all ad sets share one performance goal."
        raise unfit("Different performance goals", text, "optimization_goal")


def _check_promoted(wish: Wish[AdSet]) -> None:
    """What the goal counts must be named, and can't be changed later."""
    after = wish.after
    if wish.before is not None:
        if "promoted_object" in wish.asked and after.promoted_object != wish.before.promoted_object:
            raise invalid("promoted_object can't be changed", "promoted_object")
        return
    needed = choices.PROMOTED.get(after.optimization_goal)
    named = after.promoted_object or {}
    if needed and not any(keys <= named.keys() for keys in needed):
        text = f"{after.optimization_goal} needs a promoted object with {' or '.join(sorted(map(_all, needed)))}."
        raise refused(1_885_154, "Ad set with promoted object is required", text, "promoted_object")
    pixel, event = named.get("pixel_id"), named.get("custom_event_type")
    if pixel is not None and str(pixel) != wish.view.account.pixel:
        raise invalid(f"Pixel {pixel} does not exist or is not shared with this ad account", "promoted_object")
    if event is not None and event not in choices.EVENTS:
        raise invalid(f"custom_event_type {event} is not one of {', '.join(choices.EVENTS)}", "promoted_object")


def _all(keys: frozenset[str]) -> str:
    return " and ".join(sorted(keys))


def _check_people(wish: Wish[AdSet], campaign: Campaign) -> None:
    targeting = wish.after.targeting
    if wish.is_new or "targeting" in wish.asked:
        if not targeting.get("geo_locations"):
            raise unfit("Location required", "Say where the people are: targeting needs geo_locations.", "targeting")
        low, high = _age(targeting, "age_min", 18), _age(targeting, "age_max", 65)
        if low > high or low < 13:
            raise invalid("age_min must be at least 13 and not above age_max", "targeting")
        _check_fair(campaign, targeting, (low, high))
    check_european(wish.after)


def _age(targeting: dict[str, Any], name: str, default: int) -> int:
    value = targeting.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise invalid(f"{name} must be an integer", "targeting")
    return value


def _check_fair(campaign: Campaign, targeting: dict[str, Any], ages: tuple[int, int]) -> None:
    """Special categories: nobody left out by age or sex, and Advantage+ audience stated (reference 1.1, v26.0)."""
    if not choices.RESTRICTED & set(campaign.special_ad_categories):
        return
    if ages != _WIDE_AGES or targeting.get("genders"):
        text = "In a special ad category ads are shown to all ages from 18 to 65+ and all genders."
        raise unfit("Audience too narrow for a special category", text, "targeting")
    if targeting.get("targeting_automation", {}).get("advantage_audience") not in (0, 1):
        text = "State targeting_automation.advantage_audience as 1 or 0."
        raise refused(1_870_227, "Advantage audience must be stated", text, "targeting")


def check_european(ad_set: AdSet) -> None:
    """Whoever advertises in the European Union says who pays and who profits."""
    countries = ad_set.targeting.get("geo_locations", {}).get("countries", [])
    if not choices.EUROPE & set(countries):
        return
    if not ad_set.dsa_payor:
        raise refused(3_858_079, "Payer required", "Ads shown in the EU must say who pays for them.", "dsa_payor")
    if not ad_set.dsa_beneficiary:
        text = "Ads shown in the EU must say whom they benefit."
        raise refused(3_858_081, "Beneficiary required", text, "dsa_beneficiary")
