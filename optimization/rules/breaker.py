"""The circuit breaker: a rule that errs on most of its entities, or whose changes keep failing, stops by itself.

A rule that errs as a whole, or on most of a few entities, has three evaluations to recover (`services`).
"""

from datetime import datetime, timedelta

from optimization.models import Action, Rule, Status
from optimization.rules import services

FEWEST_ENTITIES = 20
FAILED_ACTIONS, WITHIN = 5, timedelta(hours=24)


def note_failure(rule: Rule, reason: str, erred: int, of: int, now: datetime) -> bool:
    """An evaluation that failed, having erred on `erred` of the `of` entities it wanted to change (0 of 0: as a whole).

    True if the rule stopped: at once where it erred on at least half of 20 or more.
    """
    if of >= FEWEST_ENTITIES and erred * 2 >= of:
        text = f"One evaluation erred on {erred} of {of} entities. {reason}"
        return services.stop(rule, text, now, erred=erred, entities=of)
    return services.record_failure(rule, reason, now)


def note_failed_action(action: Action, now: datetime) -> bool:
    """Call it in the transaction in which an action failed. True if it was the fifth in a day that the rule tried on
    the same entity since it was switched on, so that the rule stopped."""
    if action.rule_version is None:
        return False
    rule = action.rule_version.rule
    since = max(now - WITHIN, rule.activated_at or now - WITHIN)
    failed = Action.objects.filter(
        account_id=action.account_id,
        level=action.level,
        entity_id=action.entity_id,
        status=Status.FAILED,
        rule_version__rule=rule,
        finished_at__gt=since,
    )
    count = failed.count()
    if count < FAILED_ACTIONS:
        return False
    hours = int(WITHIN.total_seconds() // 3600)
    text = f"Its changes of {action.entity_name} failed {count} times in {hours} h. Last: {action.outcome_note}"
    return services.stop(rule, text, now, failed_actions=count, entity=f"{action.level}:{action.entity_id}")
