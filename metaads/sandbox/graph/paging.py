"""Lists in pages: cursors, and `next` only where more follows (reference 2.3)."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import invalid

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
DEFAULT_LIMIT = 25
MAX_LIMIT = 5000


class Pageable(Protocol[T_co]):
    """A list, or something that makes only the slice that is asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Sequence[T_co]: ...


def cursor(position: int) -> str:
    """Opaque to clients: the position as URL-safe base64."""
    return base64.urlsafe_b64encode(f"p{position}".encode()).decode().rstrip("=")


def position(text: str) -> int:
    """Back from a cursor; error 100 for one that is not ours."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        return int(raw.removeprefix("p"))
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise invalid("Invalid cursors values", "after") from None


def page(call: Call, found: Pageable[T], render: Callable[[T], Any]) -> dict[str, Any]:
    """One page of `found`; only its own members are rendered."""
    limit = call.number("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise invalid(f"limit must be between 1 and {MAX_LIMIT}; please reduce the amount of data", "limit")
    start = _start(call, limit)
    chosen = found[start : start + limit]
    body: dict[str, Any] = {"data": [render(one) for one in chosen]}
    if len(chosen):
        body["paging"] = {"cursors": {"before": cursor(start), "after": cursor(start + len(chosen))}}
        if start + len(chosen) < len(found):
            body["paging"]["next"] = call.url(limit=str(limit), after=cursor(start + len(chosen)))
        if start > 0:
            body["paging"]["previous"] = call.url(limit=str(limit), before=cursor(start))
    if call.text("summary") in ("true", "1", "total_count"):
        body["summary"] = {"total_count": len(found)}
    return body


def _start(call: Call, limit: int) -> int:
    if call.text("after"):
        return max(0, position(call.text("after")))
    if call.text("before"):
        return max(0, position(call.text("before")) - limit)
    return max(0, call.number("offset", 0))
