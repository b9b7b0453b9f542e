"""Fields of a campaign (reference 3.3). Budgets are absent when they are on the ad sets."""

from collections.abc import Callable
from typing import Any

from metaads.sandbox.graph.view import View, effective_status, issues_of, text
from metaads.sandbox.world.nodes import Campaign

Reader = Callable[[View, Campaign], Any]


def _remaining(view: View, c: Campaign) -> str | None:
    if not c.daily_budget:
        return None
    spent = sum(view.account.live.spent_today[s.index] for s in view.members(c))
    return str(max(0, int(c.daily_budget - spent)))


FIELDS: dict[str, Reader] = {
    "id": lambda v, c: c.id,
    "account_id": lambda v, c: v.account.id,
    "name": lambda v, c: c.name,
    "objective": lambda v, c: c.objective,
    "buying_type": lambda v, c: "AUCTION",
    "status": lambda v, c: c.status,
    "configured_status": lambda v, c: c.status,
    "effective_status": effective_status,
    "daily_budget": lambda v, c: text(c.daily_budget),
    "lifetime_budget": lambda v, c: text(c.lifetime_budget),
    "budget_remaining": _remaining,
    "bid_strategy": lambda v, c: c.bid_strategy,
    "pacing_type": lambda v, c: ["standard"],
    "special_ad_categories": lambda v, c: c.special_ad_categories,
    "special_ad_category": lambda v, c: next(iter(c.special_ad_categories), "NONE"),
    "special_ad_category_country": lambda v, c: c.special_ad_category_country or None,
    "spend_cap": lambda v, c: text(c.spend_cap),
    "source_campaign_id": lambda v, c: "0" if c.source is None else v.account.campaigns[c.source].id,
    "issues_info": issues_of,
    "is_adset_budget_sharing_enabled": lambda v, c: c.is_adset_budget_sharing_enabled,
    "created_time": lambda v, c: v.time(c.created),
    "updated_time": lambda v, c: v.time(c.updated),
    "start_time": lambda v, c: v.time(c.start),
    "stop_time": lambda v, c: v.time(c.stop),
}
