"""What is at Meta for a goal: asked of the executed actions themselves, and kept in GoalObject for whoever looks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metaads.models import AdAccount, Level
from optimization.models import Action, GoalObject, Source
from optimization.steps import BUDGET, steps_of

LEARNING, SCALING = GoalObject.Role.LEARNING.value, GoalObject.Role.SCALING.value
MARK = "goal"
"""Key of `Action.metrics` under which an action says what it is for: id, key, role, groups, promoted_from."""


@dataclass(frozen=True)
class Made:
    """A campaign or ad set that an executed action made for a goal; as `GoalObject`. `budget`: a day, minor units, as
    it was made with; None = it has none of its own, or the action does not say."""

    goal_id: int
    role: str
    level: str
    meta_id: str
    campaign_id: str
    made_at: datetime
    action_id: int
    group: str = ""
    promoted_from: str = ""
    budget: int | None = None


def made_for_goals(account: AdAccount) -> list[Made]:
    """Of all goals of the account, oldest first. One query; stores nothing."""
    done = Action.objects.filter(account=account, source=Source.ORCHESTRATOR, executed_at__isnull=False)
    return [one for action in done.exclude(made=[]).order_by("executed_at", "pk") for one in _of(action)]


def _of(action: Action) -> Iterator[Made]:
    mark: dict[str, Any] = action.metrics.get(MARK) or {}
    if not mark or action.executed_at is None:
        return
    made = [one for one in action.made if one["level"] in (Level.CAMPAIGN, Level.AD_SET)]
    budgets = _budgets(action)
    campaign = next((str(one["id"]) for one in made if one["level"] == Level.CAMPAIGN), "")
    home, groups = campaign or str(mark.get("campaign_id", "")), iter(mark.get("groups", ()))
    for one in made:
        group = str(next(groups, "")) if one["level"] == Level.AD_SET else ""
        source = str(mark.get("promoted_from", "")) if one["level"] == Level.AD_SET else ""
        yield Made(
            goal_id=int(mark["id"]),
            role=str(mark["role"]),
            level=one["level"],
            meta_id=str(one["id"]),
            campaign_id=home,
            made_at=action.executed_at,
            action_id=action.pk,
            group=group,
            promoted_from=source,
            budget=budgets.get(str(one["id"])),
        )


def _budgets(action: Action) -> dict[str, int]:
    """Daily budgets by the id of what was made: each making step made one object, in their order."""
    steps = steps_of(action.steps)
    making = [(f"${number}", step) for number, step in enumerate(steps, 1) if step.op != "set"]
    named = {place: str(one["id"]) for (place, _), one in zip(making, action.made, strict=False)}
    found = {named[place]: step.params[BUDGET] for place, step in making if place in named and BUDGET in step.params}
    found |= {named[one.entity_id]: one.new for one in steps if one.field == BUDGET and one.entity_id in named}
    return {meta_id: int(budget) for meta_id, budget in found.items()}


def made_creative(action: Action | None) -> str:
    """Meta's id of the creative that an executed action made; "" = none yet."""
    if action is None or action.executed_at is None:
        return ""
    return next((str(one["id"]) for one in action.made if one["level"] == "creative"), "")


def keep_objects(account: AdAccount) -> int:
    """Rows of GoalObject for what has been made since. Gives how many are new."""
    known = set(GoalObject.objects.filter(goal__account=account).values_list("goal_id", "level", "meta_id"))
    goals = set(account.goals.values_list("pk", flat=True))
    fresh = [
        GoalObject(
            goal_id=one.goal_id,
            role=one.role,
            level=one.level,
            meta_id=one.meta_id,
            campaign_id=one.campaign_id,
            group=one.group,
            promoted_from=one.promoted_from,
            action_id=one.action_id,
            made_at=one.made_at,
        )
        for one in made_for_goals(account)
        if one.goal_id in goals and (one.goal_id, one.level, one.meta_id) not in known
    ]
    GoalObject.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)
