"""A planner that knows the hidden truth, bound as the product is: same kinds, same guard rails, same queue.

Each hour it looks some days ahead and wishes, for each purse (`outlook`), the first step of the best path: raise by
what a day allows, hold, cut gently (learning goes on) or hard (it starts anew), or pause; and a pause for each ad and
ad set without which the rest of the purse earns more, the most first. What comes of its wishes is up to the rails. It
sees no luck that is still to come.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np

from metaads.graph.money import from_minor
from metaads.models import AdAccount, Level
from metaads.sandbox.world import learning
from optimization.entities import load_one
from optimization.kinds import KINDS
from optimization.kinds.base import FieldChange
from optimization.live_world import LiveWorld
from optimization.models import Source
from optimization.queue.conflicts import resolve
from optimization.queue.drafts import Draft
from optimization.queue.propose import propose
from tests.benchmarks.decisions.outlook import Purse, purses
from tests.benchmarks.decisions.worlds import Served

AHEAD = 14
DECIDING = {"value": "roas", "clicks": "cpc"}
SMALLEST = 0.03
"""Of a budget; less is not worth a write."""
GENTLE, HARD, UP = 0.8, 0.5, 1.2
PATHS = (GENTLE, HARD, UP)
LEARNING_DAYS = 7
_STATE = np.array([learning.LEARNING])
_LOSS = float((learning.sale_factor(_STATE) / learning.price_factor(_STATE))[0])
WORTH_A_PAUSE = 0.01
"""Of a purse's budget: what pausing an ad must add a day."""


@dataclass(frozen=True)
class Wish:
    """`amount`: the budget, minor units. `worth`: what it adds over the days ahead, against leaving things alone."""

    level: str
    id: str
    kind: str
    worth: float
    amount: int = 0


def plan(found: Sequence[Purse], held: float | None = None) -> list[Wish]:
    """What it wishes now. `held`: minor units a day that all purses together may hold; None = as much as pays."""
    price = 1.0 if held is None else max(1.0, _price(found, held))
    wishes: list[Wish] = []
    for purse in found:
        better, pauses = _without_losers(purse, price)
        wishes += pauses
        if better.sets and (wish := _step(better, price)):
            wishes.append(wish)
    return wishes


def _price(found: Sequence[Purse], held: float) -> float:
    """The price of a unit of money at which what all purses may have after one step adds up to `held`: a purse that is
    cut for what another could only take in a month would earn nothing meanwhile."""
    low, high = 0.05, 20.0
    for _ in range(24):
        price = (low * high) ** 0.5
        if sum(_within_a_step(_without_losers(purse, price)[0], price) for purse in found) > held:
            low = price
        else:
            high = price
    return high


def _within_a_step(purse: Purse, price: float) -> float:
    return min(max(purse.best(price), HARD * purse.budget), UP * purse.budget) if purse.sets else 0.0


def _without_losers(purse: Purse, price: float) -> tuple[Purse, list[Wish]]:
    """The purse without what it is better off without, the worst first, and the pauses that make it so."""
    wishes: list[Wish] = []
    while len(purse.sets) > 1 or len(purse.sets[0].ads) > 1:
        now = max(purse.day(purse.best(price), price=price), 0.0)
        gains = [(_gain(purse, one, price) - now, level, one) for level, one in _each(purse)]
        gain, level, one = max(gains, default=(0.0, "", ""))
        if gain < WORTH_A_PAUSE * purse.budget:
            break
        wishes.append(Wish(level, one, "pause", gain * AHEAD))
        purse = purse.without([one])
    return purse, wishes


def _gain(purse: Purse, one: str, price: float) -> float:
    rest = purse.without([one])
    return rest.day(rest.best(price), price=price) if rest.sets else 0.0


def _each(purse: Purse) -> Iterator[tuple[str, str]]:
    """Ad sets and ads that could be paused without stopping what they belong to."""
    for one in purse.sets:
        if len(purse.sets) > 1:
            yield Level.AD_SET, one.id
        if len(one.ads) > 1:
            yield from ((Level.AD, ad.id) for ad in one.ads)


def _step(purse: Purse, price: float) -> Wish | None:
    """The first step of the best path; None = leave it."""
    target = purse.best(price)
    stay = sum(_days(purse, 1.0, purse.budget, price))
    paths = {rate: sum(_days(purse, rate, target, price)) for rate in PATHS if (rate > 1) == (target > purse.budget)}
    rate, worth = max(paths.items(), key=lambda item: item[1])
    if max(worth, stay) < 0:
        return Wish(purse.level, purse.id, "pause", -stay)
    amount = round(_next(purse.budget, rate, target))
    if worth <= stay or abs(amount - purse.budget) < SMALLEST * purse.budget:
        return None
    return Wish(purse.level, purse.id, "set_budget", worth - stay, amount)


def _days(purse: Purse, rate: float, target: float, price: float) -> Iterator[float]:
    """Expected profit of each day ahead on a path; while it learns, people buy less and dearer."""
    budget = float(purse.budget)
    learns = LEARNING_DAYS if rate == HARD or any(one.learning for one in purse.sets) else 0
    for day in range(AHEAD):
        budget = _next(budget, rate, target)
        yield purse.day(budget, _LOSS if day < learns else 1.0, price)


def _next(budget: float, rate: float, target: float) -> float:
    return min(budget * rate, target) if rate > 1 else max(budget * rate, target) if rate < 1 else budget


def propose_wishes(account: AdAccount, here: Served, now: datetime, held: float | None) -> Counter[str]:
    """Looks at the truth and puts its wishes before rails and queue; gives how often which rail stood against one."""
    with here.lock:
        wishes = plan(purses(here.account, here.world.options, here.goal), held)
    world = LiveWorld(account, now)
    drafts = [
        draft
        for place, wish in enumerate(_ranked(wishes))
        if (draft := _draft(wish, 99 - place, world, DECIDING[here.goal]))
    ]
    winners, losers = resolve(drafts)
    proposed = propose(account, winners, losers, now, None)
    return proposed.blocked + proposed.skipped


def _ranked(wishes: Sequence[Wish]) -> list[Wish]:
    return sorted(wishes, key=lambda wish: (-wish.worth, wish.id))


def _draft(wish: Wish, priority: int, world: LiveWorld, deciding: str) -> Draft | None:
    """As the optimiser would put it, sure of itself; None where there is nothing to do."""
    entity = load_one(world.account, wish.level, wish.id)
    if entity is None:
        return None
    parameters = {} if wish.kind == "pause" else {"amount": str(from_minor(wish.amount, world.currency))}
    change = KINDS[wish.kind].plan(entity, parameters, world)
    if not isinstance(change, FieldChange):
        return None
    spend = world.figure(entity, "spend_7d")
    return Draft(
        source=Source.OPTIMIZER,
        entity=change.entity,
        kind=wish.kind,
        parameters=parameters,
        field=change.field,
        before=change.before,
        wanted=change.wanted,
        reason_code="oracle",
        reason="The hidden truth says so.",
        priority=max(priority, 1),
        trace={},
        metrics={},
        data_read_at=world.now,
        confidence=1.0,
        confidence_note="it knows",
        spend=None if spend is None else Decimal(str(round(spend, 2))),
        impressions=world.figure(entity, "impressions_7d"),
        asked_of=entity.meta_id,
        deciding=frozenset({deciding}),
    )
