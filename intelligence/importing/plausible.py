"""What can't be right in one row of an export. One check a function, listed in CHECKS; each gives a reason or ""."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from intelligence.importing.headings import CLICKS, IMPRESSIONS, LINK_CLICKS, REACH, SPEND

Values = Mapping[str, Decimal | None]
"""The row by target name: metrics and ratios (percent, or money in the major unit); None = empty."""
MARGIN = Decimal("0.02")
"""Ads Manager rounds ratios; that much of the value, and half of the last digit written, may differ."""


def more_than_shown(values: Values) -> str:
    """More clicks than impressions, more people than impressions."""
    shown = values.get(IMPRESSIONS)
    for name, word in ((CLICKS, "clicks"), (LINK_CLICKS, "link clicks"), (REACH, "people reached")):
        held = values.get(name)
        if shown is not None and held is not None and held > shown:
            return f"{held:,} {word} in {shown:,} impressions."
    return ""


def link_clicks_beyond_clicks(values: Values) -> str:
    """Link clicks are part of all clicks."""
    links, clicks = values.get(LINK_CLICKS), values.get(CLICKS)
    if links is not None and clicks is not None and links > clicks:
        return f"{links:,} link clicks among {clicks:,} clicks."
    return ""


def shown_without_cost(values: Values) -> str:
    """A column for what was spent, impressions in the row, and no amount: the cells have moved or the row is broken."""
    if SPEND in values and values[SPEND] is None and (values.get(IMPRESSIONS) or 0) > 0:
        return f"{values[IMPRESSIONS]:,} impressions and no amount spent."
    return ""


def ratios_disagree(values: Values) -> str:
    """A ratio of the file must be what its own sums give."""
    for name, of, by, times in _RATIOS:
        told, above, below = values.get(name), values.get(of), values.get(by)
        if told is None:
            continue
        if by in values and not below:
            return f"{_WORDS[name]} is {told} without {_WORDS[by]}."
        if above is None or not below:
            continue
        ours = above / below * times
        if abs(ours - told) > MARGIN * max(ours, told) + _half_digit(told):
            return f"{_WORDS[name]} is {told}, but {_WORDS[of]} and {_WORDS[by]} give {ours:.4g}."
    return ""


CHECKS: tuple[Callable[[Values], str], ...] = (
    more_than_shown,
    link_clicks_beyond_clicks,
    shown_without_cost,
    ratios_disagree,
)

_WORDS = {
    IMPRESSIONS: "impressions", REACH: "reach", CLICKS: "clicks", LINK_CLICKS: "link clicks", SPEND: "amount spent",
    "ctr": "CTR", "link_ctr": "CTR", "cpm": "CPM", "cpc": "CPC", "link_cpc": "CPC", "frequency": "frequency",
}  # fmt: skip
_RATIOS = (
    ("cpm", SPEND, IMPRESSIONS, 1000), ("ctr", CLICKS, IMPRESSIONS, 100), ("link_ctr", LINK_CLICKS, IMPRESSIONS, 100),
    ("cpc", SPEND, CLICKS, 1), ("link_cpc", SPEND, LINK_CLICKS, 1), ("frequency", IMPRESSIONS, REACH, 1),
)  # fmt: skip


def _half_digit(told: Decimal) -> Decimal:
    """Half of the last digit written: 0.5 for 12, 0.005 for 12.34."""
    exponent = told.as_tuple().exponent
    return Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
