"""Pixels: the account's list, counts of events by hour, and match quality (reference 3.8 and 5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from metaads.graph.client import GraphClient
from metaads.graph.errors import OutcomeUnknown
from metaads.models import AdAccount, Pixel

FIELDS = (
    "id",
    "name",
    "creation_time",
    "last_fired_time",
    "is_unavailable",
    "owner_business",
    "owner_ad_account",
)
LIMIT = 100
BROWSER, SERVER = "WEB_ONLY", "SERVER_ONLY"
# Not in the SDK; sub-fields must be named, else only defaults return (reference 5, D10).
QUALITY_FIELDS = (
    "web{event_name,event_match_quality{composite_score},event_coverage{percentage,goal_percentage},"
    "dedupe_key_feedback{browser_events_with_dedupe_key{percentage}},data_freshness{upload_frequency}}"
)


@dataclass(frozen=True)
class HourCount:
    """`hour`: start of the hour, aware UTC. Only what Meta lists: an hour or event without a count is not in it."""

    hour: datetime
    event: str
    count: int


@dataclass(frozen=True)
class EventQuality:
    """`score`: 0 to 10; the rest in percent. None = not told."""

    event: str
    score: float | None
    coverage_percent: float | None
    goal_percent: float | None
    dedupe_percent: float | None
    upload_frequency: str


def read_pixels(client: GraphClient, account: AdAccount) -> Iterator[list[dict[str, Any]]]:
    """Pages of raw pixels that the account can use. Raises metaads.graph.errors."""
    return client.pages((account.path_id, "adspixels"), {"fields": ",".join(FIELDS), "limit": LIMIT})


def read_counts(
    client: GraphClient, pixel: Pixel, since: datetime, until: datetime, source: str = ""
) -> list[HourCount]:
    """Counts by event and hour; buckets that come twice are added up by no one: the last one stands.

    `source`: BROWSER or SERVER alone; "" = all. Raises metaads.graph.errors.
    """
    params: dict[str, object] = {
        "aggregation": "event",
        "start_time": int(since.timestamp()),
        "end_time": int(until.timestamp()),
        "limit": 500,
    }
    if source:
        params["event_source"] = source
    found: dict[tuple[datetime, str], int] = {}
    for page in client.pages((pixel.meta_id, "stats"), params):
        for bucket in page:
            found |= {(one.hour, one.event): one.count for one in parse(bucket)}
    return [HourCount(hour, event, count) for (hour, event), count in sorted(found.items())]


def parse(bucket: Mapping[str, Any]) -> list[HourCount]:
    """One bucket. Raises OutcomeUnknown for one without an hour or with half a number."""
    try:
        hour = datetime.fromisoformat(str(bucket["start_time"])).astimezone(UTC)
        hour = hour.replace(minute=0, second=0, microsecond=0)
        return [HourCount(hour, str(one["value"])[:60], int(one["count"])) for one in bucket["data"]]
    except (KeyError, TypeError, ValueError):
        raise OutcomeUnknown("Meta sent a bucket of pixel counts that cannot be read.") from None


def read_quality(client: GraphClient, pixel: Pixel) -> list[EventQuality]:
    """Match quality by web event. Raises metaads.graph.errors."""
    body = client.get("dataset_quality", {"dataset_id": pixel.meta_id, "fields": QUALITY_FIELDS})
    items = body.get("web")
    return [_quality(one) for one in items if isinstance(one, Mapping)] if isinstance(items, list) else []


def _quality(raw: Mapping[str, Any]) -> EventQuality:
    dedupe = raw.get("dedupe_key_feedback")
    keys = [_at(one, "browser_events_with_dedupe_key", "percentage") for one in dedupe or [] if one]
    return EventQuality(
        event=str(raw.get("event_name") or "")[:60],
        score=_at(raw, "event_match_quality", "composite_score"),
        coverage_percent=_at(raw, "event_coverage", "percentage"),
        goal_percent=_at(raw, "event_coverage", "goal_percentage"),
        dedupe_percent=max((share for share in keys if share is not None), default=None),
        upload_frequency=str(_inside(raw, "data_freshness").get("upload_frequency") or "")[:20],
    )


def _inside(raw: object, name: str) -> Mapping[str, Any]:
    value = raw.get(name) if isinstance(raw, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _at(raw: object, name: str, inner: str) -> float | None:
    value = _inside(raw, name).get(inner)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
