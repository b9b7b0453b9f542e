"""A callback of somebody's own, for webhooks: verifies, keeps what comes, fails when told to."""

import json
from typing import Any

from werkzeug.wrappers import Request, Response

TOKEN = "the-word"


class Receiver:
    """Somebody's callback: answers the challenge to who knows the word, keeps what comes, fails when told to."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.failures = 0
        self.word = TOKEN

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        return self.respond(request)(environ, start_response)

    def respond(self, request: Request) -> Response:
        if request.method == "GET":
            known = request.args["hub.verify_token"] == self.word and request.args["hub.mode"] == "subscribe"
            return Response(request.args["hub.challenge"] if known else "no", status=200 if known else 403)
        if self.failures:
            self.failures -= 1
            return Response("later", status=500)
        self.bodies.append(request.get_data())
        self.signatures.append(request.headers["X-Hub-Signature-256"])
        return Response("ok")

    def changes(self) -> list[dict[str, Any]]:
        """All changes so far, in the order of their arrival."""
        entries = [entry for body in self.bodies for entry in json.loads(body)["entry"]]
        return [change for entry in entries for change in entry["changes"]]
