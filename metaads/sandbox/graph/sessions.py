"""Asynchronous batches: requests that are queued and asked about later (Graph API, asynchronous batch requests).

`POST /` with `asyncbatch` names each request and answers with sessions; `GET /{session}` tells how one ended. Copies
may be larger there (reference 6.3). Field names and shapes: Meta's page of that name; status words from memory.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from metaads.sandbox.graph.batch import Answer, Outcome, batch
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import invalid, missing

_FIRST = 7_100_000_000_000_000
_LIFE = 7 * 86_400
_REMEMBERED = 5000


@dataclass(slots=True)
class Session:
    """One request. `started`: virtual Unix second; `code`: its HTTP status."""

    id: str
    name: str
    started: int
    code: int
    body: str
    polls: int = 0


@dataclass(slots=True)
class Sessions:
    """Sessions of this process, for a week. The effect comes at once, the word of it with the second question."""

    found: dict[str, Session] = field(default_factory=dict)
    number: int = 0

    def start(self, call: Call, answer: Answer, now: int) -> dict[str, Any]:
        """Runs the requests; each needs a name of its own and none may use another's result."""
        names = _names(call)

        def later(inner: Call) -> Outcome | None:
            return answer(replace(inner, asynchronous=True))

        parts = batch(replace(call, params={**call.params, "batch": call.text("asyncbatch")}), later)
        rows = []
        for name, part in zip(names, parts, strict=True):
            self.number += 1
            done = part or {"code": 500, "body": "{}"}
            session = Session(str(_FIRST + self.number), name, now, int(done["code"]), str(done["body"]))
            self.found[session.id] = session
            rows.append({"id": session.id, "name": name})
        while len(self.found) > _REMEMBERED:
            del self.found[next(iter(self.found))]
        return {"async_sessions": rows}

    def status(self, session_id: str, now: int) -> dict[str, Any]:
        """How it stands: IN_PROGRESS at first, then COMPLETED or FAILED with its result as JSON text."""
        session = self.found.get(session_id)
        if session is None or now - session.started > _LIFE:
            raise missing(session_id)
        session.polls += 1
        told: dict[str, Any] = {"id": session.id, "name": session.name, "method": "POST"}
        if session.polls == 1:
            return {**told, "status": "IN_PROGRESS"}
        told["result"] = session.body
        if session.code == 200:
            return {**told, "status": "COMPLETED"}
        error = json.loads(session.body).get("error", {})
        return {**told, "status": "FAILED", "error_code": error.get("code"), "exception": error.get("message")}


def _names(call: Call) -> list[str]:
    items = call.json("asyncbatch")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise invalid("asyncbatch must be a list of requests", "asyncbatch")
    names = [str(item.get("name", "")) for item in items]
    if not all(names) or len(set(names)) < len(names):
        raise invalid("Each request of an asynchronous batch needs a name of its own", "asyncbatch")
    if any("{result=" in json.dumps(item) for item in items):
        raise invalid("Asynchronous batches do not support dependencies", "asyncbatch")
    return names
