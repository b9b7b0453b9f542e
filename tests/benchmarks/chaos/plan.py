"""What a chaos run is asked to do: approved actions of several sorts, drawn from the sandbox's objects by a seed."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from metaads.models import Ad, AdAccount, AdSet, Campaign
from optimization.models import Action, LimitCounter
from optimization.queue import services
from optimization.queue.reserve import account_day, counter_names
from tests.benchmarks.chaos.facts import Field, propose
from tests.benchmarks.chaos.processes import LATE_EFFECT, LEASE

# Share of the actions of each sort. `rival`: two on one budget, of which one may win. `both`: status and budget of one
# ad set. `late`: approved more than 24 hours ago. `full`: the day's four budget changes of its object are used up.
SORTS = {"plain": 0.70, "rival": 0.14, "both": 0.08, "late": 0.04, "full": 0.04}
NEVER = frozenset({"late", "full"})
FAULTS: dict[str, tuple[tuple[str, float], ...]] = {
    "POST": (
        ("timeout_before", 0.04),
        ("timeout_after", 0.04),
        ("drop_before", 0.04),
        ("drop_after", 0.05),
        ("html_502", 0.03),
        ("html_502_after", 0.03),
        ("error_500_after", 0.04),
        ("late_effect", 0.05),
        ("malformed", 0.03),
        ("no_effect", 0.03),
    ),
    "GET": (("error_500", 0.03), ("drop_before", 0.02), ("html_502", 0.02), ("timeout_before", 0.01)),
}


@dataclass(frozen=True)
class Drawn:
    """An approved action and the sort it was drawn as."""

    action: Action
    sort: str


def inject(ground: Field) -> None:
    """Puts all faults in force, each with its probability per call. Late effects come within the settling time."""
    for method, kinds in FAULTS.items():
        for kind, probability in kinds:
            seconds = LATE_EFFECT if kind == "late_effect" else LEASE / 2
            ground.fault(kind, method=method, count=None, probability=probability, seconds=seconds)


def draw(accounts: list[AdAccount], number: int, seed: int) -> list[Drawn]:
    """About `number` approved actions; where budgets run out, ads are paused and activated instead."""
    chance = random.Random(seed)
    mine = {"account__in": accounts, "deleted_at__isnull": True}
    joined = ("account__connection",)
    budgets: list[Any] = list(Campaign.objects.filter(daily_budget__gt=0, **mine).select_related(*joined))
    budgets += AdSet.objects.filter(daily_budget__gt=0, status="ACTIVE", **mine).select_related(*joined)
    ads = list(Ad.objects.filter(status__in=["ACTIVE", "PAUSED"], **mine).select_related(*joined))
    chance.shuffle(budgets)
    chance.shuffle(ads)
    drawn: list[Drawn] = []
    sorts = [sort for sort, share in SORTS.items() for _ in range(max(1, round(number * share / _SIZE[sort])))]
    # The rare sorts take their objects first.
    for sort in sorted(sorts, key=SORTS.__getitem__):
        drawn += _MAKERS[sort](budgets, ads, chance)
    chance.shuffle(drawn)
    return drawn


def _budget(entity: Any, factor: float, sort: str, approved_ago: timedelta = timedelta(0)) -> Drawn:
    level = "campaign" if isinstance(entity, Campaign) else "adset"
    wanted = int(entity.daily_budget * factor)
    action = propose(entity.account, level, entity, "daily_budget", entity.daily_budget, wanted)
    return Drawn(services.approve(action.pk, None, timezone.now() - approved_ago), sort)


def _status(entity: Any, sort: str) -> Drawn:
    level = "ad" if isinstance(entity, Ad) else "adset"
    wanted = "PAUSED" if entity.status == "ACTIVE" else "ACTIVE"
    action = propose(entity.account, level, entity, "status", entity.status, wanted)
    return Drawn(services.approve(action.pk, None, timezone.now()), sort)


def _plain(budgets: list[Any], ads: list[Ad], chance: random.Random) -> Iterator[Drawn]:
    if budgets and chance.random() < 0.5:
        yield _budget(budgets.pop(), chance.choice((0.8, 0.9, 1.1, 1.2)), "plain")
    elif ads:
        yield _status(ads.pop(), "plain")


def _rival(budgets: list[Any], ads: list[Ad], chance: random.Random) -> Iterator[Drawn]:
    if budgets:
        entity = budgets.pop()
        yield from (_budget(entity, factor, "rival") for factor in (1.1, 1.15))


def _both(budgets: list[Any], ads: list[Ad], chance: random.Random) -> Iterator[Drawn]:
    place = next((i for i, one in enumerate(budgets) if isinstance(one, AdSet)), None)
    if place is not None:
        entity = budgets.pop(place)
        yield _budget(entity, 0.9, "both")
        yield _status(entity, "both")


def _late(budgets: list[Any], ads: list[Ad], chance: random.Random) -> Iterator[Drawn]:
    if budgets:
        yield _budget(budgets.pop(), 1.1, "late", timedelta(hours=25))


def _full(budgets: list[Any], ads: list[Ad], chance: random.Random) -> Iterator[Drawn]:
    if budgets:
        made = _budget(budgets.pop(), 1.1, "full")
        account, (changes, _) = made.action.account, counter_names(made.action)
        LimitCounter.objects.create(account=account, name=changes, day=account_day(account, timezone.now()), used=4)
        yield made


_SIZE = {"plain": 1, "rival": 2, "both": 2, "late": 1, "full": 1}
_MAKERS: dict[str, Callable[[list[Any], list[Ad], random.Random], Iterator[Drawn]]] = {
    "plain": _plain,
    "rival": _rival,
    "both": _both,
    "late": _late,
    "full": _full,
}
