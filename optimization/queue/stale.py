"""Stale proposals: a flag that blocks approval until the rule fires again."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from metaads.models import AdAccount
from optimization.entities import load
from optimization.models import OPEN_STATUSES, Action
from optimization.queue.drafts import Draft


def mark_stale(account: AdAccount, evaluated: Mapping[int, int], winners: Sequence[Draft], now: datetime) -> int:
    """Flags open proposals whose rule was evaluated and no longer wants them, or whose entity has changed."""
    wanted = {draft.key for draft in winners}
    standing = Action.objects.filter(account=account, status__in=OPEN_STATUSES, stale_reason="").only(
        "level", "entity_id", "kind", "field", "value_before", "rule_version__rule_id"
    )
    unwanted = [
        action
        for action in standing.select_related("rule_version")
        if (action.level, action.entity_id, action.kind) not in wanted
    ]
    local = now.astimezone(account.zone)
    reasons = {
        action.pk: f"its condition no longer held at {local:%Y-%m-%d %H:%M}."
        for action in unwanted
        if action.rule_version and action.rule_version.rule_id in evaluated
    }
    reasons |= _changed(account, [action for action in unwanted if action.pk not in reasons])
    for pk, reason in reasons.items():
        Action.objects.filter(pk=pk, status__in=OPEN_STATUSES).update(stale_reason=reason)
    return len(reasons)


def _changed(account: AdAccount, actions: Sequence[Action]) -> dict[int, str]:
    reasons: dict[int, str] = {}
    for level in {action.level for action in actions}:
        mine = [action for action in actions if action.level == level]
        entities = load(account, level, {action.entity_id for action in mine})
        for action in mine:
            entity = entities.get(action.entity_id)
            if entity is None:
                reasons[action.pk] = "it no longer exists at Meta."
            elif entity.value_of(action.field) != action.value_before:
                reasons[action.pk] = f"it was changed meanwhile to {entity.value_of(action.field)}."
    return reasons
