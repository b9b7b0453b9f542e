"""How the orchestrator does: each figure with what is aimed at. None = nothing to tell it by yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Avg, Count

from metaads.models import AdAccount, Level
from optimization.models import Action, Goal, Source, SurveyAnswer
from optimization.orchestrator.core_signal import Figures
from optimization.orchestrator.figures import since_made
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.made import LEARNING, MARK, SCALING, Made
from optimization.orchestrator.plan import ground_of

WEEKS = 8
WEEK = timedelta(days=7)
MINUTES: dict[str, float] = {
    "create_campaign": 45,
    "create_ad_set": 15,
    "duplicate": 15,
    "increase_budget": 5,
    "decrease_budget": 5,
    "set_budget": 5,
    "pause": 3,
    "create_creative": 10,
}
"""Minutes of a person's work that an action saves, where the account's settings say nothing else."""
AIMS = {"winners": 0.30, "cpa_change": -0.50, "live": 0.80, "hours": 5.0, "satisfaction": 4.0}


@dataclass(frozen=True)
class VariantLine:
    """One way of scaling: raises carried out, and the mean cost per event of its scaling campaigns (major unit)."""

    name: str
    goals: int
    raises: int
    cost: float | None


@dataclass(frozen=True)
class Scoreboard:
    """Shares are fractions. `created`: campaigns by week, oldest first, the week of now last. `cpa_change`: cost per
    event in scaling against learning (-0.5 = half). `hours`: saved in the last week, for each user who may manage.
    `aims`: what is aimed at, by the field's name."""

    created: tuple[int, ...]
    winners: float | None
    promoted: int
    promoted_and_scaled: int
    cpa_learning: float | None
    cpa_scaling: float | None
    cpa_change: float | None
    live: float | None
    hours: Decimal
    satisfaction: float | None
    answers: int
    variants: tuple[VariantLine, ...]

    @property
    def aims(self) -> dict[str, float]:
        return dict(AIMS)


def scoreboard(account: AdAccount, now: datetime) -> Scoreboard:
    """All figures of one account at business time `now`. Stores nothing."""
    ground = ground_of(account, now)
    goals = {goal.pk: goal for goal in account.goals.all()}
    costs = {role: _cost(ground, goals, role) for role in (LEARNING, SCALING)}
    survey = SurveyAnswer.objects.filter(score__isnull=False).aggregate(mean=Avg("score"), n=Count("pk"))
    promoted = _promoted(account)
    learning, scaling = costs[LEARNING], costs[SCALING]
    return Scoreboard(
        created=_created(ground.made, now),
        winners=_with_winners(ground, now),
        promoted=len(promoted),
        promoted_and_scaled=len(promoted & _scaled(account)),
        cpa_learning=learning,
        cpa_scaling=scaling,
        cpa_change=scaling / learning - 1 if learning and scaling is not None else None,
        live=_live(ground),
        hours=_hours(account, ground, now),
        satisfaction=survey["mean"],
        answers=survey["n"],
        variants=_variants(account, ground, goals),
    )


def _created(made: Sequence[Made], now: datetime) -> tuple[int, ...]:
    ages = [(now - one.made_at) // WEEK for one in made if one.level == Level.CAMPAIGN]
    return tuple(ages.count(week) for week in range(WEEKS - 1, -1, -1))


def _with_winners(ground: Ground, now: datetime) -> float | None:
    """Of the learning campaigns that are a week old, how many had a promotion in their first seven days."""
    campaigns = [m for m in ground.made if m.level == Level.CAMPAIGN and m.role == LEARNING and m.made_at <= now - WEEK]
    sets = {one.meta_id: one.campaign_id for one in ground.made if one.level == Level.AD_SET}
    won = [(sets.get(one.promoted_from, ""), one.made_at) for one in ground.made if one.promoted_from]
    hits = [any(home == c.meta_id and at <= c.made_at + WEEK for home, at in won) for c in campaigns]
    return sum(hits) / len(hits) if hits else None


def _promoted(account: AdAccount) -> set[int]:
    """Ids of goals with a promotion that was carried out."""
    return _goals_of(account, "duplicate")


def _scaled(account: AdAccount) -> set[int]:
    return _goals_of(account, "increase_budget")


def _goals_of(account: AdAccount, kind: str) -> set[int]:
    done = Action.objects.filter(account=account, source=Source.ORCHESTRATOR, kind=kind, executed_at__isnull=False)
    return {int(mark["id"]) for mark in done.values_list(f"metrics__{MARK}", flat=True) if mark}


def _cost(ground: Ground, goals: dict[int, Goal], role: str) -> float | None:
    """Cost per event of all ad sets in this role, of goals that have both: like is compared with like."""
    both = {one.goal_id for one in ground.made if one.role == SCALING} & goals.keys()
    found = [_of_goal(ground, goals[pk], role) for pk in sorted(both)]
    return sum(found, Figures()).cost


def _of_goal(ground: Ground, goal: Goal, role: str) -> Figures:
    return sum(since_made(ground, goal, ground.ad_sets_of(goal, role)).values(), Figures())


def _live(ground: Ground) -> float | None:
    """Of the active goals, those whose learning campaign runs with an ad set in it."""
    if not ground.goals:
        return None
    return sum(map(ground.learns, ground.goals)) / len(ground.goals)


def _hours(account: AdAccount, ground: Ground, now: datetime) -> Decimal:
    """Hours saved in the last week, for each person who manages the account."""
    done = Action.objects.filter(account=account, source=Source.ORCHESTRATOR, executed_at__gt=now - WEEK)
    minutes = MINUTES | dict(ground.row.minutes_per_kind)
    total = sum(Decimal(str(minutes.get(kind, 0))) for kind in done.values_list("kind", flat=True))
    people = account.memberships.filter(role__in=["manager", "admin"]).count()
    return (Decimal(total) / 60 / max(people, 1)).quantize(Decimal("0.1"))


def _variants(account: AdAccount, ground: Ground, goals: dict[int, Goal]) -> tuple[VariantLine, ...]:
    """What the ways of scaling brought, by the name under which each raise was made."""
    done = Action.objects.filter(account=account, source=Source.ORCHESTRATOR, kind="increase_budget")
    found: dict[str, list[int]] = {}
    for mark in done.exclude(executed_at=None).values_list(f"metrics__{MARK}", flat=True):
        if mark and mark["id"] in goals:
            found.setdefault(str(mark.get("variant", "standard")), []).append(int(mark["id"]))
    return tuple(
        VariantLine(
            name,
            len(set(ids)),
            len(ids),
            sum((_of_goal(ground, goals[pk], SCALING) for pk in set(ids)), Figures()).cost,
        )
        for name, ids in sorted(found.items())
    )
