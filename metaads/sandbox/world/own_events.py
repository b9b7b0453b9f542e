"""Events of a site's own: some accounts count smart links, pre-saves, profiles and installs beside what a shop counts.

A world has one funnel, so each of these is a step of it under another name. (Meta's names of the pixel's own events in
lists of actions: memory only.)
"""

from typing import Any

from metaads.sandbox.world.columns import Metric

EVENTS: dict[str, Metric] = {
    "smartlinkclicked": Metric.LANDING_PAGE_VIEWS,
    "onclicklink": Metric.ADD_TO_CART,
    "presavecomplete": Metric.CHECKOUTS,
}
"""The pixel's custom events."""
BEYOND: dict[str, Metric] = {"profile_view": Metric.LINK_CLICKS, "mobile_app_install": Metric.CHECKOUTS}
"""What happens in Instagram and in an app's store."""
PREFIX = "offsite_conversion.fb_pixel_custom."
ACTIONS: tuple[tuple[str, Metric], ...] = (
    *((f"{PREFIX}{name}", metric) for name, metric in EVENTS.items()),
    *BEYOND.items(),
)
_EVERY, _WHICH = 3, 2


def has(account_number: int) -> bool:
    """Whether the account reports them: the third of the demo's, and every third after it."""
    return account_number % _EVERY == _WHICH


def sign_ups(account_number: int) -> float:
    """Leads for each click beside those that ad sets are after: such sites have a newsletter."""
    return 0.01 if has(account_number) else 0.0


def metric_of(promoted: dict[str, Any] | None) -> Metric | None:
    """What an ad set gets that is to bring one of these events; None for any other."""
    return EVENTS.get(str((promoted or {}).get("custom_event_str", "")))
