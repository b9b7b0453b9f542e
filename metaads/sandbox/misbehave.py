"""What a fault makes of an answer: one function a kind. Each gets the true answer (None where nothing was done)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from metaads.sandbox.faults import Fault, Then
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError
from metaads.sandbox.graph.paging import DEFAULT_LIMIT, cursor, position

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=UTF-8"
_PAGE = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_KEPT = frozenset({"id", "account_id", "campaign_id", "adset_id", "ad_id", "date_start", "date_stop"})


@dataclass(frozen=True)
class Said:
    """An answer before HTTP. `body` is text where `text` is set: not JSON, or JSON that breaks off."""

    status: int
    body: Any
    kind: str = JSON
    text: bool = False

    @property
    def content(self) -> str:
        return str(self.body) if self.text else json.dumps(self.body)


@dataclass(frozen=True)
class Scene:
    """A call that a fault has hit. `read` answers another call truthfully."""

    call: Call
    fault: Fault
    read: Callable[[Call], Said]


def said(scene: Scene, true: Said | None) -> Said | None:
    """What the client gets instead of the true answer; None: nothing at all."""
    return _SAY[scene.fault.plan.then](scene, true)


def _true(scene: Scene, true: Said | None) -> Said:
    if true is None:
        raise ValueError(f"the fault {scene.fault.kind} answers what it did not carry out")
    return true


def _error_500(scene: Scene, true: Said | None) -> Said:
    text = "An unexpected error has occurred. Please retry your request later."
    return Said(500, GraphError(text, 2, status=500, transient=True).body(scene.call.request_id))


def _error_503(scene: Scene, true: Said | None) -> Said:
    return Said(503, "", HTML, text=True)


def _html_502(scene: Scene, true: Said | None) -> Said:
    return Said(502, _PAGE, HTML, text=True)


def _drop(scene: Scene, true: Said | None) -> None:
    return None


def _malformed(scene: Scene, true: Said | None) -> Said:
    text = _true(scene, true).content
    return Said(200, text[: max(1, len(text) // 2)], text=True)


def _refuse(scene: Scene, true: Said | None) -> Said:
    plan = scene.fault.plan
    text = "There have been too many calls from this ad-account."
    if plan.code == 190:
        text = "Error validating access token: " + (
            "Session has expired." if plan.subcode == 463 else "It was revoked."
        )
    if plan.code == 200:
        text = "(#200) Requires ads_management permission on the ad account."
    return Said(400, GraphError(text, plan.code, plan.subcode, transient=plan.code == 17).body(scene.call.request_id))


def _empty_page(scene: Scene, true: Said | None) -> Said:
    """A page without rows whose `next` leads to the rows: lists end only where `next` is missing."""
    here = scene.call.params.get("after") or cursor(0)
    paging = {"cursors": {"before": here, "after": here}, "next": scene.call.url(after=here)}
    return Said(200, {"data": [], "paging": paging})


def _rows(answer: Said) -> list[dict[str, Any]]:
    """The rows of a list; none for anything else."""
    rows = answer.body.get("data") if isinstance(answer.body, dict) else None
    return rows if isinstance(rows, list) and all(isinstance(row, dict) for row in rows) else []


def _with_rows(answer: Said, rows: list[dict[str, Any]]) -> Said:
    return replace(answer, body={**answer.body, "data": rows})


def _duplicate_rows(scene: Scene, true: Said | None) -> Said:
    """The page's first row comes twice, as Meta's sometimes do."""
    answer = _true(scene, true)
    rows = _rows(answer)
    return _with_rows(answer, rows[:1] + rows) if rows else answer


def _repeated_page(scene: Scene, true: Said | None) -> Said:
    """`next` leads to this same page once more."""
    answer = _true(scene, true)
    if "next" not in (answer.body.get("paging") or {} if isinstance(answer.body, dict) else {}):
        return answer
    here = scene.call.params.get("after") or cursor(0)
    return replace(
        answer, body={**answer.body, "paging": {**answer.body["paging"], "next": scene.call.url(after=here)}}
    )


def _swapped_pages(scene: Scene, true: Said | None) -> Said:
    """Each two pages come in the wrong order; a last page without a partner stays where it is."""
    answer, call = _true(scene, true), scene.call
    if not _rows(answer):
        return answer
    limit = call.number("limit", DEFAULT_LIMIT)
    start = position(call.text("after")) if call.text("after") else 0
    other = _rows(scene.read(replace(call, params={**call.params, "after": cursor((start // limit ^ 1) * limit)})))
    return _with_rows(answer, other) if other else answer


def _missing_fields(scene: Scene, true: Said | None) -> Said:
    """Every second row lacks fields: those that the fault names, else one of its own in turn. Never ids or dates."""
    answer = _true(scene, true)
    rows = [
        _less(row, scene.fault.fields, number) if number % 2 == 0 else row for number, row in enumerate(_rows(answer))
    ]
    return _with_rows(answer, rows) if rows else answer


def _less(row: dict[str, Any], names: list[str], number: int) -> dict[str, Any]:
    optional = sorted(row.keys() - _KEPT)
    gone = set(names) if names else {optional[number // 2 % len(optional)]} if optional else set()
    return {name: value for name, value in row.items() if name not in gone - _KEPT}


def _newest_missing(scene: Scene, true: Said | None) -> Said:
    """The newest day of the page is not there yet."""
    answer = _true(scene, true)
    rows = _rows(answer)
    newest = max((str(row.get("date_stop", "")) for row in rows), default="")
    return _with_rows(answer, [row for row in rows if row.get("date_stop") != newest]) if rows else answer


def _report(status: str, percent: int) -> Callable[[Scene, Said | None], Said]:
    def say(scene: Scene, true: Said | None) -> Said:
        answer = _true(scene, true)
        if not isinstance(answer.body, dict) or "async_status" not in answer.body:
            return answer
        body = {**answer.body, "async_status": status, "async_percent_completion": percent}
        if status == "Job Failed":
            body |= {
                "error_code": 2,
                "error_message": "The report could not be generated.",
                "error_user_msg": "Try again.",
            }
        return replace(answer, body=body)

    return say


_SAY: dict[Then, Callable[[Scene, Said | None], Said | None]] = {
    "answer": _true,
    "error 500": _error_500,
    "error 503": _error_503,
    "html 502": _html_502,
    "drop": _drop,
    "malformed": _malformed,
    "refuse": _refuse,
    "empty page": _empty_page,
    "duplicate rows": _duplicate_rows,
    "repeated page": _repeated_page,
    "swapped pages": _swapped_pages,
    "missing fields": _missing_fields,
    "newest missing": _newest_missing,
    "stale": _true,
    "report failed": _report("Job Failed", 40),
    "report skipped": _report("Job Skipped", 0),
    "report stuck": _report("Job Running", 60),
}
