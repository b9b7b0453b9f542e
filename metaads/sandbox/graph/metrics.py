"""Insights fields: from summed columns to the strings and action lists that Meta sends (reference 4.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metaads.sandbox.world.columns import Metric

Stats = list[dict[str, str]]
# One purchase appears under several overlapping types; clients must choose one of them.
ACTIONS: tuple[tuple[str, Metric], ...] = (
    ("link_click", Metric.LINK_CLICKS),
    ("landing_page_view", Metric.LANDING_PAGE_VIEWS),
    ("post_engagement", Metric.ENGAGEMENT),
    ("video_view", Metric.VIDEO_VIEWS),
    ("add_to_cart", Metric.ADD_TO_CART),
    ("omni_add_to_cart", Metric.ADD_TO_CART),
    ("offsite_conversion.fb_pixel_add_to_cart", Metric.ADD_TO_CART),
    ("initiate_checkout", Metric.CHECKOUTS),
    ("offsite_conversion.fb_pixel_initiate_checkout", Metric.CHECKOUTS),
    ("lead", Metric.LEADS),
    ("offsite_conversion.fb_pixel_lead", Metric.LEADS),
    ("omni_purchase", Metric.PURCHASES),
    ("purchase", Metric.PURCHASES),
    ("offsite_conversion.fb_pixel_purchase", Metric.PURCHASES),
)
# Part of the default (7-day click and 1-day view) that each attribution window has; other windows have no data.
WINDOWS = {"1d_click": 0.78, "7d_click": 0.93, "28d_click": 0.93, "1d_view": 0.07, "default": 1.0}
PURCHASES = tuple(name for name, metric in ACTIONS if metric is Metric.PURCHASES)


@dataclass(frozen=True)
class Cell:
    """Sums of one entity over one span. `offset`: minor units in a major one. `hourly`: no conversions, no reach."""

    sums: tuple[int, ...]
    reach: int
    offset: int
    hourly: bool = False
    windows: tuple[str, ...] = ()

    def __getitem__(self, metric: Metric) -> int:
        return self.sums[metric]

    def money(self, minor: float) -> str:
        """Minor units as a decimal string of the major unit."""
        return f"{minor / self.offset:.2f}" if self.offset > 1 else str(round(minor))


def _ratio(top: float, bottom: float) -> str | None:
    return f"{top / bottom:.6f}".rstrip("0").rstrip(".") if bottom else None


def _price(c: Cell, metric: Metric) -> str | None:
    return _ratio(c[Metric.SPEND] / c.offset, c[metric])


def _actions(c: Cell) -> Stats | None:
    known = ACTIONS[:4] if c.hourly else ACTIONS
    return [{"action_type": name, "value": str(c[m]), **_parts(c, m)} for name, m in known if c[m]] or None


def _parts(c: Cell, metric: Metric) -> dict[str, str]:
    """The count under each attribution window that was asked for; what happens on the spot is the same in all."""
    late = metric in (Metric.PURCHASES, Metric.LEADS)
    return {w: str(round(c[metric] * WINDOWS[w]) if late else c[metric]) for w in c.windows if w in WINDOWS}


def _values(c: Cell) -> Stats | None:
    if c.hourly or not c[Metric.PURCHASES]:
        return None
    value = c[Metric.VALUE]
    parts = {w: c.money(value * WINDOWS[w]) for w in c.windows if w in WINDOWS}
    return [{"action_type": name, "value": c.money(value), **parts} for name in PURCHASES]


def _costs(c: Cell) -> Stats | None:
    rows = [(name, _price(c, m)) for name, m in ACTIONS if c[m]]
    return None if c.hourly else [{"action_type": name, "value": v} for name, v in rows if v] or None


def _roas(*names: str) -> Callable[[Cell], Stats | None]:
    def read(c: Cell) -> Stats | None:
        value = _ratio(c[Metric.VALUE], c[Metric.SPEND]) if c[Metric.PURCHASES] and not c.hourly else None
        return [{"action_type": name, "value": value} for name in names] if value else None

    return read


def _one(action: str, metric: Metric) -> Callable[[Cell], Stats | None]:
    return lambda c: [{"action_type": action, "value": str(c[metric])}] if c[metric] else None


def _frequency(c: Cell) -> str | None:
    return _ratio(c[Metric.IMPRESSIONS], c.reach)


FIELDS: dict[str, Callable[[Cell], Any]] = {
    "impressions": lambda c: str(c[Metric.IMPRESSIONS]),
    "clicks": lambda c: str(c[Metric.CLICKS]),
    "inline_link_clicks": lambda c: str(c[Metric.LINK_CLICKS]) if c[Metric.LINK_CLICKS] else None,
    "inline_post_engagement": lambda c: str(c[Metric.ENGAGEMENT]) if c[Metric.ENGAGEMENT] else None,
    "spend": lambda c: c.money(c[Metric.SPEND]),
    "reach": lambda c: "0" if c.hourly else str(c.reach),
    "frequency": lambda c: "0" if c.hourly else _frequency(c),
    "ctr": lambda c: _ratio(100 * c[Metric.CLICKS], c[Metric.IMPRESSIONS]),
    "inline_link_click_ctr": lambda c: _ratio(100 * c[Metric.LINK_CLICKS], c[Metric.IMPRESSIONS]),
    "cpc": lambda c: _price(c, Metric.CLICKS),
    "cpm": lambda c: _ratio(1000 * c[Metric.SPEND] / c.offset, c[Metric.IMPRESSIONS]),
    "cpp": lambda c: None if c.hourly else _ratio(1000 * c[Metric.SPEND] / c.offset, c.reach),
    "cost_per_inline_link_click": lambda c: _price(c, Metric.LINK_CLICKS),
    "actions": _actions,
    "action_values": _values,
    "cost_per_action_type": _costs,
    "purchase_roas": _roas("omni_purchase"),
    "website_purchase_roas": _roas("offsite_conversion.fb_pixel_purchase"),
    "outbound_clicks": _one("outbound_click", Metric.LINK_CLICKS),
    "video_play_actions": _one("video_view", Metric.VIDEO_VIEWS),
    "video_thruplay_watched_actions": _one("video_view", Metric.THRUPLAYS),
    "attribution_setting": lambda c: "7d_click_1d_view",
}
