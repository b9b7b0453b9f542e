"""A POST on an ad account: its spending limit, the one setting that the sandbox knows (reference 2.1, 6.2, 7.3)."""

from decimal import Decimal, InvalidOperation
from typing import Any

from metaads.sandbox.graph.budget_rules import amount
from metaads.sandbox.graph.call import COMMON, Call
from metaads.sandbox.graph.errors import GraphError, invalid
from metaads.sandbox.graph.render import Target
from metaads.sandbox.graph.wishes import unfit
from metaads.sandbox.world import limits
from metaads.sandbox.world.world import World

_CHANGES_PER_DAY = 10
_ACTIONS = ("reset", "delete")


def change(world: World, target: Target, call: Call, effect: bool) -> dict[str, Any]:
    """`spend_cap` comes in major units, unlike everywhere else; `spend_cap_action` resets or deletes the limit."""
    unknown = call.params.keys() - COMMON - {"spend_cap", "spend_cap_action"}
    if unknown or not call.text("spend_cap") + call.text("spend_cap_action"):
        name = next(iter(sorted(unknown)), "spend_cap")
        raise invalid(f"Of an ad account only spend_cap can be edited in the sandbox, not {name}", name)
    account = target.view.account
    action = call.text("spend_cap_action")
    if action and action not in _ACTIONS:
        raise invalid(f"Param spend_cap_action must be one of {{{', '.join(_ACTIONS)}}}", "spend_cap_action")
    limit = account.health.spend_cap if action == "reset" else 0 if action == "delete" else _limit(target, call)
    if limits.changes_today(account, target.view.now) >= _CHANGES_PER_DAY:
        raise GraphError(
            "User request limit reached", 17, 1_885_172, title="Spending limit changed too often",
            user_message="The account spending limit can be changed ten times a day. Try again tomorrow.",
            blame=("spend_cap",), transient=True,
        )  # fmt: skip
    if effect:
        world.limit_spending(account, limit, reset=action == "reset")
    return {"success": True}


def _limit(target: Target, call: Call) -> int:
    """Minor units; 0 takes the limit away, and no limit lies below what is already spent."""
    account = target.view.account
    try:
        major = Decimal(call.text("spend_cap"))
    except InvalidOperation:
        raise invalid("Param spend_cap must be a number", "spend_cap") from None
    minor = major * account.market.offset
    if not major.is_finite() or minor < 0 or minor != minor.to_integral_value():
        raise invalid("Param spend_cap must be an amount in the account's currency", "spend_cap")
    least = limits.spent(account) - account.health.cap_from
    if 0 < minor <= least:
        text = f"The limit must be above what is already spent, {amount(target.view, least)}."
        raise unfit("Spending limit is too low", text, "spend_cap")
    return int(minor)
