"""A pixel's fields, its hourly statistics and the quality of its events (reference 3.8, 5)."""

from collections.abc import Callable
from typing import Any

from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import invalid
from metaads.sandbox.graph.paging import page
from metaads.sandbox.graph.view import View
from metaads.sandbox.world import pixel_events
from metaads.sandbox.world.standard_events import Event
from metaads.sandbox.world.types import Ints

_WEEK = 7 * 86_400
# Part of the events that each way of sending delivers: ad blockers stop the browser, gaps in the set-up the server.
SOURCES = {"WEB_ONLY": 0.88, "SERVER_ONLY": 0.95}
Buckets = Callable[[View, Ints], list[dict[str, Any]]]


def stats(view: View, call: Call) -> dict[str, Any]:
    """`/{pixel}/stats`: one bucket an hour, in order of time; hours without an event have none.

    At most the last seven days. `event_source` takes WEB_ONLY or SERVER_ONLY; `event` narrows to one event.
    """
    aggregation = call.text("aggregation") or "event"
    bucket = BUCKETS.get(aggregation)
    if bucket is None:
        raise invalid(f"aggregation must be one of the following values: {', '.join(sorted(BUCKETS))}", "aggregation")
    part = _part(call.text("event_source"))
    since = max(call.moment("start_time", view.now - _WEEK), view.now - _WEEK)
    until = min(call.moment("end_time", view.now), view.now)
    hours = pixel_events.heard_between(view.account, since, until)
    only = call.text("event")
    rows = [
        {"aggregation": aggregation, "start_time": view.time(at), "data": found}
        for at, counts in hours
        if (found := bucket(view, _chosen((counts * part).round().astype(int), only)))
    ]
    return page(call, rows, lambda row: row)


def _part(source: str) -> float:
    if source and source not in SOURCES:
        raise invalid("event_source must be WEB_ONLY or SERVER_ONLY", "event_source")
    return SOURCES.get(source, 1.0)


def _chosen(counts: Ints, only: str) -> Ints:
    """Only one event's counts, where one was asked for; an event that the pixel does not know counts nothing."""
    if not only:
        return counts
    kept = counts * 0
    if only in Event.__members__:
        kept[Event[only]] = counts[Event[only]]
    return kept


def _by_event(view: View, counts: Ints) -> list[dict[str, Any]]:
    return [{"value": event.name, "count": int(counts[event])} for event in Event if counts[event]]


def _by_source(view: View, counts: Ints) -> list[dict[str, Any]]:
    """(Labels of the values: memory only.)"""
    total = int(counts.sum())
    found = (("BROWSER", SOURCES["WEB_ONLY"]), ("SERVER", SOURCES["SERVER_ONLY"]))
    return [{"value": name, "count": round(total * part)} for name, part in found if round(total * part)]


def _fires(view: View, counts: Ints) -> list[dict[str, Any]]:
    return [{"value": view.account.pixel, "count": int(counts.sum())}] if counts.any() else []


def _by_device(view: View, counts: Ints) -> list[dict[str, Any]]:
    total = int(counts.sum())
    split = (("mobile_iphone", 0.42), ("mobile_android", 0.30), ("desktop", 0.24), ("tablet", 0.04))
    return [{"value": name, "count": round(total * part)} for name, part in split if round(total * part)]


def _by_host(view: View, counts: Ints) -> list[dict[str, Any]]:
    host = view.account.creatives[0].link.split("/")[2]
    return [{"value": host, "count": int(counts.sum())}] if counts.any() else []


BUCKETS: dict[str, Buckets] = {
    "event": _by_event,
    "event_total_counts": _by_event,
    "event_source": _by_source,
    "pixel_fire": _fires,
    "device_type": _by_device,
    "host": _by_host,
}


def _last_fired(view: View) -> str | None:
    return view.time(pixel_events.last_heard(view.account))


PIXEL_FIELDS: dict[str, Callable[[View], Any]] = {
    "id": lambda v: v.account.pixel,
    "name": lambda v: f"{v.account.market.name} pixel",
    "creation_time": lambda v: v.time(v.account.created),
    "last_fired_time": _last_fired,
    "is_unavailable": lambda v: False,
    "is_created_by_business": lambda v: True,
    "owner_ad_account": lambda v: {"id": f"act_{v.account.id}", "account_id": v.account.id},
    "enable_automatic_matching": lambda v: True,
    "automatic_matching_fields": lambda v: ["em", "fn", "ln", "ph", "ct", "zp"],
    "data_use_setting": lambda v: "ADVERTISING_AND_ANALYTICS",
    "first_party_cookie_status": lambda v: "FIRST_PARTY_COOKIE_ENABLED",
    "has_1p_pixel_event": lambda v: True,
    "match_rate_approx": lambda v: 55 + v.account.number % 20,
}
