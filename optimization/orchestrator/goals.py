"""Changing goals: made from what is shipped, edited, switched on and off. Each change is in the ledger in the same
transaction. `now` is business time. The doors ask for the role; `user` None is the operator."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from pydantic import ValidationError

from metaads.models import AdAccount
from optimization.ledger import record
from optimization.models import OPEN_STATUSES, Action, Goal, Source, Status
from optimization.orchestrator import document
from optimization.orchestrator.core_signal import SignalCount, count_week
from optimization.orchestrator.creatives import KIND as CREATIVE_KIND
from optimization.orchestrator.made import MARK
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.settings import missing_amounts, settings_of
from optimization.orchestrator.templates import ALL, BY_KEY, GoalTemplate
from optimization.queue.states import close_many

__all__ = [
    "GoalRefused",
    "can_go_on",
    "checked",
    "make_goal",
    "save_goal",
    "signal_count",
    "start_goal",
    "stop_goal",
    "toggle",
]


def make_goal(account: AdAccount, key: str, user: User | None, now: datetime, **changes: Any) -> Goal:
    """A goal as it is shipped under `key`, switched off, with `changes` of its fields. Raises GoalRefused."""
    shipped = BY_KEY.get(key)
    if shipped is None:
        raise GoalRefused(f"key: there is no goal {key!r}; there are {', '.join(one.key for one in ALL)}.")
    facts = {"name": shipped.name, "signal": shipped.signal, "template": shipped.template}
    return save_goal(Goal(account=account, key=key, **{**facts, **changes}), user, now)


def save_goal(goal: Goal, user: User | None, now: datetime) -> Goal:
    """Stores a goal, new or changed. One that was made in admin without a template gets that of its key.

    A changed template, or one that was not there, is checked at Meta again before its next use. One that is on must
    be able to go on as it is changed. Raises GoalRefused.
    """
    checked(goal)
    old = Goal.objects.filter(pk=goal.pk).first()
    if old is not None and old.active:
        can_go_on(old, goal, now)
    if old is None:
        goal.created_at = now
    elif old.template != goal.template:
        goal.template_checked_at, goal.template_problem = None, ""
    try:
        with transaction.atomic():
            goal.save()
            _record(goal, user, now, {"change": "saved", "goal_is": _plain(goal), "before": old and _plain(old)})
    except IntegrityError:
        raise GoalRefused(f"key: {goal.account} has a goal {goal.key} already.") from None
    return goal


def checked(goal: Goal) -> Goal:
    """With its template whole. Raises GoalRefused; stores nothing."""
    if not goal.template and goal.key in BY_KEY:
        goal.template = BY_KEY[goal.key].template
    try:
        goal.template = GoalTemplate.model_validate(goal.template).model_dump(mode="json")
    except ValidationError as odd:
        first = odd.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise GoalRefused(f"template.{where}: {first['msg']}") from None
    if not goal.signal.strip():
        raise GoalRefused("signal: say which action type, pixel event or insights field counts.")
    if not 1 <= goal.priority <= 5:
        raise GoalRefused(f"priority: {goal.priority} is outside 1 to 5.")
    if goal.budget_hint is not None and goal.budget_hint <= 0:
        raise GoalRefused("budget_hint: it must be more than 0; empty = by priority.")
    if goal.learning_share is not None and not 0 < goal.learning_share <= 1:
        raise GoalRefused("learning_share: give a fraction, such as 0.7.")
    return goal


def can_go_on(old: Goal, goal: Goal, now: datetime) -> None:
    """What is asked of a goal that is switched on, asked again of what changed in one that is on: by a signal that
    does not occur every ad set would be a loser. Raises GoalRefused that names the field; stores nothing."""
    if goal.template != old.template:
        lacking = document.missing_assets(document.template_of(goal), settings_of(old.account))
        if lacking:
            raise GoalRefused(f"template: fill in the orchestrator's settings first: {', '.join(lacking)}.")
    if goal.signal != old.signal:
        count = count_week(old.account, goal.signal, now)
        if not count.count:
            raise GoalRefused(f"signal: {count.sentence} Without it the goal, which is on, cannot tell what works.")


def signal_count(goal: Goal, now: datetime) -> SignalCount:
    """How often the goal's signal occurred in the last 7 days, for its set-up."""
    return count_week(goal.account, goal.signal, now)


def start_goal(goal: Goal, user: User | None, now: datetime) -> SignalCount:
    """Switches a goal on; gives the count of its signal. Raises GoalRefused where the signal did not occur in the last
    7 days, or the account's settings lack what its template needs."""
    row = settings_of(goal.account)
    lacking = missing_amounts(row) + document.missing_assets(document.template_of(goal), row)
    if lacking:
        raise GoalRefused(f"Fill in the orchestrator's settings of {goal.account} first: {', '.join(lacking)}.")
    count = signal_count(goal, now)
    if not count.count:
        raise GoalRefused(f"{count.sentence} Without it a goal cannot tell what works, so it is not started.")
    _switch(goal, True, user, now, {"count": count.count})
    return count


def stop_goal(goal: Goal, user: User | None, now: datetime) -> bool:
    """Switches a goal off: nothing is wanted for it any more, so what it proposed and nobody decided on is cancelled
    (but for its creatives, which are its set-up). What runs at Meta goes on. False if it was off."""
    return _switch(goal, False, user, now, {})


def toggle(goal: Goal, active: bool, user: User | None, now: datetime) -> Goal:
    """On (as `start_goal`) or off. Raises GoalRefused."""
    if not active:
        stop_goal(goal, user, now)
    elif not goal.active:
        start_goal(goal, user, now)
    return goal


@transaction.atomic
def _switch(goal: Goal, active: bool, user: User | None, now: datetime, more: dict[str, Any]) -> bool:
    changed = Goal.objects.filter(pk=goal.pk, active=not active).update(active=active)
    goal.refresh_from_db(fields=["active"])
    if changed:
        _record(goal, user, now, {"change": "switched_on" if active else "switched_off", **more})
        if not active:
            _cancel_open(goal, now)
    return changed == 1


def _cancel_open(goal: Goal, now: datetime) -> None:
    mine = Action.objects.filter(account=goal.account_id, source=Source.ORCHESTRATOR, status__in=OPEN_STATUSES)
    rows = mine.filter(**{f"metrics__{MARK}__id": goal.pk}).exclude(kind=CREATIVE_KIND).values_list("pk", flat=True)
    reason = f"Its goal, {goal.name}, was switched off."
    close_many(goal.account_id, dict.fromkeys(rows, reason), Status.CANCELLED, now=now, actor="orchestrator")


def _plain(goal: Goal) -> dict[str, Any]:
    fields = ("name", "signal", "priority", "budget_hint", "learning_share", "template")
    values = {name: getattr(goal, name) for name in fields}
    return {name: str(one) if isinstance(one, Decimal) else one for name, one in values.items()}


def _record(goal: Goal, user: User | None, now: datetime, payload: dict[str, Any]) -> None:
    who: dict[str, Any] = {"actor": "user" if user else "operator", "user_id": user.pk if user else None}
    about = {"goal": str(goal.public_id), "key": goal.key}
    record("goal_changed", account_id=goal.account_id, now=now, payload={**about, **payload}, **who)
