"""A loopback server that answers what a test scripts, for answers that no sandbox gives (HTML, empty 500, resets)."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


@dataclass
class Call:
    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Stub:
    """`script` is used up from the left; when it is empty every further call gets a 500 that names itself."""

    url: str = ""
    script: deque[Response] = field(default_factory=deque)
    calls: list[Call] = field(default_factory=list)
    delay: float = 0.0

    def dawdles(self, seconds: float) -> "Stub":
        """Every answer from now on comes this late."""
        self.delay = seconds
        return self

    def says(self, body: object, status: int = 200, headers: dict[str, str] | None = None, times: int = 1) -> "Stub":
        text = body if isinstance(body, str) else json.dumps(body)
        for _ in range(times):
            self.script.append(Response(text, status=status, headers=headers, content_type="application/json"))
        return self

    def says_in_batch(self, body: object, code: int = 200) -> "Stub":
        """The answer to a batch of one."""
        return self.says([{"code": code, "headers": [], "body": json.dumps(body)}])

    def fails(self, code: int, subcode: int | None = None, status: int = 400, times: int = 1, **more: Any) -> "Stub":
        error = {"message": "stub says no", "type": "OAuthException", "code": code, "fbtrace_id": "Atrace", **more}
        if subcode is not None:
            error["error_subcode"] = subcode
        headers = error.pop("headers", None)
        return self.says({"error": error}, status, headers, times)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.calls.append(
            Call(
                request.method,
                request.path,
                request.args.to_dict(),
                request.form.to_dict(),
                dict(request.headers.items()),
            )
        )
        time.sleep(self.delay)
        answer = self.script.popleft() if self.script else Response("the script of the stub is used up", status=500)
        return answer(environ, start_response)


class Quiet(WSGIRequestHandler):
    """No access log."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing to say."""


@contextmanager
def running() -> Iterator[Stub]:
    stub = Stub()
    server: BaseWSGIServer = make_server("127.0.0.1", 0, stub, threaded=True, request_handler=Quiet)
    stub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
