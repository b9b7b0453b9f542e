"""Walking an edge to its end. Our own loop: the SDK's stops at the first empty page (reference 2.3 and 11)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from metaads.graph.errors import OutcomeUnknown, TooMuchData, Transient

SMALLEST_PAGE = 25
STANDING = 3
"""Times that an empty page may lead to itself."""
_CREDENTIALS = ("access_token", "appsecret_proof")


def walk(
    get: Callable[[dict[str, object]], dict[str, Any]], params: dict[str, object]
) -> Iterator[list[dict[str, Any]]]:
    """Pages of rows until `next` is missing. Halves `limit` when Meta calls a page too much.

    An empty page whose cursor stands still is asked again a few times. Raises OutcomeUnknown for a page without a list,
    and for a cursor that goes on standing still.
    """
    stood = 0
    while True:
        body = _page(get, params)
        if body["data"]:
            yield body["data"]
        following = _following(body.get("paging") or {}, params)
        if following is None:
            return
        stood = stood + 1 if _same_place(following, params) else 0
        if stood and (body["data"] or stood > STANDING):
            raise OutcomeUnknown("Meta's paging does not advance.")
        params = following


def _page(get: Callable[[dict[str, object]], dict[str, Any]], params: dict[str, object]) -> dict[str, Any]:
    while True:
        try:
            body = get(params)
        except (TooMuchData, Transient) as error:
            limit = int(str(params.get("limit", 0)))
            if limit <= SMALLEST_PAGE or not _smaller_helps(error):
                raise
            params["limit"] = max(limit // 2, SMALLEST_PAGE)
            continue
        if not isinstance(body.get("data"), list):
            raise OutcomeUnknown("Meta sent a page without rows.")
        return body


def _smaller_helps(error: TooMuchData | Transient) -> bool:
    """Too much data, or a report that took too long; a rate limit is neither."""
    return isinstance(error, TooMuchData) or type(error) is Transient


def _following(paging: Mapping[str, Any], params: dict[str, object]) -> dict[str, object] | None:
    """The next page's parameters: those of `next` without the credentials that it repeats. None at the end."""
    if not paging.get("next"):
        return None
    query = {key: value for key, value in parse_qsl(urlsplit(str(paging["next"])).query) if key not in _CREDENTIALS}
    after = (paging.get("cursors") or {}).get("after")
    cursor = {"after": after} if after else {}
    following: dict[str, object] = {
        **params,
        **query,
        **cursor,
        **({"limit": params["limit"]} if "limit" in params else {}),
    }
    return following


def _same_place(following: Mapping[str, object], params: Mapping[str, object]) -> bool:
    return all(following.get(key) == params.get(key) for key in ("after", "offset", "__after_id", "since", "until"))
