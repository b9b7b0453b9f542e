"""What is at Meta for a goal: asked of the executed actions themselves, and kept in GoalObject for whoever looks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metaads.models import AdAccount, Level
from optimization.models import Action, GoalObject, Source

LEARNING, SCALING = GoalObject.Role.LEARNING.value, GoalObject.Role.SCALING.value
MARK = "goal"
"""Key of `Action.metrics` under which an action says what it is for: id, key, role, groups, promoted_from."""


@dataclass(frozen=True)
class Made:
    """A campaign or ad set that an executed action made for a goal; as `GoalObject`."""

    goal_id: int
    role: str
    level: str
    meta_id: str
    campaign_id: str
    made_at: datetime
    action_id: int
    group: str = ""
    promoted_from: str = ""


def made_for_goals(account: AdAccount) -> list[Made]:
    """Of all goals of the account, oldest first. One query; stores nothing."""
    done = Action.objects.filter(account=account, source=Source.ORCHESTRATOR, executed_at__isnull=False)
    return [one for action in done.exclude(made=[]).order_by("executed_at", "pk") for one in _of(action)]


def _of(action: Action) -> Iterator[Made]:
    mark: dict[str, Any] = action.metrics.get(MARK) or {}
    if not mark or action.executed_at is None:
        return
    made = [one for one in action.made if one["level"] in (Level.CAMPAIGN, Level.AD_SET)]
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
        )


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
