"""What a POST or a DELETE does, by the kind of its node and the edge: two tables, one entry per thing that can be done.

Handlers check first and change the world only when `effect` is set; they raise GraphError for what Meta refuses.
"""

from collections.abc import Callable
from typing import Any

from metaads.sandbox.graph import account_writes, object_writes, rule_writes
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError
from metaads.sandbox.graph.object_writes import written
from metaads.sandbox.graph.render import Target
from metaads.sandbox.world.world import World

Handler = Callable[[World, Target, Call, bool], Any]


def post(world: World, target: Target, call: Call, effect: bool) -> Any:
    """The answer to a POST on a node (path of one part) or on one of its edges."""
    name = call.path[1] if len(call.path) > 1 else ""
    handler = POSTS.get((target.kind.label, name))
    if handler is None:
        where = f"/{name}" if name else target.kind.label
        raise GraphError(f"Unsupported post request to {where}", 100, kind="GraphMethodException")
    return handler(world, target, call, effect)


def delete(world: World, target: Target, call: Call, effect: bool) -> Any:
    """The answer to a DELETE on a node or on one of its edges."""
    name = call.path[1] if len(call.path) > 1 else ""
    handler = DELETES.get((target.kind.label, name))
    if handler is None:
        raise GraphError("Unsupported delete request.", 100, 33, kind="GraphMethodException")
    return handler(world, target, call, effect)


def _new_rule(world: World, target: Target, call: Call, effect: bool) -> dict[str, Any]:
    return {"id": rule_writes.create(world, target, call, effect)}


def _change_rule(world: World, target: Target, call: Call, effect: bool) -> dict[str, Any]:
    rule_writes.change(world, target, call, effect)
    return written(target, call)


def _remove_rule(world: World, target: Target, call: Call, effect: bool) -> dict[str, Any]:
    rule_writes.remove(world, target, effect)
    return {"success": True}


POSTS: dict[tuple[str, str], Handler] = {
    **{(kind, ""): object_writes.update for kind in ("Campaign", "AdSet", "Ad", "AdCreative")},
    **{(kind, "copies"): object_writes.copy for kind in ("Campaign", "AdSet", "Ad")},
    **{("AdAccount", name): object_writes.create for name in ("campaigns", "adsets", "ads", "adcreatives")},
    ("AdAccount", ""): account_writes.change,
    ("AdAccount", "adrules_library"): _new_rule,
    ("AdRule", ""): _change_rule,
}
DELETES: dict[tuple[str, str], Handler] = {
    **{(kind, ""): object_writes.remove for kind in ("Campaign", "AdSet", "Ad", "AdCreative")},
    ("AdRule", ""): _remove_rule,
}
