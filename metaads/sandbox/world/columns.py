"""The numbers kept for each ad and day, all whole: counts, and money in the account's minor unit."""

from enum import IntEnum


class Metric(IntEnum):
    """Column of `Account.daily`."""

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


WIDTH = len(Metric)
# What the hourly breakdown knows: Meta gives no web conversions and no reach by the hour.
HOURLY = (Metric.IMPRESSIONS, Metric.CLICKS, Metric.LINK_CLICKS, Metric.SPEND)
