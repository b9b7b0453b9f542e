"""Lists by action type: actions, their values and costs, under each attribution window asked for (reference 4.2)."""

from collections.abc import Callable

from metaads.sandbox.graph.cells import Cell, Stats, price, ratio
from metaads.sandbox.world import own_events
from metaads.sandbox.world.columns import ATTRIBUTED, Metric

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
ONSITE = ACTIONS[:4]
BY_TYPE = dict(ACTIONS)
PURCHASES = tuple(name for name, metric in ACTIONS if metric is Metric.PURCHASES)
# The types that the lists called `conversions` hold. (Which ones Meta puts there: memory only.)
CONVERSIONS = ("offsite_conversion.fb_pixel_lead", "offsite_conversion.fb_pixel_purchase")
UNIQUE = ("link_click", "landing_page_view", "post_engagement", "video_view")


def known_here(c: Cell) -> tuple[tuple[str, Metric], ...]:
    """The types that a row may have: by the hour and by region Meta leaves out what happens outside of it."""
    return ONSITE if c.onsite else (*ACTIONS, *own_events.ACTIONS) if c.own_events else ACTIONS


def counted(c: Cell, metric: Metric) -> dict[str, int]:
    """The count under each asked window that has one. What happens on the click itself is the same in every one."""
    if metric is Metric.PURCHASES:
        found = {w: c[ATTRIBUTED[w][0]] for w in c.windows if w in ATTRIBUTED}
    else:
        found = {w: c[metric] for w in c.windows if w in ATTRIBUTED and w != "1d_view"}
    return {window: number for window, number in found.items() if number}


def worth(c: Cell) -> dict[str, int]:
    """The value of purchases under each asked window that has one, in minor units."""
    found = {w: c[ATTRIBUTED[w][1]] for w in c.windows if w in ATTRIBUTED}
    return {window: value for window, value in found.items() if value}


def _stat(c: Cell, name: str, metric: Metric) -> dict[str, str] | None:
    """One row; `value` is the default (7-day click and 1-day view)."""
    windows = counted(c, metric)
    if not c[metric] and not windows:
        return None
    return {"action_type": name, "value": str(c[metric]), **{w: str(n) for w, n in windows.items()}}


def listed(*names: str) -> Callable[[Cell], Stats | None]:
    """Counts of these types, of all where none is named."""

    def read(c: Cell) -> Stats | None:
        rows = (_stat(c, name, metric) for name, metric in known_here(c) if not names or name in names)
        return [row for row in rows if row] or None

    return read


def valued(*names: str) -> Callable[[Cell], Stats | None]:
    """Values of purchases under these types, in major units."""

    def read(c: Cell) -> Stats | None:
        windows = {} if c.onsite else worth(c)
        if c.onsite or not (c[Metric.PURCHASES] or windows):
            return None
        parts = {w: c.money(value) for w, value in windows.items()}
        return [{"action_type": name, "value": c.money(c[Metric.VALUE]), **parts} for name in names]

    return read


def costs(*names: str) -> Callable[[Cell], Stats | None]:
    """Spend per action of these types, of all where none is named; with the cost under each asked window."""

    def read(c: Cell) -> Stats | None:
        rows = []
        for name, metric in known_here(c):
            value = price(c, metric)
            if value and (not names or name in names):
                parts = {w: ratio(c.spend, n) or "" for w, n in counted(c, metric).items()}
                rows.append({"action_type": name, "value": value, **parts})
        return rows or None

    return read


def roas(*names: str) -> Callable[[Cell], Stats | None]:
    """Value of purchases per money spent."""

    def read(c: Cell) -> Stats | None:
        value = None if c.onsite or not c[Metric.PURCHASES] else ratio(c[Metric.VALUE], c[Metric.SPEND])
        if value is None:
            return None
        parts = {w: ratio(v, c[Metric.SPEND]) or "" for w, v in worth(c).items()}
        return [{"action_type": name, "value": value, **parts} for name in names]

    return read
