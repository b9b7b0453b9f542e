"""Calls that concern webhooks: the app's subscription, an account's connection to the app, thresholds (reference 9)."""

from typing import Any

from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError
from metaads.sandbox.webhooks.subscriptions import Subscriptions

_EDGES = frozenset({"subscribed_apps", "subscriptions"})


def is_handshake(subscriptions: Subscriptions, call: Call) -> bool:
    """Whether the call makes Meta ask somebody else, which takes time."""
    return call.method == "POST" and call.path == (subscriptions.credentials.app_id, "subscriptions")


def concerns(subscriptions: Subscriptions, call: Call) -> bool:
    """Whether the call is one of those that are answered here."""
    if len(call.path) != 2 or call.path[1] not in _EDGES:
        return False
    return call.path[0].startswith("act_") or call.path == (subscriptions.credentials.app_id, "subscriptions")


def answer(subscriptions: Subscriptions, call: Call) -> Any:
    """The answer's body; refusals are GraphErrors."""
    first, name = call.path
    if not first.startswith("act_"):
        return subscriptions.app(call)
    account = first.removeprefix("act_")
    if name == "subscriptions":
        return _threshold(subscriptions, account, call)
    if call.method == "GET":
        return {"data": _apps(subscriptions, account)}
    if call.method == "DELETE":
        subscriptions.disconnect(account)
    else:
        subscriptions.connect(account)
    return {"success": True}


def _apps(subscriptions: Subscriptions, account: str) -> list[dict[str, str]]:
    if account not in subscriptions.accounts:
        return []
    app = subscriptions.credentials.app_id
    return [{"id": app, "app_id": app, "app_name": "Sandbox app"}]


def _threshold(subscriptions: Subscriptions, account: str, call: Call) -> dict[str, Any]:
    if call.method == "POST":
        return {"id": subscriptions.add_threshold(account, call)}
    if call.method == "GET":
        mine = [one for one in subscriptions.thresholds if one.account == account]
        return {"data": [{"id": one.id, "object_id": one.object_id, "field": one.field} for one in mine]}
    raise GraphError("Unsupported delete request.", 100, 33, kind="GraphMethodException")
