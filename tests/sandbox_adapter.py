"""Mounts the sandbox into a `requests` session: the real SDK, no socket. Also a small client for its controls."""

import io
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from werkzeug.test import EnvironBuilder, run_wsgi_app

from metaads.sandbox.server import Dropped, Sandbox


class WsgiAdapter(BaseAdapter):
    """Carries each request to a WSGI application in this process. A fault's sleep past the time-out costs no time."""

    def __init__(self, app: Sandbox) -> None:
        super().__init__()
        self.app = app
        self.sent: list[requests.PreparedRequest] = []

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        self.sent.append(request)
        parts = urlsplit(request.url or "")
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        builder = EnvironBuilder(
            path=parts.path,
            query_string=parts.query,
            base_url=f"{parts.scheme}://{parts.netloc}",
            method=request.method or "GET",
            headers=list(request.headers.items()),
            data=body,
        )
        environ = builder.get_environ()
        environ["sandbox.sleep"] = _sleeper(timeout, request)
        try:
            chunks, status, headers = run_wsgi_app(self.app, environ, buffered=True)
        except Dropped:
            raise requests.ConnectionError("the sandbox dropped the connection", request=request) from None
        return _response(request, b"".join(chunks), status, headers)

    def close(self) -> None:
        """Nothing is held open."""


def _sleeper(timeout: Any, request: requests.PreparedRequest) -> Any:
    """Stands in for sleep: what outlasts the read time-out is a ReadTimeout at once, the rest takes no time."""
    patience = timeout[1] if isinstance(timeout, tuple) else timeout

    def sleep(seconds: float) -> None:
        if patience is not None and seconds >= patience:
            raise requests.ReadTimeout("the sandbox was slower than the time-out", request=request)

    return sleep


def _response(request: requests.PreparedRequest, body: bytes, status: str, headers: Any) -> requests.Response:
    response = requests.Response()
    code, _, reason = status.partition(" ")
    response.status_code, response.reason = int(code), reason
    response.headers = requests.structures.CaseInsensitiveDict(headers.items())
    response.url, response.request = request.url or "", request
    response.raw = io.BytesIO(body)
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    return response


class Controls:
    """Drives a sandbox in this process through its own control calls."""

    def __init__(self, app: Sandbox) -> None:
        self.app = app

    def __call__(self, method: str, path: str, /, **body: Any) -> dict[str, Any]:
        return self.app.control.answer(method, path, body)

    def fault(self, kind: str, **settings: Any) -> dict[str, Any]:
        """Puts a fault in force, once unless `count` says otherwise."""
        return self("POST", "faults", kind=kind, **settings)

    def advance(self, hours: float) -> None:
        self("POST", "clock/advance", hours=hours)

    def writes(self) -> list[dict[str, Any]]:
        """All writes so far, oldest first."""
        found: list[dict[str, Any]] = self("GET", "writes")["writes"]
        return found
