"""What shares one total for reallocation, and the bounds of each part. Shared by kinds and optimiser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from metaads.graph.money import to_minor
from optimization.entities import Entity
from optimization.kinds.base import Refusal
from optimization.models import ACCOUNT_LEVEL
from optimization.shares import Part
from optimization.world import World

PRIOR_CONVERSIONS = 5.0
BUDGET, CAP, FLOOR = "daily_budget", "daily_spend_cap", "daily_min_spend_target"


@dataclass(frozen=True)
class Pool:
    """What shares one total: `members` with the field that is set on each. `word` for people."""

    members: Sequence[Entity]
    field: str
    word: str


def pool_of(entity: Entity, world: World) -> Pool | Refusal:
    children = [one for one in world.children(entity) if one.status == "ACTIVE" and one.effective_status == "ACTIVE"]
    if entity.level == ACCOUNT_LEVEL:
        return Pool([one for one in children if one.daily_budget], BUDGET, "campaigns with a daily budget of their own")
    if entity.budget_field is None:
        return Pool([one for one in children if one.daily_budget], BUDGET, "ad sets with a daily budget")
    if entity.budget_field != BUDGET:
        return Refusal("Its budget is for its lifetime, so spend limits of a day cannot move money in it.")
    for place, field in enumerate((FLOOR, CAP)):
        if children and all(world.spend_limits(one)[place] for one in children):
            return Pool(children, field, "ad sets with a spend limit")
    return Refusal("Meta shares out its budget (CBO), and not all its ad sets have a daily spend limit to move.")


def part_of(one: Entity, field: str, weight: float, least: int, own: Sequence[Decimal | None], world: World) -> Part:
    """Its bounds: the account's steps per action and per day, Meta's minimum, the parameters, its other limit."""
    now, limits, currency = amount_of(one, field), world.limits, world.currency
    up = min(limits.max_increase_percent, limits.max_increase_percent_per_day)
    low, high = now - int(now * limits.max_decrease_percent / 100), now + int(now * up / 100)
    floors = [least, *_minor([own[0]], currency)]
    ceilings = _minor([own[1], limits.max_entity_budget if field == BUDGET else None], currency)
    if field != BUDGET:
        own_least, own_most = world.spend_limits(one)
        floors += [own_least] if field == CAP and own_least else []
        ceilings += [own_most] if field == FLOOR and own_most else []
    low = min(max([low, *floors]), now)
    return Part(one.meta_id, now, weight, low, max(min([high, *ceilings]), low))


def amount_of(one: Entity, field: str) -> int:
    value = one.value_of(field)
    if not isinstance(value, int):
        raise TypeError(f"{field} of {one.meta_id} is no amount")
    return value


def _minor(amounts: Sequence[Decimal | None], currency: str) -> list[int]:
    return [to_minor(amount, currency) for amount in amounts if amount is not None]


def earning_of(pool: Pool, window: str, world: World) -> dict[str, tuple[float, float]]:
    """Meta id -> (ROAS, ROAS x confidence) of those whose figures are known."""
    found = {}
    for one in pool.members:
        roas, sold = (world.figure(one, f"{name}_{window}") for name in ("roas", "conversions"))
        if roas is not None and sold is not None and roas >= 0 and sold >= 0:
            found[one.meta_id] = roas, roas * sold / (sold + PRIOR_CONVERSIONS)
    return found


def too_few_or_alike(pool: Pool, earning: Mapping[str, tuple[float, float]], members: int, ratio: Decimal) -> str:
    """Why there is nothing to share out; "" = there is."""
    if len(earning) < members:
        return f"It needs {members} running {pool.word} and a known ROAS; there are {len(earning)}."
    best, worst = (choose(roas for roas, _ in earning.values()) for choose in (max, min))
    if best <= 0:
        return f"None of its {pool.word} earned anything, so none deserves the others' money."
    if best < float(ratio) * worst:
        return f"Their ROAS is too alike: the best, {best:.2f}, is less than {ratio:g} times the worst, {worst:.2f}."
    return ""
