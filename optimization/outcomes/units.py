"""What is measured of an action: the objects that carry the budget, for money only moves about below them.

A paused ad's money goes to its siblings, a paused ad set's under a campaign budget likewise: what that is worth shows
where the budget is. Several objects (a reallocation) are measured as one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from metaads.models import AdAccount, AdSet, Campaign, Level
from optimization.entities import load_one
from optimization.models import Action
from optimization.steps import steps_of


@dataclass(frozen=True)
class Unit:
    """`level`: campaign or adset. `moved`: the money is watched at another object than was changed."""

    level: str
    ids: frozenset[str]
    moved: bool = False


def changed_by(action: Action) -> list[tuple[str, str]]:
    """(level, Meta id) of all that it changed or made."""
    if not action.steps:
        return [(action.level, action.entity_id)]
    told = [(step.level, step.entity_id) for step in steps_of(action.steps) if step.op == "set"]
    made = [(one["level"], one["id"]) for one in action.made]
    return [pair for pair in dict.fromkeys([*told, *made]) if pair[1] and not pair[1].startswith("$")]


def unit_of(action: Action) -> Unit | str:
    """The unit, or why there is none."""
    homes: set[tuple[str, str]] = set()
    for level, meta_id in changed_by(action):
        if level not in Level.values:
            continue
        entity = load_one(action.account, level, meta_id)
        if entity is None:
            return "It no longer exists at Meta."
        home = entity.budget_home or entity
        homes.add((home.level, home.meta_id))
    if not homes:
        return "There is no object whose figures could tell."
    levels = {level for level, _ in homes}
    if len(levels) == 1 and Level.AD not in levels:
        unit = Unit(levels.pop(), frozenset(meta_id for _, meta_id in homes))
    else:
        unit = Unit(Level.CAMPAIGN.value, frozenset(_campaigns(action.account, homes)))
    return Unit(unit.level, unit.ids, moved=not {(unit.level, one) for one in unit.ids} <= set(changed_by(action)))


def _campaigns(account: AdAccount, homes: Iterable[tuple[str, str]]) -> set[str]:
    found = set()
    for level, meta_id in homes:
        entity = load_one(account, level, meta_id)
        if entity is not None:
            found.add(entity.campaign_id or entity.meta_id)
    return found


@dataclass(frozen=True)
class Family:
    """Of every object of a unit's level: its campaign, that campaign's objective, and whether the campaign has the
    budget."""

    campaign: dict[str, str]
    objective: dict[str, str]
    shared: frozenset[str]


def family(account: AdAccount, level: str) -> Family:
    """Two queries at most. By Meta id."""
    campaigns = Campaign.objects.filter(account=account).values_list(
        "meta_id", "objective", "daily_budget", "lifetime_budget"
    )
    objective = {meta_id: goal for meta_id, goal, _, _ in campaigns}
    shared = frozenset(meta_id for meta_id, _, daily, lifetime in campaigns if daily or lifetime)
    if level == Level.CAMPAIGN:
        return Family({one: one for one in objective}, objective, shared)
    rows = AdSet.objects.filter(account=account).values_list("meta_id", "campaign__meta_id")
    return Family(dict(rows), objective, shared)
