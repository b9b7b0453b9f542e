"""The WSGI application: HTTP in and out, faults, one lock around the world."""

import hashlib
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from metaads.sandbox.control import HEADER, Control, ControlError
from metaads.sandbox.faults import Fault, Faults
from metaads.sandbox.graph.api import Api
from metaads.sandbox.graph.auth import Credentials
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError
from metaads.sandbox.graph.paging import cursor
from metaads.sandbox.state import Store
from metaads.sandbox.world.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)
_VERSION = re.compile(r"v\d+\.\d+")
_CONTROL = "/_sandbox/"
_HTML = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class Dropped(Exception):
    """The connection ends without an answer. In-process transports turn it into their own network error."""


@dataclass(slots=True)
class Late:
    """A write that takes effect only later. `due`: machine time, monotonic seconds."""

    due: float
    call: Call


@dataclass(slots=True)
class Sandbox:
    """State of one server process; faults, report runs and usage counts end with it."""

    api: Api
    faults: Faults
    control: Control
    store: Store | None = None
    late: list[Late] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    requests: int = 0

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        try:
            response = self.respond(Request(environ))
        except Dropped:
            connection = environ.get("werkzeug.socket")
            if connection is None:
                raise
            connection.shutdown(socket.SHUT_RDWR)
            return []
        return response(environ, start_response)

    def respond(self, request: Request) -> Response:
        """Answers one request; the lock is held while the world is touched, never while a fault sleeps."""
        self._settle_late()
        if request.path.startswith(_CONTROL):
            return self._controlled(request)
        with self.lock:
            self.requests += 1
            call = _call(request, _trace(self.requests))
            fault = self.faults.strike(call.method, "/" + "/".join(call.path))
        sleep: Callable[[float], None] = request.environ.get("sandbox.sleep", time.sleep)
        return self._answered(call, fault, sleep)

    def _answered(self, call: Call, fault: Fault | None, sleep: Callable[[float], None]) -> Response:
        if fault is None:
            return self._run(call)
        plan = fault.plan
        if plan.wait_before:
            sleep(fault.seconds)
        done = self._run(call, effect=plan.run == "yes") if plan.run in ("yes", "without effect") else None
        if plan.run == "late":
            with self.lock:
                self.late.append(Late(time.monotonic() + fault.seconds, call))
        if plan.wait_after:
            sleep(fault.seconds)
        return _SAY[plan.then](self, call, fault, done)

    def _run(self, call: Call, effect: bool = True) -> Response:
        with self.lock:
            self.api.world.advance()
            account = self.count(call)
            try:
                body, status = self.api.answer(call, effect), 200
            except GraphError as error:
                body, status = error.body(call.request_id), error.status
            except Exception:
                log.exception("the sandbox failed at %s /%s", call.method, "/".join(call.path))
                body, status = GraphError("An unknown error occurred", 1).body(call.request_id), 500
            if self.store is not None:
                self.store.save_when_due(self.api.world)
            return self.json(body, status, call, account)

    def count(self, call: Call) -> str:
        """Counts the call for the usage headers, and names the account that it concerns ("" for none)."""
        owner = self.api.owner(call)
        account = owner.id if owner else ""
        kind = "ads_insights" if "insights" in call.path else "ads_management"
        self.api.usage.count(account, kind, time.monotonic())
        return account

    def json(self, body: Any, status: int, call: Call, account: str = "") -> Response:
        """A JSON answer with Meta's headers."""
        headers = {"facebook-api-version": call.base.rpartition("/")[2], "x-fb-request-id": call.request_id}
        headers |= self.api.usage.headers(account)
        return Response(
            json.dumps(body), status=status, headers=headers, content_type="application/json; charset=UTF-8"
        )

    def _settle_late(self) -> None:
        with self.lock:
            now = time.monotonic()
            due = [one for one in self.late if one.due <= now]
            self.late = [one for one in self.late if one.due > now]
            for one in due:
                self._run(one.call)

    def _controlled(self, request: Request) -> Response:
        if request.headers.get(HEADER) != "1":
            return _plain({"error": f"send the header {HEADER}: 1"}, 403)
        body = request.get_json(silent=True) or request.args.to_dict()
        with self.lock:
            try:
                answer = self.control.answer(request.method, request.path.removeprefix(_CONTROL), body)
            except ControlError as error:
                return _plain({"error": str(error)}, 400)
            if self.store is not None:
                self.store.save_when_due(self.api.world)
            return _plain(answer, 200)


