"""Fields of a creative (reference 3.7), and of the account's pixel (3.8)."""

from collections.abc import Callable
from typing import Any

from metaads.sandbox.graph.view import View
from metaads.sandbox.world.nodes import Creative
from metaads.sandbox.world.shapes import BY_KEY

Reader = Callable[[View, Creative], Any]


def _story(view: View, c: Creative) -> dict[str, Any]:
    call = {"type": c.call_to_action, "value": {"link": c.link}}
    page = str(104_000_000_000_000 + view.account.number)
    if BY_KEY[c.shape].object_type == "VIDEO":
        return {"page_id": page, "video_data": {"title": c.title, "message": c.body, "call_to_action": call}}
    return {"page_id": page, "link_data": {"link": c.link, "name": c.title, "message": c.body, "call_to_action": call}}


FIELDS: dict[str, Reader] = {
    "id": lambda v, c: c.id,
    "account_id": lambda v, c: v.account.id,
    "name": lambda v, c: c.name,
    "status": lambda v, c: "ACTIVE",
    "title": lambda v, c: c.title,
    "body": lambda v, c: c.body,
    "object_type": lambda v, c: BY_KEY[c.shape].object_type,
    "call_to_action_type": lambda v, c: c.call_to_action,
    "link_url": lambda v, c: c.link,
    "object_story_spec": _story,
    "video_id": lambda v, c: str(int(c.id) + 7) if BY_KEY[c.shape].object_type == "VIDEO" else None,
}

PIXEL_FIELDS: dict[str, Callable[[View], Any]] = {
    "id": lambda v: v.account.pixel,
    "name": lambda v: f"{v.account.market.name} pixel",
    "creation_time": lambda v: v.time(v.account.created),
    "last_fired_time": lambda v: v.time(v.account.simulated_to),
    "is_unavailable": lambda v: False,
    "enable_automatic_matching": lambda v: True,
    "first_party_cookie_status": lambda v: "FIRST_PARTY_COOKIE_ENABLED",
    "has_1p_pixel_event": lambda v: True,
}
