"""A server that replays Meta's own recorded answers (v2.9, 2017), verbatim, and serves their rows again as insights.

Recorded: `/ads?ids=act_X` (the first page, keyed by account) and `/act_X/ads?after=...` (the others), insights nested
under the ads. Served again from those rows, in today's shape: `/act_X/insights` and a structure of one campaign and
one ad set that holds all ads, for the recordings name none. Nothing of the data is kept in this repository.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

FILE = Path("graph_api_recordings/ads_insights_daily_v2.9.json")
CAMPAIGN, AD_SET = "1", "2"
Row = dict[str, Any]


@dataclass
class Replay:
    """`answers`: (path without version, cursor) -> recorded body."""

    account_id: str
    answers: dict[tuple[str, str], Row]
    rows: list[Row] = field(default_factory=list)
    ads: list[str] = field(default_factory=list)
    calls: int = 0

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.calls += 1
        path = "/".join(request.path.strip("/").split("/")[1:])
        recorded = self.answers.get((path, request.args.get("after", "")))
        body = recorded if recorded is not None else self._again(path, request.args)
        status = 200 if body is not None else 404
        return Response(json.dumps(body), status, content_type="application/json")(environ, start_response)

    def _again(self, path: str, asked: Any) -> Row | None:
        edges = {"campaigns": self._campaigns, "adsets": self._ad_sets, "ads": self._ads, "adcreatives": list}
        account, _, edge = path.partition("/")
        if account != f"act_{self.account_id}":
            return None
        if edge == "insights":
            return _paged(self._insights(asked), asked)
        return _paged(edges[edge](), asked) if edge in edges else {"account_id": self.account_id, "name": "Recorded"}

    def _campaigns(self) -> list[Row]:
        return [{"id": CAMPAIGN, "name": "All recorded ads", "effective_status": "ACTIVE", "status": "ACTIVE"}]

    def _ad_sets(self) -> list[Row]:
        return [{**row, "id": AD_SET, "campaign_id": CAMPAIGN} for row in self._campaigns()]

    def _ads(self) -> list[Row]:
        common = {"campaign_id": CAMPAIGN, "adset_id": AD_SET, "effective_status": "ACTIVE", "status": "ACTIVE"}
        return [{"id": ad, "name": f"Ad {ad}", **common} for ad in self.ads]

    def _insights(self, asked: Any) -> list[Row]:
        """Daily rows at ad level; nothing else was recorded."""
        span = json.loads(asked["time_range"])
        if asked["level"] != "ad" or asked.get("time_increment") != "1":
            return []
        return [row for row in self.rows if span["since"] <= row["date_start"] <= span["until"]]


def _paged(rows: list[Row], asked: Any) -> Row:
    """Pages by position; a missing `next` is the end."""
    start, limit = int(asked.get("after", 0)), int(asked.get("limit", 25))
    paging: Row = {"cursors": {"before": str(start), "after": str(start + limit)}}
    if start + limit < len(rows):
        paging["next"] = f"http://next.invalid/?after={start + limit}&limit={limit}&access_token=never"
    return {"data": rows[start : start + limit], "paging": paging}


def load(folder: Path) -> Replay:
    """The recordings of `folder` (the data folder of the project's brief)."""
    answers: dict[tuple[str, str], Row] = {}
    for call in json.loads((folder / FILE).read_text(encoding="utf-8")):
        address = urlsplit(call["address"])
        path = "/".join(address.path.strip("/").split("/")[1:])
        answers[path, dict(parse_qsl(address.query)).get("after", "")] = call["body"]
    account_id = next(iter(answers["ads", ""])).removeprefix("act_")
    return Replay(account_id, answers)


class Quiet(WSGIRequestHandler):
    """No access log."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing to say."""


@contextmanager
def serving(replay: Replay) -> Iterator[str]:
    """The address of a loopback server that answers from `replay`."""
    server = make_server("127.0.0.1", 0, replay, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
