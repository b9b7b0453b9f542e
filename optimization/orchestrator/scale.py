"""The scaling campaign grows by its steps while its cost per event is stable or better; learning is cut once, when it
starts."""

from datetime import date, timedelta
from decimal import Decimal

from intelligence.metrics import windows
from optimization.entities import Entity
from optimization.models import Action, Goal, Source
from optimization.orchestrator import posterior
from optimization.orchestrator.core_signal import Figures
from optimization.orchestrator.cut import cuts
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.made import SCALING, Made
from optimization.orchestrator.report import Kind, Wanted
from optimization.orchestrator.variants import variant_of

UPDATE = Kind.UPDATE_BUDGET
DAYS, BEFORE = 2, 7
"""Complete account days that are compared with those before them."""
SLACK = 0.10
"""Stable: at most so much dearer, as a fraction."""
SMALLEST = Decimal(1)
"""Percent below which a raise is not worth a write."""


def scale(ground: Ground, goal: Goal) -> list[Wanted]:
    """A raise of the goal's scaling campaign, or why there is none; and the one cut of learning."""
    home = ground.campaign_of(goal, SCALING)
    entity = ground.campaigns.get(home.meta_id) if home else None
    if home is None or entity is None:
        return []
    return [*cuts(ground, goal, home), _raise(ground, goal, home, entity)]


def _raise(ground: Ground, goal: Goal, home: Made, entity: Entity) -> Wanted:
    details: dict[str, object] = {"campaign_id": home.meta_id, "name": entity.name}
    now, before = _spans(ground, goal, home)
    why_not = _why_not(ground, home, entity, now, before)
    if why_not:
        return Wanted(UPDATE, why_not, details=details)
    sure, variant = posterior.stable(now, before, SLACK), variant_of(goal, ground.row)
    budget = entity.daily_budget or 0
    room = ground.room((entity.level, entity.meta_id, "increase_budget"))
    percent = min(Decimal(str(variant.raise_by(sure))) * 100, Decimal(max(room, 0) * 100) / budget)
    percent = percent.quantize(Decimal("0.1"), rounding="ROUND_DOWN")
    details |= {"variant": variant.name, "method": variant.method, "probability": round(sure, 3)}
    details |= {"cost_now": _rounded(now.cost), "cost_before": _rounded(before.cost), "percent": str(percent)}
    if percent < SMALLEST:
        return Wanted(UPDATE, "It is at the largest daily budget of all goals.", details=details)
    reason = f"{now.cost or 0:,.2f} per event in the last {DAYS} days, {before.cost or 0:,.2f} before."
    sentence = f"{reason} That it is stable or better: {sure:.0%}."
    made = ground.draft(
        goal,
        entity,
        "increase_budget",
        {"percent": str(percent)},
        sentence,
        role=SCALING,
        campaign_id=home.meta_id,
        variant=variant.name,
        confidence=sure,
        may_act_alone=ground.row.auto_scale_winners,
    )
    if isinstance(made, str):
        return Wanted(UPDATE, made, details=details)
    return Wanted(UPDATE, sentence, made, details)


def _rounded(cost: float | None) -> float | None:
    return None if cost is None else round(cost, 4)


def _why_not(ground: Ground, home: Made, entity: Entity, now: Figures, before: Figures) -> str:
    if entity.status != "ACTIVE":
        return "The scaling campaign is switched off."
    if not entity.daily_budget:
        return "The scaling campaign has no daily budget."
    hours = ground.row.scaling_cooldown_hours
    if ground.hours(home) < hours or _changed_since(ground, home.meta_id, hours):
        return f"Its budget was set in the last {hours:g} hours."
    if not now.known or not before.known:
        return "Not all of what is compared was read."
    if now.cost is None:
        return f"No event in the last {DAYS} days."
    if before.cost is None:
        return "There is nothing to compare its cost per event with."
    if now.cost > before.cost * (1 + SLACK):
        return f"Its cost per event rose from {before.cost:,.2f} to {now.cost:,.2f}."
    return ""


def _changed_since(ground: Ground, campaign_id: str, hours: float) -> bool:
    done = Action.objects.filter(account=ground.account, source=Source.ORCHESTRATOR, entity_id=campaign_id)
    return done.filter(executed_at__gt=ground.now - timedelta(hours=hours)).exists()


def _spans(ground: Ground, goal: Goal, home: Made) -> tuple[Figures, Figures]:
    """The scaling campaign's last complete days, and what they are compared with: its own days before, or, while it is
    too young for those, what its ad sets cost in learning."""
    yesterday = ground.readings.today - timedelta(days=1)
    began = windows.local_day(home.made_at, ground.account.zone)
    copies = [one for one in ground.ad_sets_of(goal, SCALING) if one.campaign_id == home.meta_id]
    ids, first = [one.meta_id for one in copies], yesterday - timedelta(days=DAYS - 1)
    now = _sum(ground, goal, ids, max(first, began), yesterday)
    if began < first:
        start = max(began, first - timedelta(days=BEFORE))
        before = _sum(ground, goal, ids, start, first - timedelta(days=1))
        if before.events > 0:
            return now, before
    sources = [one.promoted_from for one in copies if one.promoted_from]
    return now, _sum(ground, goal, sources, began - timedelta(days=BEFORE), began - timedelta(days=1))


def _sum(ground: Ground, goal: Goal, ids: list[str], first: date, last: date) -> Figures:
    found = ground.readings.of(ids, goal.signal, first, last)
    return sum(found.values(), Figures())
