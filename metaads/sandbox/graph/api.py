"""The Graph API: takes a call, gives the answer's body. HTTP, faults and control lie above it."""

import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from metaads.sandbox.graph.auth import Credentials
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.edges import account_list, edge
from metaads.sandbox.graph.errors import GraphError, invalid
from metaads.sandbox.graph.render import ACCOUNT, Target, find, render
from metaads.sandbox.graph.reports import Reports
from metaads.sandbox.graph.selection import Wanted, parse
from metaads.sandbox.graph.updates import changes
from metaads.sandbox.graph.usage import Usage
from metaads.sandbox.graph.view import View
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.world import World

MAX_BATCH = 50


@dataclass(slots=True)
class Api:
    """One API over one world."""

    world: World
    credentials: Credentials
    usage: Usage = field(default_factory=Usage)
    reports: Reports = field(default_factory=Reports)

    def owner(self, call: Call) -> Account | None:
        """The account that a call concerns, where it concerns one."""
        name = call.path[0] if call.path else ""
        run = self.reports.runs.get(name)
        name = run.object_id if run else name
        for account in self.world.accounts:
            if name in (f"act_{account.id}", account.pixel):
                return account
        return self.world.found[name][0] if name in self.world.found else None

    def answer(self, call: Call, effect: bool = True) -> Any:
        """The JSON body; refusals are GraphErrors. With `effect` False a write is answered but not done."""
        self.credentials.check(call)
        if not call.path:
            return self._root(call, effect)
        owner = self.owner(call)
        if owner is not None:
            self.credentials.check_account(owner.id)
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
        if first in self.reports.runs:
            if rest == ("insights",):
                return self.reports.rows(self.world, first, call, self._now)
            return self.reports.status(first)
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
        if call.path[1:]:
            raise GraphError(f"Unsupported post request to /{call.path[1]}", 100, kind="GraphMethodException")
        if target.kind is ACCOUNT:
            raise invalid("Ad accounts are not edited in the sandbox")
        found, only_check = changes(target, call)
        if not only_check:
            self.world.update(call.path[0], found, call.request_id, effect)
        return self._written(target, call)

    def _written(self, target: Target, call: Call) -> dict[str, Any]:
        """`success`, and the new state of the fields that the call asked back (read-after-write)."""
        asked = parse(call.text("fields"))
        return {"success": True, **(render(target, asked, call, edge) if asked else {})}

    def _delete(self, call: Call, effect: bool) -> Any:
        if call.path[1:]:
            raise invalid("Only objects can be deleted")
        return self._post(replace(call, params={**_credentials(call), "status": "DELETED"}), effect)

    def _root(self, call: Call, effect: bool) -> Any:
        if call.method == "POST" and call.text("batch"):
            return self._batch(call, effect)
        if call.text("ids"):
            raise invalid("Multiple-id requests (ids) are not supported from v26.0", "ids")
        raise invalid("Unsupported request without a path")

    def _batch(self, call: Call, effect: bool) -> list[Any]:
        items = call.json("batch")
        if not isinstance(items, list) or not 1 <= len(items) <= MAX_BATCH:
            raise invalid(f"batch must be a list of 1 to {MAX_BATCH} requests", "batch")
        return [self._item(call, item, number, effect) for number, item in enumerate(items)]

    def _item(self, call: Call, item: dict[str, Any], number: int, effect: bool) -> dict[str, Any]:
        """One request of a batch; its failure is its own."""
        parts = urlsplit(str(item.get("relative_url", "")))
        path = tuple(p for p in parts.path.split("/") if p)
        if path and path[0][:1] == "v" and path[0][1:2].isdigit():
            path = path[1:]
        params = dict(parse_qsl(parts.query)) | dict(parse_qsl(str(item.get("body", "")))) | _credentials(call)
        inner = replace(
            call,
            method=str(item.get("method", "GET")).upper(),
            path=path,
            params=params,
            request_id=f"{call.request_id}-{number}",
        )
        try:
            code, body = 200, self.answer(inner, effect)
        except GraphError as error:
            code, body = error.status, error.body(inner.request_id)
        owner = self.owner(inner)
        headers = self.usage.headers(owner.id) if owner else {}
        return {
            "code": code,
            "headers": [{"name": k, "value": v} for k, v in headers.items()],
            "body": json.dumps(body),
        }


def _credentials(call: Call) -> dict[str, str]:
    return {k: v for k, v in call.params.items() if k in ("access_token", "appsecret_proof")}
