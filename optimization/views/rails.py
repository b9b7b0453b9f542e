"""What the guard rails said of an action, for its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from optimization.guards import GUARDS
from optimization.guards.base import NOT_CONCERNED, Outcome
from optimization.guards.run import WORST_FIRST
from optimization.limits import limits_for
from optimization.models import Action, Status
from optimization.queue.reserve import would_exceed

RAILS = {
    Outcome.PASS: ("check", "good", "passed"),
    Outcome.WARN: ("alert", "watch", "advises against"),
    Outcome.TRIM: ("scissors", "watch", "trimmed"),
    Outcome.BLOCK: ("cross", "bad", "blocked"),
    Outcome.SKIP: ("right", "quiet", "does not apply"),
}


@dataclass(frozen=True)
class Rail:
    """One guard rail's verdict. `room`: remaining distance to the limit in percent of it, None = no distance.

    `quiet`: it is not about this change, or does not bind who wants it.
    """

    label: str
    icon: str
    tone: str
    word: str
    reason: str
    setting: str
    room: int | None
    hard: bool
    quiet: bool = False


def rails_of(action: Action) -> list[Rail]:
    """What held or trimmed it first; those that do not bind this source last."""
    order = [outcome.value for outcome in WORST_FIRST]
    why = {row["guard"]: row["why"] for row in action.overridden}
    return [_rail(one, why) for one in sorted(action.verdicts, key=lambda verdict: order.index(verdict["outcome"]))]


def _rail(verdict: Mapping[str, Any], why: Mapping[str, str]) -> Rail:
    """`why`: the reasons of the person who overrode a rail, by its key."""
    icon, tone, word = RAILS[Outcome(verdict["outcome"])]
    said = why.get(verdict["guard"])
    guard = GUARDS.get(verdict["guard"])
    room = verdict.get("remaining")
    return Rail(
        label=guard_label(verdict["guard"]),
        icon=icon,
        tone=tone,
        word="overridden" if said else word,
        reason=f"{verdict['reason']} Overridden: {said}" if said else verdict["reason"],
        setting=verdict.get("setting") or "",
        room=None if room is None else round(room * 100),
        hard=bool(guard and guard.hard),
        quiet=verdict["outcome"] == Outcome.SKIP or verdict["reason"] == NOT_CONCERNED,
    )


def guard_label(guard: str) -> str:
    return GUARDS[guard].label if guard in GUARDS else guard


def rails_on_page(action: Action, now: datetime) -> dict[str, Any]:
    """The verdicts: what holds it back first, what passed by the room that is left, how many the change does not
    concern; and which limit had no room now (only claiming decides)."""
    rails = rails_of(action)
    waits = action.status in {Status.SUGGESTED, Status.PENDING, Status.APPROVED}
    over = would_exceed(action, limits_for(action.account), now) if waits else ""
    spoken = [rail for rail in rails if not rail.quiet]
    passed = sorted((rail for rail in spoken if rail.tone == "good"), key=_room)
    return {
        "rails": rails,
        "loud_rails": [rail for rail in spoken if rail.tone != "good"],
        "passed_rails": passed,
        "tightest": passed[0] if passed and passed[0].room is not None else None,
        "quiet_rails": sum(rail.quiet for rail in rails),
        "would_exceed": over,
    }


def _room(rail: Rail) -> tuple[bool, int]:
    """The tightest first, those without a distance last."""
    return rail.room is None, rail.room or 0
