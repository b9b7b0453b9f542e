"""An account's own figures for tiles and trends: sums per day, ratios always from sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from intelligence.charts.scale import finite
from intelligence.metrics.series import account_daily
from intelligence.metrics.windows import local_day
from metaads.models import AdAccount

SUMS = ("spend", "conversions", "conversion_value")


@dataclass(frozen=True)
class Figures:
    """Per account day, None = unknown. `today` is the account's date; today's figures are unfinished."""

    account: AdAccount
    today: date
    by_day: Mapping[str, Mapping[date, float | None]]

    def total(self, metric: str, first: int, last: int) -> float | None:
        """Sum from `first` to `last` days ago, both inclusive; unknown if any day is."""
        values = [self.by_day[metric].get(self.today - timedelta(days=ago)) for ago in range(last, first + 1)]
        known = [value for value in values if value is not None]
        return sum(known) if len(known) == len(values) else None

    def roas(self, first: int, last: int) -> float | None:
        return _ratio(self.total("conversion_value", first, last), self.total("spend", first, last))

    def cpa(self, first: int, last: int) -> float | None:
        return _ratio(self.total("spend", first, last), self.total("conversions", first, last))

    def days(self, count: int) -> list[date]:
        """The last `count` days, today the last."""
        return [self.today - timedelta(days=ago) for ago in range(count - 1, -1, -1)]

    def spends(self, count: int) -> list[float | None]:
        return [self.total("spend", ago, ago) for ago in range(count - 1, -1, -1)]

    def roases(self, count: int) -> list[float | None]:
        return [self.roas(ago, ago) for ago in range(count - 1, -1, -1)]

    def cpas(self, count: int) -> list[float | None]:
        return [self.cpa(ago, ago) for ago in range(count - 1, -1, -1)]


def _ratio(over: float | None, under: float | None) -> float | None:
    return None if over is None or not under else over / under


def figures(account: AdAccount, now: datetime, days: int) -> Figures:
    """`now`: the account's business time; `days` account days with today."""
    series = account_daily(account, SUMS, days, now)
    by_day = {name: _dated(series.days, series.values[name]) for name in SUMS}
    return Figures(account, local_day(now, account.zone), by_day)


def _dated(days: Sequence[date], values: Sequence[float | None]) -> dict[date, float | None]:
    return {day: finite(value) for day, value in zip(days, values, strict=True)}
