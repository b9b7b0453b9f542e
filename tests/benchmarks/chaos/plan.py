"""What a chaos run is asked to do: approved actions of several sorts, drawn from the sandbox's objects by a seed."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from metaads.models import Ad, AdAccount, AdSet, Campaign
from optimization.models import Action, Hold, LimitCounter, Status
from optimization.queue import services
from optimization.queue.reserve import account_day, counter_names
from tests.benchmarks.chaos import plans
from tests.benchmarks.chaos.facts import Field, propose
from tests.benchmarks.chaos.processes import LATE_EFFECT, LEASE

# Share of the actions of each sort. `plain`: approved while the run goes on, by two at once. `rival`: two on one
# budget, of which one may win. `both`: status and budget of one ad set. `late`: approved more than 24 hours ago.
# `full`: the day's four budget changes are used up. `edited`: somebody else changes it. The rest: plans.py.
SORTS = {
    "plain": 0.62, "rival": 0.10, "both": 0.06, "late": 0.03, "full": 0.03, "edited": 0.04,
    "move": 0.03, "copy": 0.04, "create": 0.03, "broken": 0.02,
}  # fmt: skip
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
        ("rate_limit", 0.01),
    ),
    "GET": (("error_500", 0.03), ("drop_before", 0.02), ("html_502", 0.02), ("timeout_before", 0.01)),
}


@dataclass(frozen=True)
class Drawn:
    """An approved action and the sort it was drawn as."""

    action: Action
    sort: str

    @property
    def is_plan(self) -> bool:
        return self.sort in plans.MAKERS


def inject(ground: Field) -> None:
    """Puts all faults in force, each with its probability per call. Late effects come within the settling time."""
    for method, kinds in FAULTS.items():
        for kind, probability in kinds:
            seconds = LATE_EFFECT if kind == "late_effect" else 1.0 if kind == "rate_limit" else LEASE / 2
            ground.fault(kind, method=method, count=None, probability=probability, seconds=seconds)


def a_new_day(ground: Field) -> list[AdAccount]:
    """Mirrored anew. What earlier waves did lies days back: for Meta (four budget changes an hour), for the rails."""
    ground.control.call("DELETE", "faults")
    ground.control.call("POST", "clock/advance", {"hours": 2})
    Action.objects.filter(status__in=[Status.PENDING, Status.APPROVED]).update(status=Status.CANCELLED)
    Hold.objects.all().delete()
    Action.objects.filter(status=Status.NEEDS_PERSON).update(status=Status.FAILED)
    Action.objects.filter(executed_at__isnull=False).update(executed_at=F("executed_at") - timedelta(days=3))
    LimitCounter.objects.all().delete()
    return ground.connect()


def draw(accounts: list[AdAccount], number: int, seed: int) -> list[Drawn]:
    """About `number` approved actions; where budgets run out, ads are paused and activated instead."""
    chance = random.Random(seed)
    mine = {"account__in": accounts, "deleted_at__isnull": True}
    joined = ("account__connection",)
    budgets: list[Any] = list(Campaign.objects.filter(daily_budget__gt=0, **mine).select_related(*joined))
    budgets += AdSet.objects.filter(daily_budget__gt=0, status="ACTIVE", **mine).select_related(*joined, "campaign")
    ads = list(Ad.objects.filter(status__in=["ACTIVE", "PAUSED"], **mine).select_related(*joined))
    chance.shuffle(budgets)
    chance.shuffle(ads)
    drawn: list[Drawn] = []
    sorts = [sort for sort, share in SORTS.items() for _ in range(max(1, round(number * share / _SIZE.get(sort, 1))))]
    # The rare sorts take their objects first.
    for sort in sorted(sorts, key=SORTS.__getitem__):
        drawn += _MAKERS[sort](budgets, ads, chance)
    chance.shuffle(drawn)
    return drawn


def _budget(entity: Any, factor: float, sort: str, approved_ago: timedelta = timedelta(0)) -> Drawn:
    level = "campaign" if isinstance(entity, Campaign) else "adset"
    wanted = int(entity.daily_budget * factor)
    action = propose(entity.account, level, entity, "daily_budget", entity.daily_budget, wanted)
    if sort == "plain":
        return Drawn(action, sort)
    return Drawn(services.approve(action.pk, None, timezone.now() - approved_ago), sort)


def _status(entity: Any, sort: str) -> Drawn:
    level = "ad" if isinstance(entity, Ad) else "adset"
    wanted = "PAUSED" if entity.status == "ACTIVE" else "ACTIVE"
    action = propose(entity.account, level, entity, "status", entity.status, wanted)
    if sort == "plain":
        return Drawn(action, sort)
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
        today = account_day(account, timezone.now())
        for day in (today, today + timedelta(days=1)):  # A run over the account's midnight finds it full as well.
            LimitCounter.objects.create(account=account, name=changes, day=day, used=4)
        yield made


def _edited(budgets: list[Any], ads: list[Ad], chance: random.Random) -> Iterator[Drawn]:
    if budgets:
        yield _budget(budgets.pop(), 1.1, "edited")


def _several(sort: str) -> Callable[[list[Any], list[Ad], random.Random], Iterator[Drawn]]:
    def make(budgets: list[Any], ads: list[Ad], chance: random.Random) -> Iterator[Drawn]:
        mine = [one for one in budgets if isinstance(one, AdSet)]
        for action in plans.MAKERS[sort](mine, chance):
            yield Drawn(action, sort)
        left = {id(one) for one in mine}
        budgets[:] = [one for one in budgets if not isinstance(one, AdSet) or id(one) in left]

    return make


_SIZE = {"rival": 2, "both": 2}
_MAKERS: dict[str, Callable[[list[Any], list[Ad], random.Random], Iterator[Drawn]]] = {
    "plain": _plain,
    "rival": _rival,
    "both": _both,
    "late": _late,
    "full": _full,
    "edited": _edited,
    **{sort: _several(sort) for sort in plans.MAKERS},
}
