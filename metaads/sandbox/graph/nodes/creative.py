"""Fields of a creative (reference 3.7)."""

from collections.abc import Callable
from typing import Any

from metaads.sandbox.graph.view import View
from metaads.sandbox.world.nodes import Creative
from metaads.sandbox.world.shapes import BY_KEY

Reader = Callable[[View, Creative], Any]


def _story(view: View, c: Creative) -> dict[str, Any]:
    if c.spec is not None:
        return dict(c.spec.get("object_story_spec", {}))
    call = {"type": c.call_to_action, "value": {"link": c.link}}
    page = str(104_000_000_000_000 + view.account.number)
    if BY_KEY[c.shape].object_type == "VIDEO":
        film = {"video_id": str(int(c.id) + 7), "title": c.title, "message": c.body, "call_to_action": call}
        return {"page_id": page, "video_data": film}
    return {"page_id": page, "link_data": {"link": c.link, "name": c.title, "message": c.body, "call_to_action": call}}


def _sent(c: Creative, name: str) -> Any:
    return (c.spec or {}).get(name)


def _link_data(c: Creative) -> dict[str, Any]:
    found: dict[str, Any] = (c.spec or {}).get("object_story_spec", {}).get("link_data", {})
    return found


def _video(view: View, c: Creative) -> str | None:
    if BY_KEY[c.shape].object_type != "VIDEO":
        return None
    sent = (c.spec or {}).get("object_story_spec", {}).get("video_data", {}).get("video_id")
    return str(sent or int(c.id) + 7)


def _picture(c: Creative) -> str | None:
    """Of what the world began with: a picture of its own."""
    return None if c.spec is not None or BY_KEY[c.shape].object_type == "VIDEO" else f"{int(c.id):032x}"


FIELDS: dict[str, Reader] = {
    "id": lambda v, c: c.id,
    "account_id": lambda v, c: v.account.id,
    "name": lambda v, c: c.name,
    "status": lambda v, c: c.status,
    "title": lambda v, c: c.title,
    "body": lambda v, c: c.body,
    "object_type": lambda v, c: BY_KEY[c.shape].object_type,
    "call_to_action_type": lambda v, c: c.call_to_action,
    "link_url": lambda v, c: c.link,
    "object_story_spec": lambda v, c: _story(v, c) or None,
    "video_id": _video,
    "object_story_id": lambda v, c: _sent(c, "object_story_id"),
    "image_hash": lambda v, c: _sent(c, "image_hash") or _link_data(c).get("image_hash") or _picture(c),
    "url_tags": lambda v, c: _sent(c, "url_tags"),
}