def make_app(world: World, store: Store | None = None) -> Sandbox:
    """The WSGI application over a world. With a store, snapshots are written as simulated time goes on."""
    api = Api(world, Credentials.of(world.options.seed))
    faults = Faults(world.options.seed)
    return Sandbox(api, faults, Control(api, faults), store)


def _call(request: Request, trace: str) -> Call:
    """Version, path without it, query and form together; a bearer token counts as `access_token`."""
    parts = [part for part in request.path.split("/") if part]
    version = parts.pop(0) if parts and _VERSION.fullmatch(parts[0]) else "v26.0"
    params = request.args.to_dict() | request.form.to_dict()
    header = request.headers.get("Authorization", "")
    method = params.pop("method", request.method).upper() if request.method == "POST" else request.method
    call = Call(method, f"{request.host_url.rstrip('/')}/{version}", tuple(parts), params, trace)
    if header.startswith("Bearer ") and "access_token" not in params:
        return Call(call.method, call.base, call.path, params, trace, bearer=header.removeprefix("Bearer ").strip())
    return call


def _trace(number: int) -> str:
    """An `fbtrace_id`: opaque, different for each request."""
    return "A" + hashlib.sha256(str(number).encode()).hexdigest()[:22]


def _plain(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")


def _as_done(box: Sandbox, call: Call, fault: Fault, done: Response | None) -> Response:
    if done is None:
        raise ValueError(f"the fault {fault.kind} answers what it did not carry out")
    return done


def _error_500(box: Sandbox, call: Call, fault: Fault, done: Response | None) -> Response:
    error = GraphError(
        "An unexpected error has occurred. Please retry your request later.", 2, status=500, transient=True
    )
    return box.json(error.body(call.request_id), 500, call)


def _html_502(box: Sandbox, call: Call, fault: Fault, done: Response | None) -> Response:
    return Response(_HTML, status=502, content_type="text/html; charset=utf-8")


def _drop(box: Sandbox, call: Call, fault: Fault, done: Response | None) -> Response:
    raise Dropped


def _malformed(box: Sandbox, call: Call, fault: Fault, done: Response | None) -> Response:
    body = _as_done(box, call, fault, done).get_data(as_text=True)
    return Response(body[: max(1, len(body) // 2)], status=200, content_type="application/json; charset=UTF-8")


def _empty_page(box: Sandbox, call: Call, fault: Fault, done: Response | None) -> Response:
    """A page without rows whose `next` leads to the rows: lists end only where `next` is missing."""
    here = call.params.get("after") or cursor(0)
    paging = {"cursors": {"before": here, "after": here}, "next": call.url(after=here)}
    return box.json({"data": [], "paging": paging}, 200, call)


def _duplicate_rows(box: Sandbox, call: Call, fault: Fault, done: Response | None) -> Response:
    """The page's first row comes twice, as Meta's sometimes do."""
    body = json.loads(_as_done(box, call, fault, done).get_data())
    rows = body.get("data") if isinstance(body, dict) else None
    if isinstance(rows, list):
        body["data"] = rows[:1] + rows
    return box.json(body, 200, call)


def _refuse(box: Sandbox, call: Call, fault: Fault, done: Response | None) -> Response:
    plan = fault.plan
    text = (
        "Error validating access token." if plan.code == 190 else "There have been too many calls from this ad-account."
    )
    with box.lock:
        owner = box.api.owner(call)
        box.count(call)
        box.api.usage.minutes_to_regain = 0 if plan.code == 190 else max(1, round(fault.seconds / 60))
        error = GraphError(text, plan.code, plan.subcode, transient=plan.code == 17)
        response = box.json(error.body(call.request_id), 400, call, owner.id if owner else "")
        box.api.usage.minutes_to_regain = 0
    return response


_SAY: dict[str, Callable[[Sandbox, Call, Fault, Response | None], Response]] = {
    "answer": _as_done,
    "error 500": _error_500,
    "html 502": _html_502,
    "drop": _drop,
    "malformed": _malformed,
    "empty page": _empty_page,
    "duplicate rows": _duplicate_rows,
    "refuse": _refuse,
}
