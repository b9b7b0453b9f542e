"""The numbers kept for each ad and day, all whole: counts, and money in the account's minor unit."""

from enum import IntEnum


class Metric(IntEnum):
    """Column of `Account.daily`. PURCHASES and VALUE are Meta's default attribution: 7-day click and 1-day view.

    The columns of attribution windows are cumulative (1d click within 7d click within 28d click) and count purchases
    that are already reported; PURCHASES = PURCHASES_7D_CLICK + PURCHASES_1D_VIEW at all times, and so for VALUE.
    """

    IMPRESSIONS = 0
    CLICKS = 1
    LINK_CLICKS = 2
    SPEND = 3
    LANDING_PAGE_VIEWS = 4
    ADD_TO_CART = 5
    CHECKOUTS = 6
    PURCHASES = 7
    VALUE = 8
    LEADS = 9
    VIDEO_VIEWS = 10
    THRUPLAYS = 11
    ENGAGEMENT = 12
    PURCHASES_1D_CLICK = 13
    PURCHASES_7D_CLICK = 14
    PURCHASES_28D_CLICK = 15
    PURCHASES_1D_VIEW = 16
    VALUE_1D_CLICK = 17
    VALUE_7D_CLICK = 18
    VALUE_28D_CLICK = 19
    VALUE_1D_VIEW = 20


WIDTH = len(Metric)
# What the hourly breakdown knows: Meta gives no web conversions and no reach by the hour.
HOURLY = (Metric.IMPRESSIONS, Metric.CLICKS, Metric.LINK_CLICKS, Metric.SPEND)
# Purchases and their value under each attribution window that insights can be asked for.
ATTRIBUTED: dict[str, tuple[Metric, Metric]] = {
    "default": (Metric.PURCHASES, Metric.VALUE),
    "1d_click": (Metric.PURCHASES_1D_CLICK, Metric.VALUE_1D_CLICK),
    "7d_click": (Metric.PURCHASES_7D_CLICK, Metric.VALUE_7D_CLICK),
    "28d_click": (Metric.PURCHASES_28D_CLICK, Metric.VALUE_28D_CLICK),
    "1d_view": (Metric.PURCHASES_1D_VIEW, Metric.VALUE_1D_VIEW),
}
