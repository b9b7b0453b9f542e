"""Golden rule 0: what a reading client may send. Everything else is refused before a socket is opened."""

import re
from collections.abc import Mapping

from metaads.graph.errors import NotAllowed

_SEGMENT = re.compile(r"[A-Za-z0-9_]{1,100}\Z")
# POSTs that change nothing at Meta: report runs of insights.
_POST_READS = (re.compile(r"(act_)?\d+/insights\Z"),)
# Graph takes the real method from these; a GET that carries one may be a write.
_OVERRIDES = frozenset({"method", "_method", "batch", "access_token"})


def split(path: str | tuple[str, ...]) -> tuple[str, ...]:
    """Path segments. Refuses full URLs and anything but letters, digits and underscores in a segment.

    (The SDK would send the credentials to whatever host a full URL names.)
    """
    segments = tuple(part for part in path.split("/") if part) if isinstance(path, str) else path
    if not all(_SEGMENT.match(segment) for segment in segments):
        raise NotAllowed("A Graph path holds only letters, digits and underscores.")
    return segments


def check_get(params: Mapping[str, object]) -> None:
    """Raises NotAllowed when a parameter would turn the GET into something else."""
    found = _OVERRIDES & {name.lower() for name in params}
    if found:
        raise NotAllowed(f"A read may not carry {', '.join(sorted(found))}.")


def check_post(path: tuple[str, ...], params: Mapping[str, object]) -> None:
    """Raises NotAllowed unless this POST is a report run or a batch of GETs."""
    if not path:
        _check_batch(params)
        return
    check_get(params)
    if not any(pattern.match("/".join(path)) for pattern in _POST_READS):
        raise NotAllowed(f"POST {'/'.join(path)} is not on the list of reads.")


def _check_batch(params: Mapping[str, object]) -> None:
    items = params.get("batch")
    if set(params) - {"batch", "include_headers"} or not isinstance(items, list) or not items:
        raise NotAllowed("A POST to the root must be a batch of GETs.")
    for item in items:
        reads = isinstance(item, Mapping) and item.get("method") == "GET" and not set(item) - {"method", "relative_url"}
        if not reads or re.search(r"[?&]_?method=", str(item.get("relative_url")), re.IGNORECASE):
            raise NotAllowed("A batch of a reading client holds plain GETs only.")
