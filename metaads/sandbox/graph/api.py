"""The Graph API: takes a call, gives the answer's body. HTTP, faults and control lie above it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from metaads.sandbox.graph.auth import Credentials
from metaads.sandbox.graph.batch import Outcome, batch
from metaads.sandbox.graph.call import MOST_ROWS, Call
from metaads.sandbox.graph.edges import account_list, edge
from metaads.sandbox.graph.errors import GraphError, invalid
from metaads.sandbox.graph.posts import delete, post
from metaads.sandbox.graph.quality import dataset_quality
from metaads.sandbox.graph.render import find, owner_of, render
from metaads.sandbox.graph.reports import Reports
from metaads.sandbox.graph.selection import Wanted, parse
from metaads.sandbox.graph.sessions import Sessions
from metaads.sandbox.graph.usage import Usage, kind_of
from metaads.sandbox.graph.view import View
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.world import World


@dataclass(slots=True)
class Api:
    """One API over one world. `item`: answers a request of a batch in place of the API (the server's faults).

    `most_rows`: of insights in one synchronous call; more must be asked for as a report run. `side`: answers what is
    no part of the world (webhooks), None for everything else.
    """

    world: World
    credentials: Credentials
    usage: Usage = field(default_factory=Usage)
    reports: Reports = field(default_factory=Reports)
    sessions: Sessions = field(default_factory=Sessions)
    item: Callable[[Call, bool], Outcome | None] | None = None
    most_rows: int = MOST_ROWS
    side: Callable[[Call], Any] = lambda call: None

    def owner(self, call: Call) -> Account | None:
        """The account that a call concerns, where it concerns one."""
        name = call.path[0] if call.path else ""
        run = self.reports.runs.get(name)
        if name == "dataset_quality":
            name = call.text("dataset_id")
        return owner_of(self.world, run.object_id if run else name)

    def answer(self, call: Call, effect: bool = True) -> Any:
        """The JSON body; refusals are GraphErrors. With `effect` False a write is answered but not done."""
        self.credentials.check(call)
        call = replace(call, most_rows=self.most_rows)
        if not call.path:
            return self._root(call, effect)
        owner = self.owner(call)
        if owner is not None:
            self.credentials.check_account(owner.id)
            self.usage.check(owner.id, kind_of(call.path), len(owner.ads))
            self.world.advance(owner)
        aside = self.side(call)
        if aside is not None:
            return aside
        if call.method == "GET":
            return self._get(call)
        return self._delete(call, effect) if call.method == "DELETE" else self._post(call, effect)

    @property
    def _now(self) -> int:
        return int(self.world.clock.now())

    def _get(self, call: Call) -> Any:
        first, rest = call.path[0], call.path[1:]
        if first == "debug_token":
            return self.credentials.describe(call)
        if first == "me":
            return self._me(rest, call)
        if first == "dataset_quality":
            return dataset_quality(self.world, call, self._now)
        if first in self.sessions.found:
            return self.sessions.status(first, self._now)
        if first in self.reports.runs:
            if rest == ("insights",):
                return self.reports.rows(self.world, first, call, self._now)
            return self.reports.status(self.world, first, call, self._now)
        target = find(self.world, first, self._now)
        if not rest:
            wanted = parse(call.text("fields")) or tuple(Wanted(name) for name in target.kind.default)
            return render(target, wanted, call, edge)
        if len(rest) > 1:
            raise invalid(f"Unknown path components: /{'/'.join(rest)}")
        return edge(target, rest[0], call)

    def _me(self, rest: tuple[str, ...], call: Call) -> Any:
        if not rest:
            return {"id": "122000000000001", "name": "Campaign Intelligence system user"}
        if rest != ("adaccounts",):
            raise invalid(f"Unknown path components: /{'/'.join(rest)}")
        open_ = [a for a in self.world.accounts if a.id not in self.credentials.revoked]
        return account_list([View(self.world, account, self._now) for account in open_], call)

    def _post(self, call: Call, effect: bool) -> Any:
        target = find(self.world, call.path[0], self._now)
        if call.path[1:] == ("insights",):
            return self.reports.start(target, call)
        return post(self.world, target, call, effect)

    def _delete(self, call: Call, effect: bool) -> Any:
        return delete(self.world, find(self.world, call.path[0], self._now), call, effect)

    def _root(self, call: Call, effect: bool) -> Any:
        if call.method == "POST" and call.text("batch"):
            return batch(call, lambda item: (self.item or self._item)(item, effect))
        if call.method == "POST" and call.text("asyncbatch"):
            return self.sessions.start(call, lambda item: (self.item or self._item)(item, effect), self._now)
        if call.text("ids"):
            raise invalid("Multiple-id requests (ids) are not supported from v26.0", "ids")
        raise invalid("Unsupported request without a path")

    def _item(self, call: Call, effect: bool) -> Outcome:
        """One request of a batch: status, body, headers; the usage of its account is told with it."""
        try:
            status, body = 200, self.answer(call, effect)
        except GraphError as error:
            status, body = error.status, error.body(call.request_id)
        owner = self.owner(call)
        return status, body, self.usage.headers(owner.id) if owner else {}
