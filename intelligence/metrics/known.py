"""Readings as they were known at a moment: for each day the newest one read by then."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from intelligence.confirmations import confirmed_by
from intelligence.metrics import windows
from intelligence.models import Reading
from intelligence.totals import Totals, open_totals, unpack_totals
from metaads.models import AdAccount
from metaads.prepared import Prepared


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


_LISTED = Prepared(
    lambda account, level, window, first, last, known_at: (
        Reading.objects.filter(
            account_id=account, level=level, window=window, day__range=(first, last), read_at__lte=known_at
        )
        .order_by("day", "read_at")
        .values_list("day", "id")
    )
)
_MOMENTS = Prepared(
    lambda account, level, window, day, known_at: (
        Reading.objects.filter(account_id=account, level=level, window=window, day=day, read_at__lte=known_at)
        .order_by("read_at")
        .values_list("id", "read_at", "confirmed_at", "confirmations")
    )
)
_NEWEST = Prepared(
    lambda account, level, known_at: (
        Reading.objects.filter(account_id=account, level=level, window=Reading.DAY, read_at__lte=known_at)
        .order_by("-day", "-read_at")
        .values_list("confirmations", "read_at", "confirmed_at")[:1]
    )
)
_PACKED = Prepared(
    lambda ids: Reading.objects.filter(id__in=ids).values_list(
        "day", "read_at", "confirmed_at", "confirmations", "packed"
    )
)


def newest(
    account: AdAccount, level: str, days: tuple[date, date], known_at: datetime, window: str = Reading.DAY
) -> dict[date, Known]:
    """The newest reading of each day of `days` (both inclusive) with `read_at <= known_at`; days without one lack.

    Two queries: one over the index, one for the blobs that are needed.
    """
    wanted = dict(_LISTED(account.pk, level, window, *days, known_at))
    return {known.day: known for known in _load(list(wanted.values()), known_at)}


def whole(found: Mapping[date, Known], zone: ZoneInfo, known_at: datetime) -> dict[date, Known]:
    """Without days that were over at `known_at` and that nobody had read since their end: what was read of them is a
    part, which must not pass for the day."""
    return {
        day: known
        for day, known in found.items()
        if known.confirmed_at >= windows.day_end(day, zone) or known_at < windows.day_end(day, zone)
    }


def around(
    account: AdAccount, level: str, day: date, moment: datetime, known_at: datetime, window: str = Reading.DAY
) -> Known | None:
    """The reading of `day` that held nearest to `moment`, of those known at `known_at`; None if there is none."""
    listed = _MOMENTS(account.pk, level, window, day, known_at)
    if not listed:
        return None
    zero = timedelta(0)
    held = [(pk, read_at, confirmed_by(moments, read_at, last, known_at)) for pk, read_at, last, moments in listed]
    chosen = min(held, key=lambda row: max(row[1] - moment, moment - row[2], zero))
    return _load([chosen[0]], known_at)[0]


def later(account: AdAccount, level: str, day: date, after: datetime, known_at: datetime, window: str) -> list[Known]:
    """Readings of `day` that were taken or confirmed after `after` and known at `known_at`, oldest first."""
    rows = Reading.objects.filter(
        account=account, level=level, window=window, day=day, read_at__lte=known_at, confirmed_at__gt=after
    )
    ids = list(rows.order_by("read_at").values_list("id", flat=True))
    return sorted(_load(ids, known_at), key=lambda known: known.read_at)


def revisions(
    account: AdAccount, level: str, day: date, known_at: datetime, only: Iterable[str]
) -> Iterator[tuple[datetime, Totals]]:
    """Every reading of `day` with `read_at <= known_at`, oldest first, with these columns of it alone."""
    rows = (
        Reading.objects.filter(account=account, level=level, window=Reading.DAY, day=day, read_at__lte=known_at)
        .order_by("read_at")
        .values_list("read_at", "packed")
    )
    for read_at, packed in rows.iterator(chunk_size=20):
        yield read_at, unpack_totals(packed, only)


def read_until(account: AdAccount, level: str, known_at: datetime) -> datetime | None:
    """When the newest day was last read, as known at `known_at`; None without any reading."""
    row = _NEWEST.first(account.pk, level, known_at)
    return None if row is None else confirmed_by(*row, known_at)


def _load(ids: list[int], known_at: datetime) -> list[Known]:
    rows = _PACKED(ids)
    return [
        Known(day, read_at, confirmed_by(moments, read_at, confirmed_at, known_at), open_totals(packed))
        for day, read_at, confirmed_at, moments, packed in rows
    ]
