"""Pixels, hourly: the list, counts by event and hour, and once a day the quality of the events.

Hours of the last two days are read again each time, for server events come late. One pixel failing stops no other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction

from intelligence.models import PixelHour, PixelQuality
from intelligence.models.pixel_hour import ALL_EVENTS
from metaads import switch
from metaads.graph.budget import Priority
from metaads.graph.client import GraphClient, client_for
from metaads.graph.errors import MetaError, OutcomeUnknown, RateLimited
from metaads.models import AdAccount, Pixel
from metaads.prepared import Prepared, PreparedUpdate
from metaads.reader.pixels import BROWSER, SERVER, HourCount, read_counts, read_quality
from metaads.sync.pixels import sync_pixels
from metaads.sync.steps import Step

HOUR = timedelta(hours=1)
AGAIN = timedelta(hours=48)
FIRST_LOOK = timedelta(days=7)
COLUMNS = ("count", "browser", "server")
Key = tuple[datetime, str]
Rows = dict[Key, list[int | None]]
"""The values of COLUMNS by hour and event; None = unknown."""


@dataclass(frozen=True)
class PixelsResult:
    """`hours`: rows written or confirmed. `problems`: a sentence for each pixel that failed, by its name."""

    pixels: int
    hours: int
    problems: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        trouble = "".join(f" {name}: {problem}" for name, problem in self.problems.items())
        return f"{self.pixels} pixels, {self.hours} hourly counts.{trouble}"


def collect_pixels(account: AdAccount, now: datetime) -> PixelsResult:
    """Reads everything of all pixels of the account. Raises metaads.graph.errors when none could be read."""
    switch.require(switch.COLLECTION)
    sync_pixels(account, now)
    client, problems, hours = client_for(account, priority=Priority.RESTATE), {}, 0
    pixels = list(Pixel.objects.filter(account=account, deleted_at=None).order_by("meta_id"))
    for pixel in pixels:
        try:
            hours += _hours(client, pixel, now)
            _quality(client, pixel, now)
        except RateLimited:
            raise
        except MetaError as error:
            problems[str(pixel)] = str(error)
    if problems and len(problems) == len(pixels):
        raise OutcomeUnknown(" ".join(f"{name}: {problem}" for name, problem in problems.items()))
    return PixelsResult(len(pixels), hours, problems)


PIXELS = Step("pixels", HOUR, collect_pixels)


def _hours(client: GraphClient, pixel: Pixel, now: datetime) -> int:
    """Three calls: all, browser, server. The hours of the span that have no count were heard nothing in."""
    since = floor(now - (AGAIN if PixelHour.objects.filter(pixel=pixel).exists() else FIRST_LOOK))
    told = {name: read_counts(client, pixel, since, now, source) for name, source in _SOURCES}
    rows: Rows = {key: [None] * len(COLUMNS) for key in _keys(told, since, now)}
    for place, name in enumerate(COLUMNS):
        _fill(rows, place, told[name])
    _doubt(rows, told["count"], pixel, since, now)
    _store(pixel, rows, since, now)
    return len(rows)


_SOURCES = (("count", ""), ("browser", BROWSER), ("server", SERVER))


def floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _keys(told: Mapping[str, Iterable[HourCount]], since: datetime, now: datetime) -> set[Key]:
    heard = {(one.hour, one.event) for counts in told.values() for one in counts if since <= one.hour <= now}
    span = int((floor(now) - since) / HOUR) + 1
    return heard | {(since + n * HOUR, ALL_EVENTS) for n in range(span)}


def _fill(rows: Rows, place: int, counts: Iterable[HourCount]) -> None:
    """Sets one of COLUMNS: what Meta lists, and for the sum of an hour what its events add up to.

    A source that lists nothing at all is not told apart by Meta: it stays unknown.
    """
    found = {(one.hour, one.event): one.count for one in counts}
    if not found and COLUMNS[place] != "count":
        return
    sums = Counter[datetime]()
    for (hour, _), count in found.items():
        sums[hour] += count
    for (hour, event), row in rows.items():
        row[place] = sums[hour] if event == ALL_EVENTS else found.get((hour, event), 0)


def _doubt(rows: Rows, counts: Iterable[HourCount], pixel: Pixel, since: datetime, now: datetime) -> None:
    """A pixel that fired at a moment whose hour is empty: the answer contradicts itself, so that hour is unknown."""
    fired = pixel.last_fired_at
    if fired is None or not since <= fired <= now:
        return
    # The hour before, too, when Meta lists nothing at all: then its counting is late as a whole.
    empty = not list(counts)
    for (hour, _), row in rows.items():
        if row[0] == 0 and (empty or hour <= fired < hour + HOUR):
            row[:] = [None] * len(COLUMNS)


@transaction.atomic
def _store(pixel: Pixel, rows: Rows, since: datetime, now: datetime) -> None:
    """Writes what is new or differs; of the rest only that it was read again."""
    held = {(hour, event): (pk, counts) for pk, hour, event, *counts in _HELD(pixel.pk, since)}
    same = [pk for key, (pk, counts) in held.items() if rows.get(key) == counts]
    if len(same) == len(held):
        _CONFIRM(pixel.pk, since, now)
    else:
        PixelHour.objects.filter(pk__in=same).update(read_at=now)
    PixelHour.objects.bulk_create(
        [
            PixelHour(pixel=pixel, hour=key[0], event=key[1], read_at=now, **dict(zip(COLUMNS, rows[key], strict=True)))
            for key in sorted(rows)
            if key not in held or held[key][1] != rows[key]
        ],
        update_conflicts=True,
        unique_fields=["pixel", "hour", "event"],
        update_fields=[*COLUMNS, "read_at"],
        batch_size=500,
    )


_HELD = Prepared(
    lambda pixel, since: PixelHour.objects.filter(pixel_id=pixel, hour__gte=since).values_list(
        "pk", "hour", "event", *COLUMNS
    )
)
_CONFIRM = PreparedUpdate(
    lambda pixel, since, now: (PixelHour.objects.filter(pixel_id=pixel, hour__gte=since), {"read_at": now})
)


def _quality(client: GraphClient, pixel: Pixel, now: datetime) -> None:
    """Once a day and pixel. It needs a permission of its own: without it the counts are still worth having."""
    day = now.astimezone(UTC).date()
    if PixelQuality.objects.filter(pixel=pixel, day=day).exists():
        return
    for one in read_quality(client, pixel):
        values = {name: getattr(one, name) for name in _QUALITY} | {"read_at": now}
        PixelQuality.objects.update_or_create(pixel=pixel, event=one.event, day=day, defaults=values)


_QUALITY = ("score", "coverage_percent", "goal_percent", "dedupe_percent", "upload_frequency")
