"""Creatives: what a call sends becomes one, and sending the same content again finds the one that is there."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from metaads.sandbox.graph.call import COMMON, Call
from metaads.sandbox.graph.errors import invalid
from metaads.sandbox.graph.nodes.creative import FIELDS
from metaads.sandbox.graph.view import View
from metaads.sandbox.graph.wishes import unfit
from metaads.sandbox.world.births import Birth, next_id
from metaads.sandbox.world.nodes import Creative

# Content that is kept and read back; what else Meta knows is taken without effect.
_KEPT = ("object_story_spec", "object_story_id", "asset_feed_spec", "degrees_of_freedom_spec", "image_hash", "url_tags")
_STORIES = ("link_data", "video_data", "photo_data", "template_data")
_PLAIN = frozenset({"object_story_id", "image_hash", "url_tags", "name"})


@dataclass(frozen=True, slots=True)
class Shown:
    """The creative of an ad, and its birth where it does not exist yet."""

    creative_id: str
    births: list[Birth]


def page_of(view: View) -> str:
    """The page in whose name the account advertises."""
    return str(104_000_000_000_000 + view.account.number)


def shown(view: View, wish: dict[str, Any]) -> Shown:
    """`{"creative_id": …}` (or `id`) of the same account, or a whole specification."""
    asked = wish.get("creative_id", wish.get("id"))
    if asked is None:
        return made(view, wish)
    at = view.account.creative_at.get(str(asked))
    if at is None or view.account.creatives[at].status == "DELETED":
        raise invalid(f"Creative {asked} does not exist in this ad account", "creative")
    return Shown(str(asked), [])


def made(view: View, spec: dict[str, Any]) -> Shown:
    """The creative with this content: the existing one where there is one (reference 3.7), else a new one."""
    content = {name: spec[name] for name in _KEPT if spec.get(name)}
    described = _described(view, content)
    key, text = _key(content), (described["title"], described["body"], described["link"])
    for creative in view.account.creatives:
        alike = (creative.title, creative.body, creative.link) == text and creative.status != "DELETED"
        if alike and _key(content_of(view, creative)) == key:
            return Shown(creative.id, [])
    values = {**described, "name": str(spec.get("name") or "Creative"), "spec": content}
    return Shown(next_id(view.account, "creative"), [Birth("creative", values)])


def content_of(view: View, creative: Creative) -> dict[str, Any]:
    """What makes two creatives the same: everything kept but the name."""
    if creative.spec is not None:
        return creative.spec
    return {"object_story_spec": FIELDS["object_story_spec"](view, creative)}


def sent(call: Call) -> dict[str, Any]:
    """The specification in a POST's parameters."""
    found: dict[str, Any] = {}
    for name in call.params.keys() - COMMON - {"execution_options"}:
        found[name] = call.text(name) if name in _PLAIN or not _is_json(call.text(name)) else call.json(name)
    return found


def _is_json(text: str) -> bool:
    return text[:1] in ("{", "[")


def _key(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True)


def _described(view: View, content: dict[str, Any]) -> dict[str, str]:
    """Title, body, call to action, link and shape; error 100 where the story is not complete."""
    story = content.get("object_story_spec")
    if story is None:
        return _posted(view, content)
    if not isinstance(story, dict):
        raise invalid("Param object_story_spec must be an object", "object_story_spec")
    _check_page(view, str(story.get("page_id", "")))
    kinds = [kind for kind in _STORIES if story.get(kind)]
    if len(kinds) != 1 or not isinstance(story[kinds[0]], dict):
        raise unfit("Story required", f"object_story_spec needs one of {', '.join(_STORIES)}.", "object_story_spec")
    return _from_story(kinds[0], story[kinds[0]])


def _from_story(kind: str, data: dict[str, Any]) -> dict[str, str]:
    action = data.get("call_to_action") or {}
    link = str(data.get("link") or (action.get("value") or {}).get("link") or "")
    if kind != "photo_data" and (urlsplit(link).scheme not in ("http", "https") or not urlsplit(link).hostname):
        raise unfit("Link required", "The ad needs a valid address that starts with http:// or https://.", "link")
    if kind == "video_data" and not data.get("video_id"):
        raise unfit("Video required", "video_data needs video_id.", "video_id")
    return {
        "title": str(data.get("title") or data.get("name") or ""),
        "body": str(data.get("message") or ""),
        "call_to_action": str(action.get("type") or "NO_BUTTON"),
        "link": link,
        "shape": _shape(kind, data),
    }


def _shape(kind: str, data: dict[str, Any]) -> str:
    if kind == "video_data":
        return "video"
    if kind == "template_data":
        return "collection"
    return "carousel" if data.get("child_attachments") else "image"


def _posted(view: View, content: dict[str, Any]) -> dict[str, str]:
    """A creative that shows an existing post of the page (`<page>_<post>`)."""
    page, _, post = str(content.get("object_story_id", "")).partition("_")
    if not post.isdigit():
        text = "A creative needs object_story_spec or object_story_id."
        raise unfit("Creative is incomplete", text, "object_story_spec")
    _check_page(view, page)
    site = view.account.creatives[0].link if view.account.creatives else "https://shop.example/"
    return {"title": "", "body": f"Post {post}", "call_to_action": "NO_BUTTON", "link": site, "shape": "image"}


def _check_page(view: View, page: str) -> None:
    if page != page_of(view):
        raise invalid(f"Page {page or '(none)'} does not exist or is not connected to this ad account", "page_id")
