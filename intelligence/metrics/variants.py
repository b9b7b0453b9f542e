"""Variants of results: the same metric under an attribution window, corrected for maturity, or with offline sales.

The scheme, for names without a time window (`_7d` and the like follow as ever):

| name                                   | meaning                                                                     |
| -------------------------------------- | --------------------------------------------------------------------------- |
| `conversions conversion_value cpa roas`| as Meta gives them: 7-day click and 1-day view                             |
| `roas_1d_click`, `cpa_28d_click` ...   | under one attribution window: `1d_click 7d_click 28d_click 1d_view`         |
| `cpa_mature`, `roas_mature` ...        | what recent days will come to, by the account's maturity curve              |
| `offline_conversions offline_value`    | what was uploaded from outside Meta                                         |
| `true_conversions true_value true_cpa true_roas` | Meta's and offline together; `true_roas_1d_click` under a window  |

So `roas_1d_click_7d` is the return of the last 7 complete days counting only purchases within a day of a click.
"""

from metaads.reader.insights import ATTRIBUTION_WINDOWS

ATTRIBUTIONS: tuple[str, ...] = ATTRIBUTION_WINDOWS
"""Meta's windows that may be chosen, for those above who must not know the reader."""
ATTRIBUTIONS = ATTRIBUTION_WINDOWS
MATURE = "mature"
RESULTS = ("conversions", "conversion_value")
RATIOS_OF_RESULTS = ("cpa", "roas", "conversion_rate")
OFFLINE: dict[str, str] = {"offline_conversions": "count", "offline_value": "money"}
TRUE: dict[str, str] = {"true_conversions": "conversions", "true_value": "conversion_value"}
TRUE_RATIOS = ("true_cpa", "true_roas")
_BASES = frozenset((*RESULTS, *RATIOS_OF_RESULTS, *TRUE, *TRUE_RATIOS))


class BadAttribution(ValueError):
    """No such attribution window; the text names those that exist."""


def split_attribution(base: str) -> tuple[str, str | None]:
    """`roas_1d_click` -> ("roas", "1d_click"); anything else -> (itself, None)."""
    for window in ATTRIBUTION_WINDOWS:
        if base.endswith(f"_{window}") and base.removesuffix(f"_{window}") in _BASES:
            return base.removesuffix(f"_{window}"), window
    return base, None


def split_mature(base: str) -> str | None:
    """`roas_mature` -> "roas"; None for anything that has no such variant."""
    rest = base.removesuffix(f"_{MATURE}")
    return rest if rest != base and rest in (*RESULTS, *RATIOS_OF_RESULTS) else None


def under(base: str, attribution: str | None, include_offline: bool = False) -> str:
    """The name of a base metric for a reader who chose a window and whether offline sales count.

    Metrics that are no results stay as they are. Raises BadAttribution.
    """
    if attribution is not None and attribution not in ATTRIBUTION_WINDOWS:
        raise BadAttribution(f"There is no attribution window {attribution!r}: {', '.join(ATTRIBUTION_WINDOWS)}.")
    if include_offline:
        base = _TRUE_NAMES.get(base, base)
    return f"{base}_{attribution}" if attribution and base in _BASES else base


_TRUE_NAMES = {
    "conversions": "true_conversions",
    "conversion_value": "true_value",
    "cpa": "true_cpa",
    "roas": "true_roas",
}
