"""Learning ad sets that cost and bring nothing: paused, unless their budget gave them no chance."""

from optimization.models import Goal
from optimization.orchestrator.figures import candidates
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.made import LEARNING
from optimization.orchestrator.report import Kind, Wanted
from optimization.orchestrator.winners import Candidate

PAUSE = Kind.PAUSE_AD_SET


def losers(ground: Ground, goal: Goal) -> list[Wanted]:
    """A pause for each ad set that spent enough for long enough without one event."""
    found = [_pause(ground, goal, one) for one in candidates(ground, goal) if one.running and _lost(ground, one)]
    return [one for one in found if one is not None]


def _lost(ground: Ground, one: Candidate) -> bool:
    most = ground.row.loser_min_spend
    enough = most is not None and one.figures.spend > float(most) and one.hours >= ground.row.loser_min_hours
    return enough and one.figures.known and one.figures.events == 0


def _pause(ground: Ground, goal: Goal, one: Candidate) -> Wanted | None:
    entity = ground.ad_sets.get(one.meta_id)
    if entity is None:
        return None
    details = {"campaign_id": entity.campaign_id, "ad_set_id": one.meta_id, "name": entity.name}
    details["spend"] = f"{one.figures.spend:.2f}"
    if (entity.daily_budget or 0) < ground.least:
        return Wanted(PAUSE, "Its budget is below the least of an ad set, so it had no chance.", details=details)
    currency = ground.account.currency
    when = f"the last {one.days} days" if one.days else f"{one.hours:.0f} hours"
    reason = f"{one.figures.spend:,.2f} {currency} spent in {when} without one {goal.signal}."
    if ground.row.auto_pause_losers:
        reason = f"{reason} That is a count and no estimate, so it may go alone without a confidence."
    made = ground.draft(
        goal,
        entity,
        "pause",
        {},
        reason,
        role=LEARNING,
        campaign_id=entity.campaign_id,
        may_act_alone=ground.row.auto_pause_losers,
    )
    if isinstance(made, str):
        return Wanted(PAUSE, made, details=details)
    return Wanted(PAUSE, reason, made, details)
