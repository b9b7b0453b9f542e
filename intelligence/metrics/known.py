"""Readings as they were known at a moment: for each day the newest one read by then."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from intelligence.models import Reading
from intelligence.totals import Totals, unpack_totals
from metaads.models import AdAccount


@dataclass(frozen=True)
class Known:
    """Totals that held from `read_at` to `confirmed_at` (never later than the moment that was asked for)."""

    day: date
    read_at: datetime
    confirmed_at: datetime
    totals: Totals

    def distance(self, moment: datetime) -> timedelta:
        """How far `moment` lies outside the time that these totals are known to have held."""
        return max(self.read_at - moment, moment - self.confirmed_at, timedelta(0))


def newest(
    account: AdAccount, level: str, days: tuple[date, date], known_at: datetime, window: str = Reading.DAY
) -> dict[date, Known]:
    """The newest reading of each day of `days` (both inclusive) with `read_at <= known_at`; days without one lack.

    Two queries: one over the index, one for the blobs that are needed.
    """
    listed = (
        Reading.objects.filter(account=account, level=level, window=window, day__range=days, read_at__lte=known_at)
        .order_by("day", "read_at")
        .values_list("day", "id")
    )
    wanted = dict(listed)
    return {known.day: known for known in _load(list(wanted.values()), known_at)}


def around(account: AdAccount, level: str, day: date, moment: datetime, known_at: datetime) -> Known | None:
    """The reading of `day` that held nearest to `moment`, of those known at `known_at`; None if there is none."""
    listed = list(
        Reading.objects.filter(account=account, level=level, window=Reading.DAY, day=day, read_at__lte=known_at)
        .order_by("read_at")
        .values_list("id", "read_at", "confirmed_at")
    )
    if not listed:
        return None
    zero = timedelta(0)
    chosen = min(listed, key=lambda row: max(row[1] - moment, moment - row[2], zero))
    return _load([chosen[0]], known_at)[0]


def read_until(account: AdAccount, level: str, known_at: datetime) -> datetime | None:
    """When the newest day was last read, as known at `known_at`; None without any reading."""
    newest_first = Reading.objects.filter(
        account=account, level=level, window=Reading.DAY, read_at__lte=known_at
    ).order_by("-day", "-read_at")
    confirmed_at = newest_first.values_list("confirmed_at", flat=True).first()
    return None if confirmed_at is None else min(confirmed_at, known_at)


def _load(ids: list[int], known_at: datetime) -> list[Known]:
    rows = Reading.objects.filter(id__in=ids).values_list("day", "read_at", "confirmed_at", "packed")
    return [
        Known(day, read_at, min(confirmed_at, known_at), unpack_totals(packed))
        for day, read_at, confirmed_at, packed in rows
    ]
