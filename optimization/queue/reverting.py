"""Undoing many at once: the last hours of an account, all of it or by source, rule or kind.

First a look (`look`), then the deed (`revert`), each undo by itself in a transaction of its own. Pressing twice, or
two people at once, undo nothing twice: what is being undone already is left out, under a lock.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from metaads.models import AdAccount, Role
from metaads.models.membership import has_role
from optimization.models import Action, Source, Status
from optimization.models.action import IN_FLIGHT_STATUSES
from optimization.ours import NOT_OURS, never_ours
from optimization.queue.decision import BEING_UNDONE
from optimization.queue.errors import Invalid, NotAllowed, QueueError, Stale
from optimization.queue.inverse import Inverse, fields_now, inverses
from optimization.queue.undoing import (
    NO_UNDO,
    Cause,
    by_person,
    draft,
    must_be_possible,
    put_back,
)
from optimization.steps import STEPS, Step, steps_of

MOST_HOURS = 24 * 31
UNDONE = "It is undone already."
OTHERWISE = "It would put back something else by now. Nothing was changed. Look at what stands here, then decide."
UNDER_WAY = "It is still under way at Meta; look again when it has settled."
AN_UNDO = "It is an undo itself. Undo it on its own page, or choose the source “Undo”."
A_PAUSE = "An emergency paused it. Undo it on its own page, or choose the source “Incident”."


@dataclass(frozen=True)
class Wanted:
    """What is to be undone: changes in effect since `since` (business time), all or by source, rule and kind.

    `only`: of these only the ones with such ids (what a person saw when confirming); None = all that fit.
    """

    since: datetime
    source: str = ""
    rule_id: int | None = None
    kind: str = ""
    only: frozenset[int] | None = None

    @classmethod
    def last(cls, hours: float, now: datetime, **more: object) -> "Wanted":
        """The last `hours` before `now`. Raises Invalid for what is no length of time, or over a month."""
        if not 0 < hours <= MOST_HOURS:
            raise Invalid(f"hours: give a number above 0 and up to {MOST_HOURS}.")
        return cls(now - timedelta(hours=hours), **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Look:
    """What would be done. `inverses`: newest change first; `left`: what is not undone and why, newest first.

    `effect`: change of money a day in minor units, 0 for what moves none; `unknown`: how many undos' is not known.
    """

    inverses: tuple[Inverse, ...]
    left: tuple[tuple[Action, str], ...]
    drafts: tuple[Action, ...]
    effect: int
    unknown: int

    @property
    def undoes(self) -> list[Action]:
        return [action for inverse in self.inverses for action in inverse.undoes]

    @property
    def seen(self) -> str:
        """A fingerprint of what would be written: what is done must be what was looked at."""
        said = [
            [
                [action.pk for action in one.undoes],
                one.level,
                one.entity_id,
                one.kind,
                one.field,
                one.before,
                one.wanted,
            ]
            for one in self.inverses
        ]
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]


@dataclass
class Reverted:
    """What was begun: one undo for each inverse that went through, and what was left, with the reason."""

    undos: list[Action] = field(default_factory=list)
    left: list[tuple[Action, str]] = field(default_factory=list)

    @property
    def undone(self) -> set[int]:
        """Ids of the changes that are put back."""
        also = Action.objects.filter(undone_with__in=self.undos).values_list("pk", flat=True)
        return {undo.undo_of_id for undo in self.undos if undo.undo_of_id} | set(also)


def changes(account: AdAccount, wanted: Wanted) -> QuerySet[Action]:
    """What took effect, was undone, or is still under way since then; newest first."""
    settled = Q(executed_at__gte=wanted.since, status__in=[Status.EXECUTED, Status.REVERTED])
    moving = Q(executing_at__gte=wanted.since, status__in=IN_FLIGHT_STATUSES)
    rows = Action.objects.filter(settled | moving, account=account)
    if wanted.source:
        rows = rows.filter(source=wanted.source)
    if wanted.rule_id:
        rows = rows.filter(rule_version__rule_id=wanted.rule_id)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    return rows.select_related("account__connection", "rule_version__rule", "undo_of").order_by("-executed_at", "-pk")


def look(account: AdAccount, wanted: Wanted, now: datetime, cause: Cause | None = None) -> Look:
    """What `revert` would do now. A few queries, whatever the number of changes."""
    rows = list(changes(account, wanted))
    not_ours, undone = never_ours(rows), _being_undone(rows)
    open_rows, left = [], []
    for action in rows:
        why_not = _why_not(action, wanted, not_ours, undone)
        if why_not:
            left.append((action, why_not))
        else:
            open_rows.append(action)
    found, stuck = inverses(open_rows, fields_now(account, open_rows))
    drafts = tuple(draft(inverse, cause or by_person(None), now) for inverse in found)
    left = sorted([*left, *stuck], key=lambda pair: rows.index(pair[0]))
    effects = [effect_of(one) for one in drafts]
    known = [effect for effect in effects if effect is not None]
    return Look(tuple(found), tuple(left), drafts, sum(known), len(effects) - len(known))


def effect_of(undo: Action) -> int | None:
    """Change of money a day, minor unit: a daily budget by its change, a status by what it spent; None = unknown."""
    if undo.field == "daily_budget":
        return int(undo.value_final) - int(undo.value_before)
    if undo.field == STEPS:
        return _sum_of(steps_of(undo.steps))
    if undo.field == "status" or (undo.field == "lifetime_budget" and undo.at_stake is not None):
        falls = undo.value_final == "PAUSED" or (undo.field != "status" and undo.value_final < undo.value_before)
        return None if undo.at_stake is None else undo.at_stake * (-1 if falls else 1)
    return None


def _sum_of(steps: Sequence[Step]) -> int | None:
    """None where a step sets something else than a daily budget."""
    if any(step.field != "daily_budget" for step in steps):
        return None
    return sum(int(step.new) - int(step.old) for step in steps)


def revert(
    account: AdAccount, wanted: Wanted, user: User | None, now: datetime, cause: Cause | None = None, seen: str = ""
) -> Reverted:
    """Undoes all that can be. `seen`: the fingerprint of what the person looked at; anything else is refused, but for
    nothing at all (it was pressed twice).

    Raises NotAllowed, Stale, or Invalid while the executor is off; nothing is begun then.
    """
    if user is not None and not has_role(user, account, Role.MANAGER):
        raise NotAllowed("Undoing is for managers of this ad account. Ask an administrator for the role.")
    must_be_possible()
    why = cause or by_person(user)
    found = look(account, wanted, now, why)
    if seen and found.inverses and seen != found.seen:
        raise Stale(OTHERWISE)
    result = Reverted(left=list(found.left))
    for inverse in found.inverses:
        try:
            result.undos.append(put_back(inverse, why, now))
        except QueueError as error:
            result.left += [(action, str(error)) for action in inverse.undoes]
    return result


def _why_not(action: Action, wanted: Wanted, not_ours: Collection[int], undone: Collection[int]) -> str:
    """Why it is no candidate at all; empty = whether it can be undone is for its present value to say."""
    if action.status == Status.REVERTED:
        return UNDONE
    if action.status != Status.EXECUTED:
        return UNDER_WAY
    if action.pk in undone:
        return BEING_UNDONE
    if action.source == Source.INCIDENT and wanted.source != Source.INCIDENT:
        return A_PAUSE
    if action.source == Source.UNDO and wanted.source != Source.UNDO and not _puts_back_again(action):
        return AN_UNDO
    if action.pk in not_ours:
        return NOT_OURS
    if wanted.only is not None and action.pk not in wanted.only:
        return "It was not among those that were confirmed."
    return ""


def _puts_back_again(undo: Action) -> bool:
    """An undo of an undo: the change itself stands again, so it is a change like any other."""
    undone, depth = undo.undo_of, 1
    while undone is not None and undone.source == Source.UNDO:
        undone, depth = undone.undo_of, depth + 1
    return depth % 2 == 0


def _being_undone(rows: Sequence[Action]) -> set[int]:
    undos = Action.objects.filter(undo_of__isnull=False).exclude(status__in=NO_UNDO)
    ids = [action.pk for action in rows]
    mine = set(undos.filter(undo_of__in=ids).values_list("undo_of_id", flat=True))
    with_others = Action.objects.filter(pk__in=ids, undone_with__in=undos.values("pk"))
    return {pk for pk in mine if pk is not None} | set(with_others.values_list("pk", flat=True))
