"""Insights fields that follow from a row's sums alone (reference 4.2); each is text, a list of stats, or absent."""

from collections.abc import Callable
from typing import Any

import numpy as np

from metaads.sandbox.graph import actions, video
from metaads.sandbox.graph.cells import Cell, Stats, count, only, price, ratio
from metaads.sandbox.world.columns import Metric


def _reach(c: Cell) -> str | None:
    if c.hourly:
        return "0"
    return None if c.reach is None else str(c.reach)


def _frequency(c: Cell) -> str | None:
    return "0" if c.hourly else ratio(c[Metric.IMPRESSIONS], c.reach)


def _unique(c: Cell, metric: Metric) -> int:
    """People who did it at least once: those reached, hit at random as often as it was done."""
    if c.hourly or not c.reach:
        return 0
    return min(c[metric], round(c.reach * float(-np.expm1(-c[metric] / c.reach))))


def _unique_count(metric: Metric) -> Callable[[Cell], str | None]:
    return lambda c: str(_unique(c, metric)) if _unique(c, metric) or c.hourly else None


def _unique_actions(c: Cell) -> Stats | None:
    """Only four types since 2024-10-30 (reference 4.2)."""
    rows = [(name, _unique(c, actions.BY_TYPE[name])) for name in actions.UNIQUE]
    return [{"action_type": name, "value": str(number)} for name, number in rows if number] or None


def _percent(metric: Metric) -> Callable[[Cell], str | None]:
    return lambda c: ratio(100 * c[metric], c[Metric.IMPRESSIONS])


SCALARS: dict[str, Callable[[Cell], Any]] = {
    "impressions": lambda c: str(c[Metric.IMPRESSIONS]),
    "clicks": lambda c: str(c[Metric.CLICKS]),
    "inline_link_clicks": lambda c: count(c, Metric.LINK_CLICKS),
    "inline_post_engagement": lambda c: count(c, Metric.ENGAGEMENT),
    "spend": lambda c: c.money(c[Metric.SPEND]),
    "reach": _reach,
    "frequency": _frequency,
    "ctr": _percent(Metric.CLICKS),
    "inline_link_click_ctr": _percent(Metric.LINK_CLICKS),
    "unique_clicks": _unique_count(Metric.CLICKS),
    "unique_inline_link_clicks": _unique_count(Metric.LINK_CLICKS),
    "unique_ctr": lambda c: ratio(100 * _unique(c, Metric.CLICKS), c.reach),
    "cost_per_unique_click": lambda c: ratio(c.spend, _unique(c, Metric.CLICKS)),
    "cpc": lambda c: price(c, Metric.CLICKS),
    "cpm": lambda c: ratio(1000 * c.spend, c[Metric.IMPRESSIONS]),
    "cpp": lambda c: None if c.hourly else ratio(1000 * c.spend, c.reach),
    "cost_per_inline_link_click": lambda c: price(c, Metric.LINK_CLICKS),
    "cost_per_inline_post_engagement": lambda c: price(c, Metric.ENGAGEMENT),
    "attribution_setting": lambda c: "7d_click_1d_view",
}
LISTS: dict[str, Callable[[Cell], Any]] = {
    "actions": actions.listed(),
    "action_values": actions.valued(*actions.PURCHASES),
    "cost_per_action_type": actions.costs(),
    "conversions": actions.listed(*actions.CONVERSIONS),
    "conversion_values": actions.valued("offsite_conversion.fb_pixel_purchase"),
    "cost_per_conversion": actions.costs(*actions.CONVERSIONS),
    "unique_actions": _unique_actions,
    "purchase_roas": actions.roas("omni_purchase"),
    "website_purchase_roas": actions.roas("offsite_conversion.fb_pixel_purchase"),
    "outbound_clicks": lambda c: only("outbound_click", count(c, Metric.LINK_CLICKS)),
    "outbound_clicks_ctr": lambda c: only("outbound_click", _percent(Metric.LINK_CLICKS)(c)),
    "cost_per_outbound_click": lambda c: only("outbound_click", price(c, Metric.LINK_CLICKS)),
    "website_ctr": lambda c: only("link_click", _percent(Metric.LINK_CLICKS)(c)),
    **video.FIELDS,
}
FIELDS: dict[str, Callable[[Cell], Any]] = {**SCALARS, **LISTS}


def number(c: Cell, name: str) -> float:
    """A metric as a number, for filters and orders: `spend`, or `actions:link_click` for one type of a list."""
    field, _, kind = name.partition(":")
    value = FIELDS[field](c)
    if isinstance(value, list):
        value = next((row["value"] for row in value if not kind or row["action_type"] == kind), None)
    return float(value) if value else 0.0


def is_number(name: str) -> bool:
    """Whether rows can be filtered and ordered by this name."""
    field, _, kind = name.partition(":")
    return (field in LISTS and bool(kind)) or (field in SCALARS and not kind and field != "attribution_setting")
