"""Stale proposals: a flag that blocks approval until the rule fires again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from metaads.models import AdAccount
from optimization.entities import load
from optimization.models import OPEN_STATUSES, Action
from optimization.queue.drafts import Draft
from optimization.queue.standing import Key


class Unwanted(NamedTuple):
    """An open proposal that nobody wanted this time. `rule_id` None = no rule made it."""

    pk: int
    level: str
    entity_id: str
    kind: str
    field: str
    before: int | str
    rule_id: int | None

    @property
    def key(self) -> Key:
        return self.level, self.entity_id, self.kind


def mark_stale(account: AdAccount, evaluated: Mapping[int, int], winners: Sequence[Draft], now: datetime) -> int:
    """Flags open proposals whose rule was evaluated and no longer wants them, or whose entity has changed."""
    wanted = {draft.key for draft in winners}
    rows = Action.objects.filter(account=account, status__in=OPEN_STATUSES, stale_reason="").values_list(
        "pk", "level", "entity_id", "kind", "field", "value_before", "rule_version__rule_id"
    )
    unwanted = [open_ for row in rows if (open_ := Unwanted(*row)).key not in wanted]
    local = now.astimezone(account.zone)
    reasons = {
        one.pk: f"its condition no longer held at {local:%Y-%m-%d %H:%M}."
        for one in unwanted
        if one.rule_id in evaluated
    }
    reasons |= _changed(account, [one for one in unwanted if one.pk not in reasons])
    for reason in dict.fromkeys(reasons.values()):
        mine = [pk for pk, why in reasons.items() if why == reason]
        Action.objects.filter(pk__in=mine, status__in=OPEN_STATUSES).update(stale_reason=reason)
    return len(reasons)


def _changed(account: AdAccount, proposals: Sequence[Unwanted]) -> dict[int, str]:
    reasons: dict[int, str] = {}
    for level in {one.level for one in proposals}:
        mine = [one for one in proposals if one.level == level]
        entities = load(account, level, {one.entity_id for one in mine})
        for one in mine:
            entity = entities.get(one.entity_id)
            if entity is None:
                reasons[one.pk] = "it no longer exists at Meta."
            elif entity.value_of(one.field) != one.before:
                reasons[one.pk] = f"it was changed meanwhile to {entity.value_of(one.field)}."
    return reasons
