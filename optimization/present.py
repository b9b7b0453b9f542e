"""What the mirror shows now of what an action is about, in the shape of its values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from metaads.models import AdAccount
from metaads.sameness import same_value
from optimization.entities import WHOLE_FIELDS, Entity, load
from optimization.models import Action
from optimization.steps import STEPS
from optimization.value_words import value_text


class Asked(NamedTuple):
    """An action, as far as its present values are concerned. `before`: as `Action.value_before`."""

    level: str
    entity_id: str
    field: str
    before: Any


@dataclass(frozen=True)
class Present:
    """`entity`: what the action is about, None = it, or an object that it sets, is not in the mirror any more.

    `value`: of its field, or (field "steps") "level:id:field" -> value for what `value_before` names.
    """

    entity: Entity | None
    value: Any


GONE = Present(None, None)


def present_values(account: AdAccount, action: Action) -> Present:
    """Of one action; at most one query a level."""
    return present_of(account, [Asked(action.level, action.entity_id, action.field, action.value_before)])[0]


def present_of(account: AdAccount, asked: Iterable[Asked]) -> list[Present]:
    """Of many, in their order; one query a level."""
    asked = list(asked)
    wanted: dict[str, set[str]] = {}
    deep: set[str] = set()
    for one in asked:
        for level, entity_id, field in [(one.level, one.entity_id, one.field), *_places(one)]:
            wanted.setdefault(level, set()).add(entity_id)
            deep |= {level} if field in WHOLE_FIELDS else set()
    found = {level: load(account, level, ids, level in deep) for level, ids in wanted.items()}
    return [_present(one, found) for one in asked]


def _places(asked: Asked) -> list[tuple[str, str, str]]:
    """(level, id, field) of everything that the values of a plan name."""
    if asked.field != STEPS:
        return []
    return [place_of(key) for key in asked.before]


def place_of(key: str) -> tuple[str, str, str]:
    """ "adset:31:daily_budget" -> ("adset", "31", "daily_budget")."""
    level, entity_id, field = key.split(":")
    return level, entity_id, field


def _present(asked: Asked, found: Mapping[str, Mapping[str, Entity]]) -> Present:
    entity = found[asked.level].get(asked.entity_id)
    if entity is None:
        return GONE
    if asked.field != STEPS:
        return Present(entity, entity.value_of(asked.field))
    values: dict[str, Any] = {}
    for key, (level, entity_id, field) in zip(asked.before, _places(asked), strict=True):
        one = found[level].get(entity_id)
        if one is None:
            return GONE
        values[key] = one.value_of(field)
    return Present(entity, values)


def unlike(before: Any, now: Any, field: str, currency: str, wanted: Any = None) -> str:
    """How what is there differs from what was seen, for people; "" = it is the same. `wanted`: what it is to become."""
    if field == STEPS and isinstance(now, Mapping) and before.keys() == now.keys():
        aims = wanted if isinstance(wanted, Mapping) else {}
        moved = [key for key in before if not same_value(place_of(key)[2], now[key], before[key], aims.get(key))]
        said = [_step_unlike(key, before[key], now[key], currency) for key in moved]
        return f"the proposal saw {'; '.join(said)}." if said else ""
    if same_value(field, now, before, wanted):
        return ""
    was, is_now = (value_text(field, value, currency) for value in (before, now))
    return f"the proposal saw {was}, now it is {is_now}."


def _step_unlike(key: str, before: Any, now: Any, currency: str) -> str:
    level, entity_id, field = place_of(key)
    was, is_now = (value_text(field, value, currency) for value in (before, now))
    return f"{level} {entity_id} {field}: {was}, now {is_now}"
