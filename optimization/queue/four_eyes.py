"""Four eyes: above an amount that an administrator sets, two people must approve, neither of them the proposer.

The first yes is stored and the action stays pending. A yes is bound to the version that was seen, so a change of the
proposal starts again. Undo and what belongs to an incident are free of it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from metaads.graph.money import to_minor
from metaads.models import Membership, Role
from metaads.models.membership import has_role
from optimization.ledger import record
from optimization.limits import limits_for, limits_of_all
from optimization.models import OPEN_STATUSES, Action, Approval, Source
from optimization.queue.daily import Daily, change_of, daily_of
from optimization.queue.errors import AlreadyDecided, NotAllowed
from optimization.queue.objects import Objects

NEEDED = 2
FREE = (Source.UNDO, Source.INCIDENT)
MAY_DECIDE = (Role.MANAGER, Role.ADMIN)
NO_NAME = (
    "Two named people must approve a change of this size, on the page or over the API; a command line has no name."
)
PROPOSER = "You proposed it: a change of this size needs two other people."
TWICE = "You have approved it already. A second person must approve it too."
FIRST_YES = "Your approval is kept, 1 of 2. A second person must approve it too."
ONE_MANAGER = "Two people would have to approve a change of this size, but this account has only one manager."


@dataclass(frozen=True)
class Amount:
    """`change`: change a day in the minor unit; None = unknown, which counts as above. `above`: the account's limit."""

    change: int | None
    above: int | None

    @property
    def two_needed(self) -> bool:
        return self.above is not None and (self.change is None or self.change > self.above)


def two_needed(action: Action, now: datetime, changed: dict[str, Any] | None = None) -> bool:
    """Whether two people must approve it: its amount asks for it and there are two who could. `changed`: columns that
    the approval would overwrite."""
    if action.source in FREE or (above := limits_for(action.account).four_eyes_above) is None:
        return False
    change = change_of(action, changed)
    moved = Daily(action.account, [change], Objects(action.account, now, lambda _: None)).moved(change)
    if not Amount(moved, to_minor(above, action.currency)).two_needed:
        return False
    return _deciders_of([action.account_id])[action.account_id] >= NEEDED


def add_yes(action: Action, user: User | None, now: datetime, note: str) -> bool:
    """Keeps one person's yes to the action's present version; True = there are enough, the action may be approved.

    Call in a transaction with the action's row locked. Raises NotAllowed or AlreadyDecided.
    """
    if user is None:
        raise NotAllowed(NO_NAME)
    if action.proposed_by_id == user.pk:
        raise NotAllowed(PROPOSER)
    _, new = Approval.objects.get_or_create(
        action=action, version=action.version, user=user, defaults={"at": now, "note": note}
    )
    have = len(said_yes(action))
    if not new and have < NEEDED:
        raise AlreadyDecided(TWICE)
    if have < NEEDED:
        record(
            "optimization_first_approval",
            account_id=action.account_id,
            action_id=action.public_id,
            actor="user",
            user_id=user.pk,
            now=now,
            payload={"version": action.version, "have": have, "needed": NEEDED, "note": note},
        )
    return have >= NEEDED


def said_yes(action: Action) -> list[User]:
    """Who approved the present version and may still decide, earliest first."""
    rows = Approval.objects.filter(action=action, version=action.version, user__isnull=False)
    people = [row.user for row in rows.select_related("user").order_by("at", "pk") if row.user]
    return [
        user for user in people if user.pk != action.proposed_by_id and has_role(user, action.account, Role.MANAGER)
    ]


def agreed_with(action: Action) -> list[str]:
    """Names of those who said yes to its present version before the one who decided; empty where one yes was enough."""
    rows = Approval.objects.filter(action=action, version=action.version, user__isnull=False)
    return list(rows.exclude(user=action.decided_by_id).order_by("at", "pk").values_list("user__username", flat=True))


def told(actions: Iterable[Action], nows: Mapping[int, datetime]) -> dict[int, str]:
    """What stands on each open action whose amount asks for two people, by id. At most four queries, and those of
    `Daily` for an account in which something would be switched on.

    Actions come with their account; `nows`: business time by account id.
    """
    about = {action.pk: action for action in actions if action.status in OPEN_STATUSES and action.source not in FREE}
    limits = limits_of_all({action.account_id: action.account for action in about.values()}.values()) if about else {}
    above = {pk: one.four_eyes_above for pk, one in limits.items() if one.four_eyes_above is not None}
    held = [action for action in about.values() if action.account_id in above]
    daily = daily_of(held, nows)
    large = [one for one in held if _large(one, above[one.account_id], daily[one.account_id])]
    if not large:
        return {}
    people = _deciders_of({action.account_id for action in large})
    yes: dict[tuple[int, int], list[str]] = {}
    kept = Approval.objects.filter(action__in=[action.pk for action in large], user__isnull=False)
    for pk, version, name in kept.order_by("at", "pk").values_list("action", "version", "user__username"):
        yes.setdefault((pk, version), []).append(name)
    return {a.pk: _words(people[a.account_id], yes.get((a.pk, a.version), [])) for a in large}


def not_asked(actions: Iterable[Action], said: Mapping[int, str], user: User) -> dict[int, str]:
    """Why this person's approval is not asked for, by action. `said`: as `told` gave it. One query, or none."""
    about = [one for one in actions if said.get(one.pk, ONE_MANAGER) != ONE_MANAGER]
    if not about:
        return {}
    mine = set(Approval.objects.filter(action__in=about, user=user).values_list("action", "version"))
    found = {one.pk: TWICE for one in about if (one.pk, one.version) in mine}
    return found | {one.pk: PROPOSER for one in about if one.proposed_by_id == user.pk}


def _large(action: Action, above: Decimal, daily: Daily) -> bool:
    return Amount(daily.moved(change_of(action)), to_minor(above, action.currency)).two_needed


def _deciders_of(account_ids: Collection[int]) -> dict[int, int]:
    """How many people may decide, by account."""
    everywhere = set(User.objects.filter(is_superuser=True, is_active=True).values_list("pk", flat=True))
    found = {account_id: set(everywhere) for account_id in account_ids}
    roles = Membership.objects.filter(account__in=account_ids, role__in=MAY_DECIDE, user__is_active=True)
    for account_id, user_id in roles.values_list("account_id", "user_id"):
        found[account_id].add(user_id)
    return {account_id: len(people) for account_id, people in found.items()}


def _words(people: int, yes: Sequence[str]) -> str:
    if people < NEEDED:
        return ONE_MANAGER
    return f"{len(yes)} of {NEEDED} approvals: {', '.join(yes)}" if yes else f"{NEEDED} people must approve it"
