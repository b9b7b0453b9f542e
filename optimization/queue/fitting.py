"""Whether an open proposal still fits: what everybody is asked for before they approve it."""

from datetime import datetime

from optimization.entities import Entity
from optimization.models import Action
from optimization.models.stop import TURNED_OFF
from optimization.present import present_values, unlike
from optimization.queue.errors import Stale


def check_fits(action: Action, now: datetime) -> Entity:
    """The entity as the mirror shows it. Raises Stale for what has expired or no longer fits, with the reason."""
    if action.expires_at and action.expires_at <= now:
        raise Stale("This proposal has expired. If its cause persists, the next evaluation brings it back.")
    if action.stale_reason:
        raise Stale(f"This proposal is stale: {action.stale_reason}")
    if action.rule_version is not None and action.rule_version.rule.current_id != action.rule_version_id:
        raise Stale("Its rule was edited since. If the new version wants it too, the next evaluation brings it back.")
    if _rule_off(action):
        raise Stale("Its rule is switched off. Switch it on, or make the change by hand.")
    now_is = present_values(action.account, action)
    if now_is.entity is None:
        raise Stale("It no longer exists at Meta.")
    changed = unlike(action.value_before, now_is.value, action.field, action.currency, action.value_final)
    if changed:
        raise Stale(f"It was changed meanwhile: {changed}")
    return now_is.entity


def _rule_off(action: Action) -> bool:
    """Whoever switched the rule off wants nothing of it. A stop turns rules off too, but leaves what they proposed, and
    hands back what was approved, for a person to decide."""
    if action.rule_version is None or action.decided_at is not None:
        return False
    rule = action.rule_version.rule
    return not rule.active and rule.disabled_reason != TURNED_OFF
