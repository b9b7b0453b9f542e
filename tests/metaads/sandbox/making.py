"""Parameters of complete, acceptable creates; tests take one thing away or change one."""

from typing import Any

from metaads.sandbox.state import load_or_create
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import NOW

AMERICA = {"geo_locations": {"countries": ["US"]}, "age_min": 25, "age_max": 54}


def campaign(**changes: Any) -> dict[str, Any]:
    """A paused sales campaign whose budgets are on its ad sets."""
    return _with(
        {
            "name": "Autumn",
            "objective": "OUTCOME_SALES",
            "special_ad_categories": [],
            "status": "PAUSED",
            "is_adset_budget_sharing_enabled": False,
        },
        changes,
    )


def ad_set(account: Account, campaign_id: str, /, **changes: Any) -> dict[str, Any]:
    """An active ad set for purchases with fifty euros (or what it is) a day."""
    return _with(
        {
            "name": "Broad",
            "campaign_id": campaign_id,
            "optimization_goal": "OFFSITE_CONVERSIONS",
            "billing_event": "IMPRESSIONS",
            "targeting": AMERICA,
            "promoted_object": {"pixel_id": account.pixel, "custom_event_type": "PURCHASE"},
            "daily_budget": 5000,
            "status": "ACTIVE",
        },
        changes,
    )


def creative(account: Account, **changes: Any) -> dict[str, Any]:
    """A link ad with an image; `message` and `link` may be changed."""
    link = {
        "link": changes.pop("link", "https://shop.example/boots"),
        "message": changes.pop("message", "Dry feet all winter."),
        "name": "Boots",
        "image_hash": "0123456789abcdef",
        "call_to_action": {"type": "SHOP_NOW"},
    }
    page = str(104_000_000_000_000 + account.number)
    return _with({"name": "Boots", "object_story_spec": {"page_id": page, "link_data": link}}, changes)


def ad(ad_set_id: str, creative_id: str, /, **changes: Any) -> dict[str, Any]:
    """An active ad."""
    return _with(
        {"name": "Boots A", "adset_id": ad_set_id, "creative": {"creative_id": creative_id}, "status": "ACTIVE"},
        changes,
    )


def _with(params: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The parameters with the changes; None takes one away."""
    return {name: value for name, value in (params | changes).items() if value is not None}


def quick_world() -> World:
    """One account with three days of history that goes on in steps of an hour: enough for tests of writes."""
    options = WorldOptions(
        seed=7, accounts=1, campaigns=4, ad_sets=10, ads=24, history_days=3, step_minutes=60, human_edits=0
    )
    return load_or_create(None, 7, NOW, options)
