"""The events that the shop's pixel sends, under Meta's names."""

from enum import IntEnum


class Event(IntEnum):
    """Column of `Account.events`; names are Meta's standard events."""

    PageView = 0
    ViewContent = 1
    AddToCart = 2
    InitiateCheckout = 3
    Purchase = 4
    Lead = 5
