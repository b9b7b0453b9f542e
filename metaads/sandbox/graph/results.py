"""Results: how often an entity got what its ad sets are optimised for (reference 4.2).

Shape and indicator names are memory only: `[{"indicator": "actions:...", "values": [{"value": "3"}]}]`.
"""

from collections.abc import Callable
from typing import Any

from metaads.sandbox.graph.cells import Cell, ratio
from metaads.sandbox.graph.rollup import Below
from metaads.sandbox.graph.view import View
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign

_PURCHASE = ("actions:offsite_conversion.fb_pixel_purchase", Metric.PURCHASES)
_GOALS = {
    "OFFSITE_CONVERSIONS": _PURCHASE,
    "VALUE": _PURCHASE,
    "LINK_CLICKS": ("actions:link_click", Metric.LINK_CLICKS),
    "LANDING_PAGE_VIEWS": ("actions:landing_page_view", Metric.LANDING_PAGE_VIEWS),
    "LEAD_GENERATION": ("actions:lead", Metric.LEADS),
    "POST_ENGAGEMENT": ("actions:post_engagement", Metric.ENGAGEMENT),
    "THRUPLAY": ("video_thruplay_watched_actions", Metric.THRUPLAYS),
    "REACH": ("reach", Metric.IMPRESSIONS),
    "IMPRESSIONS": ("impressions", Metric.IMPRESSIONS),
}


def _goal(view: View, entity: Below | None) -> tuple[str, Metric] | None:
    """The one goal of the entity's ad sets; None where they differ, as Meta then gives no common result."""
    if isinstance(entity, Ad):
        return _GOALS.get(view.set_of(entity).optimization_goal)
    if isinstance(entity, AdSet):
        return _GOALS.get(entity.optimization_goal)
    sets = view.members(entity) if isinstance(entity, Campaign) else view.account.ad_sets
    goals = {s.optimization_goal for s in sets}
    return _GOALS.get(goals.pop()) if len(goals) == 1 else None


def _value(c: Cell, metric: Metric, indicator: str) -> int:
    return (c.reach or 0) if indicator == "reach" else c[metric]


def _results(view: View, entity: Below | None, c: Cell) -> list[dict[str, Any]] | None:
    goal = _goal(view, entity)
    if goal is None:
        return None
    number = _value(c, goal[1], goal[0])
    values = [{"value": str(number), "attribution_windows": ["default"]}] if number else []
    return [{"indicator": goal[0], **({"values": values} if values else {})}]


def _cost(view: View, entity: Below | None, c: Cell) -> list[dict[str, Any]] | None:
    goal = _goal(view, entity)
    cost = ratio(c.spend, _value(c, goal[1], goal[0])) if goal else None
    if goal is None or cost is None:
        return None
    return [{"indicator": goal[0], "values": [{"value": cost, "attribution_windows": ["default"]}]}]


FIELDS: dict[str, Callable[[View, Below | None, Cell], Any]] = {
    "results": _results,
    "objective_results": _results,
    "cost_per_result": _cost,
}
