"""Batches: up to 50 requests in one, each with its own outcome; later ones may use earlier results (reference 8)."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError, invalid

MAX_BATCH = 50
_RESULT = re.compile(r"\{result=([^:{}]+):\$\.([^{}]+)\}")
Part = dict[str, Any]
# Status, body and headers of one item.
Outcome = tuple[int, Any, dict[str, str]]
# One item's call -> its outcome; None where no answer came (the item is null then, as at Meta).
Answer = Callable[[Call], Outcome | None]


class Raw(str):
    """A body that is sent as it stands, not as JSON."""

    __slots__ = ()


def batch(call: Call, answer: Answer) -> list[Part | None]:
    """The outcomes in the order of the requests. An item's failure is its own.

    None stands for what was left out by `omit_response_on_success`, and for an item whose named forerunner failed.
    """
    items = call.json("batch")
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_BATCH:
        raise invalid(f"batch must be a list of 1 to {MAX_BATCH} requests", "batch")
    results: dict[str, Any] = {}
    return [_one(call, item, number, results, answer) for number, item in enumerate(items)]


def _one(call: Call, item: object, number: int, results: dict[str, Any], answer: Answer) -> Part | None:
    if not isinstance(item, dict):
        raise invalid("each request of a batch must be an object", "batch")
    try:
        inner = _call(call, item, number, results)
    except LookupError:
        return None
    except GraphError as error:
        return _part(error.status, error.body(f"{call.request_id}-{number}"), {})
    outcome = answer(inner)
    if outcome is None:
        return None
    status, body, headers = outcome
    name = str(item.get("name", ""))
    if name and status == 200:
        results[name] = body
        if item.get("omit_response_on_success", True) and _is_used(call, name):
            return None
    return _part(status, body, headers)


def _part(status: int, body: Any, headers: dict[str, str]) -> Part:
    listed = [{"name": name, "value": value} for name, value in headers.items()]
    return {"code": status, "headers": listed, "body": str(body) if isinstance(body, Raw) else json.dumps(body)}


def _is_used(call: Call, name: str) -> bool:
    """Whether another request takes this one's result: only such a one is left out of the answer."""
    return f"{{result={name}:" in call.text("batch")


def _call(call: Call, item: Part, number: int, results: dict[str, Any]) -> Call:
    """The request that an item stands for. LookupError where it needs the result of one that failed."""
    parts = urlsplit(_filled(str(item.get("relative_url", "")), results))
    path = tuple(p for p in parts.path.split("/") if p)
    if path and path[0][:1] == "v" and path[0][1:2].isdigit():
        path = path[1:]
    form = dict(parse_qsl(_filled(str(item.get("body", "")), results)))
    depends = item.get("depends_on")
    if depends and depends not in results:
        raise LookupError(depends)
    return replace(
        call,
        method=str(item.get("method", "GET")).upper(),
        path=path,
        params=dict(parse_qsl(parts.query)) | form | call.credentials(),
        request_id=f"{call.request_id}-{number}",
    )


def _filled(text: str, results: dict[str, Any]) -> str:
    """`{result=name:$.id}` replaced by what that request gave; several values are joined by commas."""
    return _RESULT.sub(lambda match: _value(match[1], match[2], results), text)


def _value(name: str, path: str, results: dict[str, Any]) -> str:
    found = _walk([results[name]], path)
    if not found:
        raise LookupError(path)
    return ",".join(str(one) for one in found)


def _walk(found: list[Any], path: str) -> list[Any]:
    """The little of JSONPath that batches use: `id`, `data.*.id`, `data[0].id`."""
    for step in path.replace("[", ".").replace("]", "").split("."):
        if step == "*":
            found = [inner for one in found if isinstance(one, list) for inner in one]
        elif step.isdigit():
            found = [one[int(step)] for one in found if isinstance(one, list) and int(step) < len(one)]
        else:
            found = [one[step] for one in found if isinstance(one, dict) and step in one]
    return found
