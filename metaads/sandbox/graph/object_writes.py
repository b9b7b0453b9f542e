"""Handlers of the table in `posts` for campaigns, ad sets, ads and creatives: change, make, copy, remove."""

from dataclasses import replace
from typing import Any

from metaads.sandbox.graph import copies, creates, values
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.edges import edge
from metaads.sandbox.graph.errors import invalid
from metaads.sandbox.graph.render import Target, find, render
from metaads.sandbox.graph.selection import parse
from metaads.sandbox.graph.updates import changes
from metaads.sandbox.world.births import Birth
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.world import World


def written(target: Target, call: Call) -> dict[str, Any]:
    """`success`, and the new state of the fields that the call asked back (read-after-write, reference 6.1)."""
    asked = parse(call.text("fields"))
    return {"success": True, **(render(target, asked, call, edge) if asked else {})}


def update(world: World, target: Target, call: Call, effect: bool) -> dict[str, Any]:
    """A POST on the object."""
    found, births, only_check = changes(target, call)
    if only_check:
        return {"success": True}
    _bear(world, target, births, call, effect)
    world.update(call.path[0], found, call.request_id, effect)
    return written(target, call)


def remove(world: World, target: Target, call: Call, effect: bool) -> dict[str, Any]:
    """A DELETE: the status DELETED, for good."""
    return update(world, target, replace(call, params={**call.credentials(), "status": "DELETED"}), effect)


def create(world: World, target: Target, call: Call, effect: bool) -> dict[str, Any]:
    """A POST on an edge of the account: the id of what was made, and `success` (reference 6)."""
    order = creates.order(target.view, call.path[1], call)
    if values.only_checked(call):
        return {"success": True}
    _bear(world, target, order.births, call, effect)
    back = written(find(world, order.id, target.view.now), call) if order.id in world.found else {"success": True}
    return {"id": order.id, **back}


def copy(world: World, target: Target, call: Call, effect: bool) -> dict[str, Any]:
    """A POST on `copies`; it can't be tried without effect (reference 6.1)."""
    if not isinstance(target.node, Campaign | AdSet | Ad):
        raise invalid("This object can't be copied")
    most = copies.MOST_ADS_LATER if call.asynchronous else copies.MOST_ADS
    made, answer = copies.plan(target.view, target.node, call, most)
    _bear(world, target, made.births, call, effect)
    return answer


def _bear(world: World, target: Target, births: list[Birth], call: Call, effect: bool) -> None:
    if births:
        world.bear(target.view.account, births, call.request_id, effect)
