"""Dates in the usual styles. Whether 3/4 is in March or in April is decided by the whole column, or asked."""

import re
from collections.abc import Iterable
from datetime import date
from enum import Enum
from functools import lru_cache

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_PARTS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?: .*)?")
_NAMED = re.compile(r"(?:(\d{1,2})\.? )?([A-Za-z]{3,9})\.?(?: (\d{1,2}),?)? (\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Order(Enum):
    """What comes first in 3/4/2026."""

    DAY = "day"
    MONTH = "month"


@lru_cache(maxsize=4096)
def parse(text: str, order: Order) -> date | None:
    """The date, None if the text is none. A time of day after it is left out."""
    try:
        return _parse(text.strip(), order)
    except ValueError:
        return None


def _parse(text: str, order: Order) -> date | None:
    if found := _ISO.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _PARTS.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        # Dots are written between day and month only where the day comes first.
        day_first = order is Order.DAY or found[2] == "."
        return date(year, second, first) if day_first else date(year, first, second)
    if found := _NAMED.fullmatch(text):
        month = found[2][:3].lower()
        day = found[1] or found[3]
        if month in _MONTHS and day:
            return date(int(found[4]), _MONTHS.index(month) + 1, int(day))
    return None


def orders(texts: Iterable[str]) -> set[Order]:
    """Orders in which every date of the column can be read; texts that are no date in either decide nothing."""
    left = set(Order)
    for text in set(texts):
        fits = {order for order in Order if parse(text, order) is not None}
        if fits:
            left &= fits
    return left


def ambiguous(texts: Iterable[str]) -> bool:
    """Whether the two orders give different days somewhere, and neither is ruled out."""
    held = set(texts)
    if orders(held) != set(Order):
        return False
    return any(parse(text, Order.DAY) != parse(text, Order.MONTH) for text in held)
