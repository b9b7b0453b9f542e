"""Reservation: limits hold however many people and workers act at once.

At claim, one locked counter row per limit and account-day (or of the installation) is raised in the claim's
transaction; it is given back if nothing took effect. Approval only shows what would be exceeded.

Rows are locked in one order, the account's by name and then the installation's by name, so that claims never wait for
each other in a circle. A sum of budgets is checked under the lock of its row against what the mirror shows, plus what
the claims in flight add to it: an action is either in flight or in the mirror, for both change in one transaction. What
an action made is in flight until the structure was read after it.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import F
from django.db.models.functions import Greatest

from metaads.models import AdAccount
from optimization.limits import Limits
from optimization.models import Action, LimitCounter
from optimization.queue.needs import Need, NoRoom, needs_of
from optimization.queue.spending import CUT, account_day

__all__ = ["NoRoom", "account_day", "counter_names", "give_back", "take", "would_exceed"]


def counter_names(action: Action) -> tuple[str, str]:
    """Names of the change counter and of the raise counter of the action's entity."""
    return f"changes:{action.level}:{action.entity_id}", f"raised:{action.level}:{action.entity_id}"


def take(action: Action, limits: Limits, now: datetime) -> list[list[object]]:
    """Raises all counters or raises NoRoom and leaves none raised (the caller's transaction rolls back).

    Gives [name, day, amount] of each; the installation's have "*" before the name.
    """
    taken: list[list[object]] = []
    for need in needs_of(action, limits, now):
        day = now.astimezone(UTC).date() if need.everywhere else account_day(action.account, now)
        if need.name != CUT:
            _raise(need, None if need.everywhere else action.account, day)
        taken.append([f"*{need.name}" if need.everywhere else need.name, day.isoformat(), need.amount])
    return taken


def _raise(need: Need, account: AdAccount | None, day: date) -> None:
    where: Mapping[str, Any] = {"account": account, "name": need.name, "day": day}
    LimitCounter.objects.bulk_create([LimitCounter(**where)], ignore_conflicts=True)
    row = LimitCounter.objects.select_for_update().get(**where)
    if need.cap is not None and row.used + need.amount > need.cap:
        raise NoRoom(f"No room left: {row.used} of {need.cap} {need.what} are used.")
    over = need.check() if need.check else ""
    if over:
        raise NoRoom(over)
    LimitCounter.objects.filter(pk=row.pk).update(used=F("used") + need.amount)


def would_exceed(action: Action, limits: Limits, now: datetime) -> str:
    """What would have no room if it were claimed now; empty = nothing. Locks nothing: for people to see."""
    try:
        needs = needs_of(action, limits, now)
    except NoRoom as full:
        return str(full)
    for need in needs:
        where = {"account__isnull": True} if need.everywhere else {"account": action.account}
        day = now.astimezone(UTC).date() if need.everywhere else account_day(action.account, now)
        row = LimitCounter.objects.filter(name=need.name, day=day, **where).values_list("used", flat=True).first() or 0
        if need.cap is not None and row + need.amount > need.cap:
            return f"Would exceed a limit: {row} of {need.cap} {need.what} are used."
        over = str(need.check()) if need.check else ""
        if over:
            return over
    return ""


def give_back(action: Action) -> None:
    """Lowers the counters that the claim raised; call in the transaction that says nothing took effect."""
    for name, day, amount in action.reserved:
        where: dict[str, Any] = {"account": action.account, "name": name}
        if str(name).startswith("*"):
            where = {"account__isnull": True, "name": str(name)[1:]}
        LimitCounter.objects.filter(day=day, **where).update(used=Greatest(F("used") - amount, 0))
