"""`GET /dataset_quality?dataset_id=`: how well a pixel's web events can be matched (reference 5, D10).

The root key is `web`, not `data`, with one item per event; sub-fields that are not named do not come back.
"""

from collections.abc import Iterable
from typing import Any

from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import invalid, unknown_field
from metaads.sandbox.graph.known import names
from metaads.sandbox.graph.pixels import SOURCES
from metaads.sandbox.graph.render import PIXEL, find
from metaads.sandbox.graph.selection import Wanted, parse
from metaads.sandbox.graph.view import View
from metaads.sandbox.world import pixel_events
from metaads.sandbox.world.standard_events import Event
from metaads.sandbox.world.world import World

_WEEK = 7 * 86_400
_KEYS = (("email", 0.86), ("phone", 0.31), ("external_id", 0.55), ("ip_address", 1.0), ("user_agent", 1.0))
_FIELDS = names(
    """
    event_name event_match_quality event_coverage dedupe_key_feedback data_freshness acr
    event_potential_aly_acr_increase
    """
)


def dataset_quality(world: World, call: Call, now: int) -> dict[str, Any]:
    """The quality of the events that were heard in the last seven days; a silent pixel has no item."""
    pixel = call.text("dataset_id")
    if not pixel:
        raise invalid("The parameter dataset_id is required", "dataset_id")
    target = find(world, pixel, now)
    if target.kind is not PIXEL:
        raise invalid("dataset_id is not the id of a dataset", "dataset_id")
    wanted = next((one.inside for one in parse(call.text("fields")) if one.name == "web"), None)
    chosen = wanted or (Wanted("event_name"),)
    for one in chosen:
        if one.name not in _FIELDS:
            raise unknown_field(one.name, "DatasetQualityWeb")
    return {"web": [_only(_event(target.view, event), chosen) for event in _heard(target.view)]}


def _heard(view: View) -> list[Event]:
    hours = pixel_events.heard_between(view.account, view.now - _WEEK, view.now)
    return [event for event in Event if any(counts[event] for _, counts in hours)]


def _only(value: Any, wanted: Iterable[Wanted]) -> Any:
    """The named parts, as deep as they were named."""
    if isinstance(value, list):
        return [_only(one, wanted) for one in value]
    return {w.name: _only(value[w.name], w.inside) if w.inside else value[w.name] for w in wanted if w.name in value}


def _event(view: View, event: Event) -> dict[str, Any]:
    luck = (view.account.number * 7 + event * 3) % 10
    score = round(6.0 + 0.25 * luck - (1.5 if event in (Event.PageView, Event.ViewContent) else 0.0), 1)
    coverage = round(100 * min(1.0, SOURCES["SERVER_ONLY"] / SOURCES["WEB_ONLY"]), 1)
    return {
        "event_name": event.name,
        "event_match_quality": {
            "composite_score": score,
            "match_key_feedback": [_key(name, part) for name, part in _KEYS],
            "diagnostics": [],
        },
        "event_coverage": {
            "percentage": coverage, "goal_percentage": 75,
            "description": "The share of browser events that the server sends as well.",
        },
        "dedupe_key_feedback": [_dedupe("event_id", 97.0)],
        "data_freshness": {"upload_frequency": "real_time", "description": "Events arrive in real time."},
        "acr": {"percentage": 14.2, "description": "Additional conversions reported."},
        "event_potential_aly_acr_increase": {"percentage": 3.1, "description": "Possible further increase."},
    }  # fmt: skip


def _key(name: str, part: float) -> dict[str, Any]:
    found: dict[str, Any] = {"identifier": name, "coverage": {"percentage": round(100 * part, 1)}}
    if part < 0.5:
        found["potential_aly_acr_increase"] = {"percentage": 6.0, "description": f"Send {name} more often."}
    return found


def _dedupe(key: str, part: float) -> dict[str, Any]:
    said = {"percentage": part, "description": f"Events with {key}."}
    return {
        "dedupe_key": key,
        "browser_events_with_dedupe_key": said,
        "server_events_with_dedupe_key": said,
        "overall_browser_coverage_from_dedupe_key": said,
    }
