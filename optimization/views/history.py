"""Daily figures of the entities on a page: two queries per account and level, whatever the number of cards."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from intelligence.metrics.days import Days
from intelligence.metrics.frame import Numbers
from intelligence.metrics.known import newest
from intelligence.metrics.source import conversion_types
from intelligence.metrics.windows import local_day
from metaads.models import AdAccount

SUMS: tuple[str, ...] = ("spend", "impressions", "clicks", "conversions", "conversion_value")
RATIOS: dict[str, tuple[str, str, float]] = {
    "cpa": ("spend", "conversions", 1),
    "roas": ("conversion_value", "spend", 1),
    "ctr": ("clicks", "impressions", 100),
    "cpc": ("spend", "clicks", 1),
    "cpm": ("spend", "impressions", 1000),
    "conversion_rate": ("conversions", "clicks", 100),
}
NOT_MONEY: frozenset[str] = frozenset({"impressions", "clicks", "conversions", "roas", "ctr", "conversion_rate"})


@dataclass(frozen=True)
class History:
    """Sums per day of some entities, oldest day first, the last one is today (unfinished). NaN = unknown."""

    days: tuple[date, ...]
    rows: dict[str, int]
    matrix: Callable[[str], Numbers]

    def sums(self, metric: str, entity_id: str) -> Numbers:
        row = self.rows.get(entity_id)
        return np.full(len(self.days), np.nan) if row is None else self.matrix(metric)[::-1, row]

    def rolling(self, metric: str, entity_id: str, window: int) -> list[float | None]:
        """The metric over the `window` days that end on each day; a ratio from its sums. Unknown days make it None."""
        over, under, factor = RATIOS.get(metric, (metric, "", 1))
        top = _trailing(self.sums(over, entity_id), window)
        if under:
            bottom = _trailing(self.sums(under, entity_id), window)
            top = factor * np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
        return [None if np.isnan(value) else float(value) for value in top]


def _trailing(values: Numbers, window: int) -> Numbers:
    """Sum of each day and the `window - 1` before it; NaN where not all of them are known."""
    if window <= 1:
        return values.astype(np.float64)
    sums = np.full(len(values), np.nan)
    if len(values) >= window:
        sums[window - 1 :] = np.lib.stride_tricks.sliding_window_view(values, window).sum(axis=1)
    return sums


def history(account: AdAccount, level: str, ids: Iterable[str], now: datetime, days: int) -> History:
    """`now` is business time; `days` account days, today the last."""
    today = local_day(now, account.zone)
    wanted = np.array(sorted(set(ids)), dtype=np.str_)
    found = newest(account, level, (today - timedelta(days=days - 1), today), now)
    totals = {(today - day).days: known.totals for day, known in found.items()}
    born = np.full(len(wanted), np.nan)
    held = Days(wanted, totals, days, born, conversion_types(account))
    spanned = tuple(today - timedelta(days=ago) for ago in range(days - 1, -1, -1))
    return History(spanned, {str(one): i for i, one in enumerate(wanted)}, held.matrix)


def in_words(metric: str, currency: str, text: Callable[[float, str], str]) -> Callable[[float], str]:
    """How a value of this metric reads: `text` says money."""
    if metric == "roas":
        return lambda value: f"{value:.2f}x"
    if metric in {"ctr", "conversion_rate"}:
        return lambda value: f"{value:.2f} %"
    if metric in NOT_MONEY:
        return lambda value: f"{value:,.0f}"
    return lambda value: text(value, currency)


def drawable(metric: str) -> bool:
    """Whether the metric has a daily history here."""
    return metric in SUMS or metric in RATIOS


def known_metrics() -> Sequence[str]:
    return (*SUMS, *RATIOS)
