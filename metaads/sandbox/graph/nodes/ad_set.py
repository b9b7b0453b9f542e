"""Fields of an ad set (reference 3.4, 3.5)."""

from collections.abc import Callable
from typing import Any

from metaads.sandbox.graph.view import View, effective_status, issues_of, text
from metaads.sandbox.world import learning
from metaads.sandbox.world.nodes import AdSet

Reader = Callable[[View, AdSet], Any]
_ATTRIBUTION = [
    {"event_type": "CLICK_THROUGH", "window_days": 7},
    {"event_type": "VIEW_THROUGH", "window_days": 1},
]


def _learning(view: View, s: AdSet) -> dict[str, Any] | None:
    live = view.account.live
    state = int(live.learning[s.index])
    if state == learning.NONE:
        return None
    return {
        "status": learning.WORDS[state],
        "conversions": int(live.results[s.index]) if state != learning.SUCCESS else 0,
        "last_sig_edit_ts": int(live.since[s.index]),
        "attribution_windows": ["1d_view", "7d_click"],
    }


def _remaining(view: View, s: AdSet) -> str | None:
    if s.lifetime_budget:
        return str(max(0, int(s.lifetime_budget - view.account.live.spent_ever[s.index])))
    return str(max(0, int(s.daily_budget - view.account.live.spent_today[s.index]))) if s.daily_budget else None


def _promoted(view: View, s: AdSet) -> dict[str, Any] | None:
    seeded = {"pixel_id": view.account.pixel, "custom_event_type": s.event} if s.event else None
    return s.promoted_object or seeded


def _strategy(view: View, s: AdSet) -> str | None:
    return view.campaign_of(s).bid_strategy or s.bid_strategy


FIELDS: dict[str, Reader] = {
    "id": lambda v, s: s.id,
    "account_id": lambda v, s: v.account.id,
    "campaign_id": lambda v, s: v.campaign_of(s).id,
    "name": lambda v, s: s.name,
    "status": lambda v, s: s.status,
    "configured_status": lambda v, s: s.status,
    "effective_status": effective_status,
    "daily_budget": lambda v, s: text(s.daily_budget),
    "lifetime_budget": lambda v, s: text(s.lifetime_budget),
    "budget_remaining": _remaining,
    "bid_strategy": _strategy,
    "bid_amount": lambda v, s: s.bid_amount,
    "billing_event": lambda v, s: s.billing_event,
    "optimization_goal": lambda v, s: s.optimization_goal,
    "promoted_object": _promoted,
    "attribution_spec": lambda v, s: s.attribution_spec or _ATTRIBUTION,
    "destination_type": lambda v, s: s.destination_type,
    "targeting": lambda v, s: s.targeting,
    "learning_stage_info": _learning,
    "issues_info": issues_of,
    "bid_constraints": lambda v, s: s.bid_constraints,
    "daily_min_spend_target": lambda v, s: text(s.daily_min_spend_target),
    "daily_spend_cap": lambda v, s: text(s.daily_spend_cap),
    "dsa_payor": lambda v, s: s.dsa_payor,
    "dsa_beneficiary": lambda v, s: s.dsa_beneficiary,
    "source_adset_id": lambda v, s: "0" if s.source is None else v.account.ad_sets[s.source].id,
    "pacing_type": lambda v, s: ["standard"],
    "recurring_budget_semantics": lambda v, s: True,
    "is_dynamic_creative": lambda v, s: False,
    "created_time": lambda v, s: v.time(s.created),
    "updated_time": lambda v, s: v.time(s.updated),
    "start_time": lambda v, s: v.time(s.start),
    "end_time": lambda v, s: v.time(s.end),
}
