"""The Graph client: one object per connection (and account) and task. The reading half can do nothing but read.

Every call asks the kill switch and the account's rate budget first, is counted after, and raises only
`metaads.graph.errors` (and `metaads.switch.SwitchedOff`), whose texts hold neither URL nor token.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from time import sleep
from typing import Any
from urllib.parse import urlencode

import stamina

from metaads import switch
from metaads.clock import machine_now
from metaads.graph import allowed, budget, usage
from metaads.graph.budget import Priority
from metaads.graph.classify import TOKEN_CODES, bucket_of, classify
from metaads.graph.errors import MetaError, OutcomeUnknown, RateLimited, TokenInvalid, Transient
from metaads.graph.paging import walk
from metaads.graph.secrets import secrets_of
from metaads.graph.session import Answer, adapters, attempt, open_api
from metaads.models import AdAccount, Connection

__all__ = [
    "GraphClient",
    "WritingClient",
    "adapters",
    "app_client_for",
    "client_for",
    "client_for_connection",
    "writing_client_for",
]

log = logging.getLogger(__name__)
REFUSED = "Meta no longer accepts the token:"
Path = str | tuple[str, ...]


class GraphClient:
    """Reads. `account` None: calls that belong to no account (token check, discovery) are not counted.

    `wall` gives machine time, for the rate budget. `priority`: what the calls are for (budget.Priority); those of the
    executor, which only a block of Meta's stops, are tried once, for it has a lease to keep and its own way of trying
    again. `first=True` is the same as Priority.EXECUTE.
    """

    def __init__(
        self,
        connection: Connection,
        account: AdAccount | None = None,
        wall: Callable[[], datetime] = machine_now,
        first: bool = False,
        priority: Priority = Priority.TODAY,
    ) -> None:
        self.connection = connection
        self.account = account
        self.priority = Priority.EXECUTE if first else priority
        self.tries = 1 if self.priority == Priority.EXECUTE else 3
        self._wall = wall
        self._api = self._open()

    def _open(self) -> Any:
        link = self.connection
        return open_api(link.graph_url, link.api_version, link.access_token, link.app_id, link.app_secret)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.account or self.connection}>"

    def get(self, path: Path, params: Mapping[str, object] | None = None) -> dict[str, Any]:
        """One GET; internal faults and missing answers are tried again a few times."""
        segments, given = allowed.split(path), dict(params or {})
        allowed.check_get(given)
        return _object(self._patiently(lambda: self._once("GET", segments, given)))

    def get_in_body(self, path: Path, params: Mapping[str, object]) -> dict[str, Any]:
        """One GET whose parameters stay out of the URL, and so out of every proxy's log: a batch of this one read.

        For parameters that are secrets (debug_token's input_token). Raises like `get`.
        """
        segments = allowed.split(path)
        allowed.check_get(params)
        batch = [{"method": "GET", "relative_url": f"{'/'.join(segments)}?{urlencode(params)}"}]
        allowed.check_post((), {"batch": batch})
        return _object(self._patiently(lambda: self._inner(self._once("POST", (), {"batch": batch}))))

    def pages(self, path: Path, params: Mapping[str, object] | None = None) -> Iterator[list[dict[str, Any]]]:
        """The `data` of every page of an edge, to the end, empty pages left out. Pages shrink if Meta says so."""
        segments = allowed.split(path)
        return walk(lambda given: self.get(segments, given), dict(params or {}))

    def post_read(self, path: Path, params: Mapping[str, object]) -> Any:
        """A POST that changes nothing: a report run, or a batch of GETs (path ""). Raises NotAllowed for others."""
        segments = allowed.split(path)
        allowed.check_post(segments, params)
        return self._patiently(lambda: self._once("POST", segments, params)).body

    def _inner(self, answer: Answer) -> Answer:
        """The one answer inside a batch's; raises as if it had come by itself."""
        items = answer.body
        item = items[0] if isinstance(items, list) and len(items) == 1 else None
        try:
            inner = Answer(int(item["code"]), json.loads(item["body"]))  # type: ignore[index]
        except (TypeError, KeyError, ValueError):
            raise OutcomeUnknown("Meta's answer to a batch has no answer in it.") from None
        if inner.usable:
            return inner
        raise self._failed(inner, usage.Usage(), insights=False)

    def _patiently(self, once: Callable[[], Answer]) -> Answer:
        for again in stamina.retry_context(
            on=_worth_another_read, attempts=self.tries, timeout=90, wait_initial=0.2, wait_jitter=0.2, wait_max=2
        ):
            with again:
                return once()
        raise AssertionError("stamina either returns or raises")

    def _once(self, method: str, path: tuple[str, ...], params: Mapping[str, object]) -> Answer:
        """One request, checked before and counted after. Raises MetaError or SwitchedOff."""
        switch.require(switch.INTELLIGENCE)
        insights = path[-1:] == ("insights",)
        if self.account:
            sleep(budget.check(self.account, self._wall(), insights, self.priority).total_seconds())
        answer = attempt(self._api, method, path, params)
        seen = usage.read(answer.headers)
        if self.account:
            budget.record(self.account, self._wall(), seen)
        if warning := answer.headers.get("X-Ad-Api-Version-Warning"):
            log.warning("Meta about the API version of connection %s: %s", self.connection.pk, warning[:300])
        if answer.usable:
            self._note_token(working=True)
            return answer
        raise self._failed(answer, seen, insights)

    def _failed(self, answer: Answer, seen: usage.Usage, insights: bool) -> MetaError:
        if answer.status is None:
            return OutcomeUnknown(f"No answer from Meta: {answer.problem}.")
        link = self.connection
        hidden = secrets_of(link.access_token, link.app_id, link.app_secret)
        error = classify(answer.body, answer.status, seen.insights_wait if insights else seen.wait, hidden)
        if isinstance(error, RateLimited) and self.account and bucket_of(error.detail).whole_account:
            budget.block(self.account, self._wall() + error.retry_after, insights)
        if isinstance(error, TokenInvalid) and error.detail.code in TOKEN_CODES:
            self._note_token(working=False, error=error)
        return error

    def _note_token(self, working: bool, error: MetaError | None = None) -> None:
        """Keeps the connection's state true: broken by a refused token, working again after an answer."""
        link = self.connection
        if working and link.state != Connection.State.BROKEN:
            return
        link.state = Connection.State.OK if working else Connection.State.BROKEN
        link.state_reason = (
            "" if working else f"Meta no longer accepts the token: {error} Connect again with a new one."
        )
        link.save(update_fields=["state", "state_reason"])


class AppClient(GraphClient):
    """Reads as the app itself (token `id|secret`), as debug_token asks for."""

    def _open(self) -> Any:
        link = self.connection
        return open_api(link.graph_url, link.api_version, f"{link.app_id}|{link.app_secret}", link.app_id)

    def _note_token(self, working: bool, error: MetaError | None = None) -> None:
        """The connection's state is about its token, not about the app's."""


class WritingClient(GraphClient):
    """Adds the write. For `metaads.writer` and the executor alone; its reads come first."""

    def __init__(
        self, connection: Connection, account: AdAccount | None = None, wall: Callable[[], datetime] = machine_now
    ) -> None:
        super().__init__(connection, account, wall, first=True)

    def post(self, path: Path, params: Mapping[str, object]) -> dict[str, Any]:
        """One POST, never repeated here. OutcomeUnknown: it may have taken effect; every other error: it has not."""
        segments = allowed.split(path)
        switch.require(switch.EXECUTOR)
        return _object(self._once("POST", segments, params))


def client_for(account: AdAccount, first: bool = False, priority: Priority = Priority.TODAY) -> GraphClient:
    """The reading client of an account. `first` = for carrying out a change (see GraphClient)."""
    return GraphClient(account.connection, account, first=first, priority=priority)


def client_for_connection(connection: Connection) -> GraphClient:
    """A reading client outside any account: token check and discovery."""
    return GraphClient(connection)


def app_client_for(connection: Connection) -> GraphClient:
    """A reading client that speaks as the app. The connection must know app id and secret."""
    return AppClient(connection)


def writing_client_for(account: AdAccount) -> WritingClient:
    """The writing client of an account: for the executor alone."""
    return WritingClient(account.connection, account)


def _worth_another_read(error: Exception) -> bool:
    """Only what passes by itself within seconds; a rate limit does not."""
    return isinstance(error, (Transient, OutcomeUnknown)) and not isinstance(error, RateLimited)


def _object(answer: Answer) -> dict[str, Any]:
    if not isinstance(answer.body, dict):
        raise OutcomeUnknown("Meta answered with a list where an object belongs.")
    return answer.body
