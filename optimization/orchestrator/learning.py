"""The learning campaign: one ad set for each audience and creative group, budgets on the ad sets (ABO).

It is one action: campaign, ad sets and ads are made paused, and started last. What the budget does not carry waits, and
is added one ad set at a time as there is room.
"""

from metaads.graph.money import from_minor
from optimization.entities import account_entity
from optimization.models import Goal
from optimization.orchestrator import document
from optimization.orchestrator.document import Group
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.made import LEARNING, SCALING, Made
from optimization.orchestrator.report import Kind, Wanted
from optimization.orchestrator.templates import GoalTemplate
from optimization.shares import Part, split

CREATE = Kind.CREATE_CAMPAIGN


def place_of(goal: Goal) -> str:
    """Where a goal's creations stand in the queue: a place of its own, so that goals don't wait for each other."""
    return f"{goal.account.meta_id}:{goal.pk}"


def learning(ground: Ground, goal: Goal) -> list[Wanted]:
    """What is to be done for the goal's learning campaign; a step without a draft says why nothing is."""
    template = document.template_of(goal)
    lacking = document.missing_assets(template, ground.row)
    if lacking:
        return [Wanted(CREATE, f"The account's settings lack {', '.join(lacking)}.")]
    groups = document.groups_of(goal, template)
    if not groups:
        return [Wanted(CREATE, "No approved creative that is at Meta yet.")]
    share = ground.shares[goal.pk]
    if not share.budget:
        return [Wanted(CREATE, share.why)]
    home = ground.campaign_of(goal, LEARNING)
    if home is None:
        return [_create(ground, goal, template, groups)]
    return _add(ground, goal, template, groups, home)


def _create(ground: Ground, goal: Goal, template: GoalTemplate, groups: list[Group]) -> Wanted:
    if any(not one.open for one in ground.stands(goal, LEARNING, "create_campaign")):
        return Wanted(CREATE, "Its learning campaign is approved and on its way.")
    entity = account_entity(ground.account, place_of(goal))
    key = (entity.level, entity.meta_id, "create_campaign")
    budget = min(ground.shares[goal.pk].budget, ground.room(key))
    if budget < ground.least:
        return Wanted(CREATE, "Nothing is left of the largest daily budget of all goals.")
    chosen = groups[: max(budget // ground.least, 1)]
    parts = [Part(group.key, 0, 1.0, ground.least, budget) for group in chosen]
    shares, currency = split(parts, budget), ground.account.currency
    priced = [(group, str(from_minor(shares[group.key], currency))) for group in chosen]
    made = ground.draft(
        goal,
        entity,
        "create_campaign",
        document.campaign(goal, template, ground.row, priced),
        f"{goal.name} has no learning campaign. {len(chosen)} of {len(groups)} ad sets fit its budget.",
        role=LEARNING,
        groups=[group.key for group in chosen],
    )
    name = document.campaign_name(goal, template, "Learning")
    details = {"name": name, "ad_sets": len(chosen), "waiting": len(groups) - len(chosen)}
    details["budget_a_day"] = str(from_minor(budget, currency))
    if isinstance(made, str):
        return Wanted(CREATE, made, details=details)
    return Wanted(CREATE, f"Create {name} with {len(chosen)} ad sets, paused until the last step.", made, details)


def _add(ground: Ground, goal: Goal, template: GoalTemplate, groups: list[Group], home: Made) -> list[Wanted]:
    """One more ad set, where the goal's learning budget carries it."""
    held = ground.ad_sets_of(goal, LEARNING)
    waiting = [group for group in groups if group.key not in {one.group for one in held}]
    entity = ground.campaigns.get(home.meta_id)
    if not waiting or entity is None or entity.status != "ACTIVE":
        return []
    if any(not one.open for one in ground.stands(goal, LEARNING, "create_ad_set")):
        return []
    running = [one for one in held if ground.running(one)]
    used = sum(ground.budget_of(one) for one in running)
    share, scaling = ground.shares[goal.pk], ground.campaign_of(goal, SCALING)
    place = account_entity(ground.account, place_of(goal))
    room = ground.room((place.level, place.meta_id, "create_ad_set"))
    left = min((share.learning if scaling else share.budget) - used, room)
    if left < ground.least:
        return []
    group, amount = waiting[0], str(from_minor(ground.least, ground.account.currency))
    made = ground.draft(
        goal,
        place,
        "create_ad_set",
        {"campaign_id": home.meta_id, **document.ad_set(goal, template, ground.row, group, amount)},
        f"There is room for another ad set of {goal.name}.",
        role=LEARNING,
        groups=[group.key],
        campaign_id=home.meta_id,
    )
    details = {"campaign_id": home.meta_id, "group": group.key, "waiting": len(waiting) - 1}
    if isinstance(made, str):
        return [Wanted(CREATE, made, details=details)]
    return [Wanted(CREATE, f"Add an ad set for {group.audience.name} to {entity.name}.", made, details)]
