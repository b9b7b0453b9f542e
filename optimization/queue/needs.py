"""What carrying an action out would use up of the limits: its needs, in the order in which they are locked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from metaads.exchange import PER_USD
from metaads.graph.money import from_minor, money_text, to_minor
from metaads.models import AdAccount
from optimization.entities import load_one
from optimization.guards.base import BUDGETS, BY_EXEMPT, BY_MACHINES
from optimization.guards.budget_sums import OVERSPEND
from optimization.limits import Limits, alone_an_hour_in_all
from optimization.models import Action
from optimization.queue.estate import Estate, estate_now
from optimization.queue.objects import Objects
from optimization.queue.spending import (
    CUT,
    EXPOSURE,
    account_day,
    alone_name,
    cut_today,
    in_flight,
    may_spend_everywhere,
    used,
)
from optimization.steps import is_reference, net_change, steps_of

Check = Callable[[], str]
"""What stands in the way, asked under the lock of the row; empty = nothing."""


class NoRoom(Exception):
    """A limit has no room left for this action now. The text names it."""


@dataclass(frozen=True)
class Change:
    """One change of something that exists."""

    level: str
    entity_id: str
    field: str
    before: Any
    final: Any

    @property
    def raised(self) -> int:
        """By how much a budget rises; 0 for anything else."""
        if self.field not in BUDGETS or not isinstance(self.before, int) or not isinstance(self.final, int):
            return 0
        return max(self.final - self.before, 0)


@dataclass(frozen=True)
class Need:
    """`amount` to add to the counter `name`, which may not pass `cap` (None = only counted).

    `check`: asked under the row's lock; what it says stands in the way. `everywhere`: a counter of the installation.
    """

    name: str
    amount: int
    cap: int | None
    what: str
    everywhere: bool = False
    check: Check | None = None

    @property
    def order(self) -> tuple[bool, str]:
        return self.everywhere, self.name


def changes_of(action: Action) -> list[Change]:
    """Every change of something that exists; a plan has several."""
    if not action.steps:
        return [Change(action.level, action.entity_id, action.field, action.value_before, action.value_final)]
    sets = [step for step in steps_of(action.steps) if step.op == "set" and not is_reference(step.entity_id)]
    return [Change(step.level, step.entity_id, step.field, step.old, step.new) for step in sets]


def adds_of(action: Action, objects: Objects) -> int | None:
    """What the action adds to what may be spent a day, net; None = unknown. A pause counts nothing."""
    if not action.steps:
        return sum_of(_added(change, action.account, objects) for change in changes_of(action))
    switched = [change for change in changes_of(action) if change.field == "status"]
    return sum_of([net_change(steps_of(action.steps)), *(_added(one, action.account, objects) for one in switched)])


def sum_of(amounts: Iterable[int | None]) -> int | None:
    held = list(amounts)
    known = [one for one in held if one is not None]
    return sum(known) if len(known) == len(held) else None


def _added(change: Change, account: AdAccount, objects: Objects) -> int | None:
    if change.field == "status":
        entity = load_one(account, change.level, change.entity_id) if change.final == "ACTIVE" else None
        return 0 if entity is None else objects.idle(entity)
    if change.field not in BUDGETS:
        return 0
    growth = int(change.final) - int(change.before)
    if change.field == "daily_budget":
        return growth
    entity = load_one(account, change.level, change.entity_id)
    days = None if entity is None else objects.days_left(entity)
    return None if days is None else round(growth / days)


def needs_of(action: Action, limits: Limits, now: datetime) -> list[Need]:
    """What executing this action would use up. Undo and incident actions are exempt from all but are counted."""
    estate = estate_now(action.account, now, limits)
    rows = [need for change in changes_of(action) for need in _of_entity(action, change, limits, now)]
    rows += _of_account(action, limits, now, estate)
    if action.alone:
        name = alone_name(now)
        rows.append(Need(name, 1, limits.max_auto_actions_per_hour, "actions alone in this hour"))
        rows.append(Need(name, 1, alone_an_hour_in_all(), "actions alone in this hour over all accounts", True))
    return sorted(rows, key=lambda need: need.order)


def _of_entity(action: Action, change: Change, limits: Limits, now: datetime) -> list[Need]:
    """How often and by how much the budget of one object changes in a day."""
    if change.field not in BUDGETS:
        return []
    source, place = action.binding_source, f"{change.level}:{change.entity_id}"
    cap = None if source in BY_EXEMPT else limits.max_budget_changes_per_day
    rows = [Need(f"changes:{place}", 1, cap, "budget changes today")]
    if change.raised:
        name = f"raised:{place}"
        today = used(action.account, name, account_day(action.account, now))
        share = (int(change.before) - today) * limits.max_increase_percent_per_day / 100
        rows.append(
            Need(name, change.raised, int(share) if source in BY_MACHINES else None, "raise of its budget today")
        )
    return rows


def _of_account(action: Action, limits: Limits, now: datetime, estate: Estate) -> list[Need]:
    """What may be spent a day: net raises of the day, and the sums of budgets."""
    adds = adds_of(action, estate.objects)
    exempt, machine = action.binding_source in BY_EXEMPT, action.binding_source in BY_MACHINES
    if adds is None:
        capped = machine or limits.max_account_budget is not None or limits.max_total_budget_usd is not None
        if capped and not exempt:
            raise NoRoom("How much more may be spent a day with it is unknown.")
        return []
    if adds <= 0:
        return [Need(CUT, -adds, None, "")] if adds else []
    cap = None
    if machine:
        cap = _exposure_cap(action.account, limits, now, estate)
    rows = [
        Need(EXPOSURE, adds, cap, "net raises of the account's day", check=_sums(action, adds, limits, now, exempt))
    ]
    if limits.max_total_budget_usd is not None:
        over = None if exempt else partial(_over_everywhere, action.account, adds, limits.max_total_budget_usd, now)
        rows.append(Need("budgets", adds, None, "", True, over))
    return rows


def _exposure_cap(account: AdAccount, limits: Limits, now: datetime, estate: Estate) -> int:
    spent = estate.figures.spent_yesterday
    if spent is None:
        raise NoRoom("What the account spent yesterday is unknown.")
    return int(spent * limits.max_exposure_percent / 100) + cut_today(account, now)


def _sums(action: Action, adds: int, limits: Limits, now: datetime, exempt: bool) -> Check | None:
    """Held under the lock of the account's exposure, so that the sums of its campaigns need no row of their own."""
    if exempt or (limits.max_account_budget is None and limits.max_campaign_budget is None):
        return None
    return partial(_over_sums, action, adds, limits, now)


def _over_sums(action: Action, adds: int, limits: Limits, now: datetime) -> str:
    account = action.account
    objects = Objects(account, now, lambda _: None)
    if limits.max_account_budget is not None:
        most = int(to_minor(limits.max_account_budget, account.currency) / OVERSPEND)
        held = objects.in_account
        if held is None or held + in_flight(account) + adds > most:
            return f"No room left: the account's daily budgets may sum up to {money_text(most, account.currency)}."
    if limits.max_campaign_budget is not None and action.campaign_id:
        most = to_minor(limits.max_campaign_budget, account.currency)
        held = objects.in_campaign(action.campaign_id)
        if held is None or held + in_flight(account, action.campaign_id) + adds > most:
            return f"No room left: its campaign may have {money_text(most, account.currency)} a day."
    return ""


def _over_everywhere(account: AdAccount, adds: int, most: Decimal, now: datetime) -> str:
    rate, held = PER_USD.get(account.currency.upper()), may_spend_everywhere(now)
    if rate is None or held is None:
        return "What all accounts together may spend a day is unknown."
    total = (held + from_minor(adds, account.currency) / rate) * OVERSPEND
    return f"No room left: all accounts together may spend {most} USD a day." if total > most else ""
