"""Promoting a winner: its ad set is copied, audience and creatives kept, into the goal's scaling campaign (CBO).

Where there is none, the same action makes it. The learning ad set goes on running.
"""

from datetime import timedelta
from typing import Any

from metaads.graph.money import from_minor
from optimization.models import Action, Goal, Source
from optimization.orchestrator import document
from optimization.orchestrator.cut import cuts
from optimization.orchestrator.figures import candidates
from optimization.orchestrator.ground import PRIORITY, Ground
from optimization.orchestrator.made import SCALING
from optimization.orchestrator.report import Kind, Wanted
from optimization.orchestrator.winners import Found, Winner, find

PROMOTE = Kind.PROMOTE_WINNER
FULL = "Nothing is left of the largest daily budget of all goals: learning has to make room for scaling first."


def winners_of(ground: Ground, goal: Goal) -> Found:
    return find(candidates(ground, goal), ground.row, document.template_of(goal).winner_min_events)


def promote(ground: Ground, goal: Goal) -> list[Wanted]:
    """One step for each winner, or one that says why there is none."""
    if not ground.ad_sets_of(goal, "learning"):
        return []
    found = winners_of(ground, goal)
    if not found.winners:
        chances = {key: round(value, 3) for key, value in found.chances.items()}
        return [Wanted(PROMOTE, found.why_none, details={"chances": chances})]
    wanted = [_one(ground, goal, winner) for winner in found.winners]
    full = ground.campaign_of(goal, SCALING) is None and any(one.message == FULL for one in wanted)
    return [*wanted, *(cuts(ground, goal, None) if full else [])]


def _one(ground: Ground, goal: Goal, winner: Winner) -> Wanted:
    source = winner.candidate.meta_id
    details: dict[str, Any] = {
        "ad_set_id": source,
        "name": winner.candidate.name,
        "probability": round(winner.probability, 3),
        "cost_per_event": round(winner.candidate.figures.cost or 0.0, 4),
    }
    why_not = _why_not(ground, goal, source)
    entity = ground.ad_sets.get(source)
    if why_not or entity is None:
        return Wanted(PROMOTE, why_not or "Its ad set is not in the mirror yet.", details=details)
    home = ground.campaign_of(goal, SCALING)
    parameters: dict[str, Any] = {"suffix": " | Scaling"}
    if home is not None:
        parameters["into"] = details["campaign_id"] = home.meta_id
    else:
        budget = _budget(ground, goal, (entity.level, source, "duplicate"))
        if budget < ground.least:
            return Wanted(PROMOTE, FULL, details=details)
        parameters["new_campaign"] = _new_campaign(ground, goal, budget)
        details["budget_a_day"] = parameters["new_campaign"]["daily_budget"]
    made = ground.draft(
        goal,
        entity,
        "duplicate",
        parameters,
        winner.reason,
        role=SCALING,
        groups=[_group(ground, source)],
        promoted_from=source,
        campaign_id=home.meta_id if home else "",
        confidence=winner.probability,
        priority=PRIORITY + 1,  # before a raise of the campaign that it goes into: that comes again tomorrow
    )
    if isinstance(made, str):
        return Wanted(PROMOTE, made, details=details)
    return Wanted(PROMOTE, winner.reason, made, details)


def _group(ground: Ground, ad_set_id: str) -> str:
    return next((one.group for one in ground.made if one.meta_id == ad_set_id), "")


def _why_not(ground: Ground, goal: Goal, source: str) -> str:
    """Why this winner is not promoted (again) now."""
    copies = [one for one in ground.ad_sets_of(goal, SCALING) if one.promoted_from == source]
    if any(ground.running(one) for one in copies):
        return "Its copy runs in the scaling campaign already."
    waits = ground.row.promotion_cooldown_hours
    done = Action.objects.filter(account=ground.account, source=Source.ORCHESTRATOR, kind="duplicate", entity_id=source)
    if done.filter(executed_at__gt=ground.now - timedelta(hours=waits)).exists():
        return f"It was promoted in the last {waits:g} hours."
    on_its_way = ground.stands(goal, SCALING, "duplicate")
    if any(one.key[1] == source and not one.open for one in on_its_way):
        return "Its promotion is approved and on its way."
    claimed = any(key[2] == "duplicate" and key[1] != source and _mine(ground, goal, key[1]) for key in ground.claimed)
    if ground.campaign_of(goal, SCALING) is None and (claimed or any(one.key[1] != source for one in on_its_way)):
        return "It waits until the scaling campaign is there, which another promotion makes."
    return ""


def _mine(ground: Ground, goal: Goal, ad_set_id: str) -> bool:
    return any(one.meta_id == ad_set_id and one.goal_id == goal.pk for one in ground.made)


def _budget(ground: Ground, goal: Goal, key: tuple[str, str, str]) -> int:
    """What the scaling campaign begins with: its share, at least one ad set's, inside the cap of all goals."""
    return min(max(ground.shares[goal.pk].scaling, ground.least), ground.room(key))


def _new_campaign(ground: Ground, goal: Goal, budget: int) -> dict[str, Any]:
    template = document.template_of(goal)
    return {
        "name": document.campaign_name(goal, template, "Scaling"),
        "objective": template.objective,
        "daily_budget": str(from_minor(budget, ground.account.currency)),
        "bid_strategy": template.bid_strategy,
        **document.special(template, ground.row),
    }
