"""Reservation: limits hold however many people and workers act at once.

At claim, one locked counter row per limit and account-day is raised in the claim's transaction; it is given back if
nothing took effect. Approval only shows what would be exceeded.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F
from django.db.models.functions import Greatest

from metaads.models import AdAccount
from optimization.limits import Limits
from optimization.models import Action, LimitCounter, Source


class NoRoom(Exception):
    """A limit has no room left for this action now. The text names it."""


@dataclass(frozen=True)
class Need:
    """`amount` to add to the counter `name`, which may not pass `cap` (None = only counted)."""

    name: str
    amount: int
    cap: int | None
    what: str


def account_day(account: AdAccount, now: datetime) -> date:
    return now.astimezone(account.zone).date()


def counter_names(action: Action) -> tuple[str, str]:
    """Names of the change counter and of the raise counter of the action's entity."""
    return f"changes:{action.level}:{action.entity_id}", f"raised:{action.level}:{action.entity_id}"


def used(account: AdAccount, name: str, day: date) -> int:
    row = LimitCounter.objects.filter(account=account, name=name, day=day).values_list("used", flat=True).first()
    return row or 0


def needs_of(action: Action, limits: Limits, raised_today: int) -> list[Need]:
    """What executing this action would use up. Undo is exempt from all counters but is itself counted."""
    if action.field == "status":
        return []
    changes, raised = counter_names(action)
    free = action.source == Source.UNDO
    rows = [Need(changes, 1, None if free else limits.max_budget_changes_per_day, "budget changes of it today")]
    growth = int(action.value_final) - int(action.value_before)
    if growth > 0:
        bound = action.binding_source not in {Source.UNDO, Source.PERSON}
        day_start = int(action.value_before) - raised_today
        cap = int(day_start * limits.max_increase_percent_per_day / 100) if bound else None
        rows.append(Need(raised, growth, cap, "raise of its budget today"))
    return rows


def take(action: Action, limits: Limits, now: datetime) -> list[list[object]]:
    """Raises all counters or raises NoRoom and leaves none raised (the caller's transaction rolls back)."""
    account, day = action.account, account_day(action.account, now)
    taken: list[list[object]] = []
    raised_today = used(account, counter_names(action)[1], day)
    for need in sorted(needs_of(action, limits, raised_today), key=lambda n: n.name):
        LimitCounter.objects.bulk_create(
            [LimitCounter(account=account, name=need.name, day=day)], ignore_conflicts=True
        )
        row = LimitCounter.objects.select_for_update().get(account=account, name=need.name, day=day)
        if need.cap is not None and row.used + need.amount > need.cap:
            raise NoRoom(f"No room left: {row.used} of {need.cap} {need.what} are used.")
        LimitCounter.objects.filter(pk=row.pk).update(used=F("used") + need.amount)
        taken.append([need.name, day.isoformat(), need.amount])
    return taken


def give_back(action: Action) -> None:
    """Lowers the counters that the claim raised; call in the transaction that says nothing took effect."""
    for name, day, amount in action.reserved:
        LimitCounter.objects.filter(account=action.account, name=name, day=day).update(
            used=Greatest(F("used") - amount, 0)
        )
