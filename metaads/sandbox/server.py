"""The WSGI application: HTTP in and out, faults, one lock around the world."""

import hashlib
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from metaads.sandbox.control import HEADER, Control, ControlError
from metaads.sandbox.faults import Fault, Faults
from metaads.sandbox.graph.api import Api
from metaads.sandbox.graph.auth import Credentials
from metaads.sandbox.graph.batch import Outcome, Raw
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError
from metaads.sandbox.graph.usage import MANAGEMENT, kind_of
from metaads.sandbox.misbehave import Said, Scene, said
from metaads.sandbox.state import Store
from metaads.sandbox.stillness import Stills
from metaads.sandbox.webhooks import door, transport
from metaads.sandbox.webhooks.push import Push
from metaads.sandbox.webhooks.subscriptions import Subscriptions
from metaads.sandbox.webhooks.watch import Watch
from metaads.sandbox.world.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)
_VERSION = re.compile(r"v\d+\.\d+")
_CONTROL = "/_sandbox/"


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
    subscriptions: Subscriptions
    store: Store | None = None
    late: list[Late] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    requests: int = 0
    stills: Stills = field(default_factory=Stills)
    push: Push = field(init=False)

    def __post_init__(self) -> None:
        self.api.item = self._item
        self.api.side = self._aside
        watch = Watch(self.api.world, self.subscriptions)
        self.push = self.control.push = Push(self.subscriptions, watch, transport.send, self.lock)

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
            fault = self._fault(call)
        sleep: Callable[[float], None] = request.environ.get("sandbox.sleep", time.sleep)
        return self._answered(call, fault, sleep)

    def _fault(self, call: Call) -> Fault | None:
        owner = self.api.owner(call)
        path = "/" + "/".join(call.path)
        return self.faults.strike(call.method, path, owner.id if owner else "", self.api.world.clock.now())

    def _answered(self, call: Call, fault: Fault | None, sleep: Callable[[float], None]) -> Response:
        if fault is None:
            return self._response(self._run(call), call)
        plan = fault.plan
        if plan.wait_before:
            sleep(fault.seconds)
        answer = self._spoilt(call, fault)
        if plan.wait_after:
            sleep(fault.seconds)
        if answer is None:
            raise Dropped
        return self._response(answer, call, fault)

    def _spoilt(self, call: Call, fault: Fault) -> Said | None:
        """What a fault leaves of the answer; the call is carried out as far as its plan says."""
        plan, done = fault.plan, None
        with self.lock:
            if plan.run == "late":
                self.late.append(Late(time.monotonic() + fault.seconds, call))
            if plan.run in ("yes", "without effect"):
                with self._as_shown(call, fault):
                    done = self._run(call, effect=plan.run == "yes")
            return said(Scene(call, fault, self._run), done)

    @contextmanager
    def _as_shown(self, call: Call, fault: Fault) -> Iterator[None]:
        owner = self.api.owner(call)
        if fault.plan.then != "stale" or owner is None:
            yield
            return
        self.api.world.advance(owner)
        with self.stills.shown(owner, fault):
            yield

    def _aside(self, call: Call) -> Any:
        return door.answer(self.subscriptions, call) if door.concerns(self.subscriptions, call) else None

    def _run(self, call: Call, effect: bool = True) -> Said:
        """The true answer. While a callback is asked whether it is meant, others are answered too."""
        if door.is_handshake(self.subscriptions, call):
            return self._judged(call, effect)
        with self.lock:
            self.api.world.advance()
            answer = self._judged(call, effect)
            if self.store is not None:
                self.store.save_when_due(self.api.world)
            return answer

    def _judged(self, call: Call, effect: bool) -> Said:
        try:
            return Said(200, self.api.answer(call, effect))
        except GraphError as error:
            return Said(error.status, error.body(call.request_id))
        except Exception:
            log.exception("the sandbox failed at %s /%s", call.method, "/".join(call.path))
            return Said(500, GraphError("An unknown error occurred", 1).body(call.request_id))

    def _item(self, call: Call, effect: bool) -> Outcome | None:
        """One request of a batch, faults included; the one that got no answer is null, as at Meta."""
        fault = self._fault(call)
        answer = self._run(call, effect) if fault is None else self._spoilt(call, fault)
        if answer is None:
            return None
        headers = self._headers(call, fault)
        return answer.status, Raw(answer.content) if answer.text else answer.body, headers

    def _count(self, call: Call) -> str:
        """Counts the call for the usage headers, and names the account that it concerns ("" for none)."""
        owner = self.api.owner(call)
        account = owner.id if owner else ""
        kind = kind_of(call.path)
        self.api.usage.count(account, kind, write=call.method != "GET" and kind == MANAGEMENT)
        return account

    def _headers(self, call: Call, fault: Fault | None) -> dict[str, str]:
        """Meta's headers; a refusal for too many calls says when to come back."""
        usage = self.api.usage
        account = self._count(call)
        limit = fault is not None and fault.plan.then == "refuse" and fault.plan.code not in {190, 200}
        usage.minutes_to_regain = max(1, round(fault.seconds / 60)) if fault and limit else 0
        headers = {"facebook-api-version": call.base.rpartition("/")[2], "x-fb-request-id": call.request_id}
        headers |= usage.headers(account)
        usage.minutes_to_regain = 0
        return headers

    def _response(self, answer: Said, call: Call, fault: Fault | None = None) -> Response:
        with self.lock:
            headers = self._headers(call, fault)
        return Response(answer.content, status=answer.status, headers=headers, content_type=answer.kind)

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
    kept = store.folder / "webhooks.json" if store is not None else None
    subscriptions = Subscriptions(api.credentials, transport.ask, kept)
    return Sandbox(api, faults, Control(api, faults), subscriptions, store)


def _call(request: Request, trace: str) -> Call:
    """Version, path without it, query, form and JSON together; a bearer token counts as `access_token`."""
    parts = [part for part in request.path.split("/") if part]
    version = parts.pop(0) if parts and _VERSION.fullmatch(parts[0]) else "v26.0"
    params = request.args.to_dict() | request.form.to_dict() | _json_body(request)
    header = request.headers.get("Authorization", "")
    method = params.pop("method", request.method).upper() if request.method == "POST" else request.method
    call = Call(method, f"{request.host_url.rstrip('/')}/{version}", tuple(parts), params, trace)
    if header.startswith("Bearer ") and "access_token" not in params:
        return Call(call.method, call.base, call.path, params, trace, bearer=header.removeprefix("Bearer ").strip())
    return call


def _json_body(request: Request) -> dict[str, str]:
    """A body sent as JSON (Meta's Node SDK does) counts like a form: lists, objects and booleans as JSON text."""
    body = request.get_json(silent=True) if request.is_json else None
    found = body if isinstance(body, dict) else {}
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in found.items()
        if value is not None
    }


def _trace(number: int) -> str:
    """An `fbtrace_id`: opaque, different for each request."""
    return "A" + hashlib.sha256(str(number).encode()).hexdigest()[:22]


def _plain(body: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")
