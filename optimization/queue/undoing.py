"""Undo: a new action with the old values, proposed and approved in one step.

An undo is an executed action with an inverse like any other, so it can be undone too. Its original stays *reverted*:
what is in effect again is then the undo's undo, and that has its own button (docs/decisions/0012).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q

from metaads import switch
from optimization.kinds import KINDS
from optimization.ledger import record
from optimization.models import OPEN_STATUSES, Action, Incident, Source, Status
from optimization.ours import NOT_OURS, never_ours
from optimization.queue.decision import BEING_UNDONE, approved, load, may_decide, who
from optimization.queue.errors import AlreadyDecided, Invalid, Stale
from optimization.queue.inverse import Inverse, inverse_of
from optimization.queue.propose import percent_change, stake_of
from optimization.queue.races import make_way, plainly
from optimization.queue.states import move

BY_PERSON, TIME_IS_OVER, LOSS, INCIDENT = "undo", "timed", "loss", "incident"
CAME_TO_NOTHING = (Status.FAILED, Status.CANCELLED, Status.EXPIRED, Status.REJECTED, Status.SUPERSEDED)
NO_UNDO = (*CAME_TO_NOTHING, *OPEN_STATUSES)
"""Statuses of an undo that does nothing (yet): one that is only proposed makes way for one that is approved."""


@dataclass(frozen=True)
class Cause:
    """Why something is undone. `sentence` may use {made}: when the change took effect, in the account's time.

    `user` None: the system where `by_system`, else the operator at the command line. `open_for`: only propose it, for
    so long; None = approved at once.
    """

    code: str
    sentence: str
    note: str
    instead: str
    user: User | None = None
    by_system: bool = False
    incident: Incident | None = None
    open_for: timedelta | None = None

    @property
    def by(self) -> dict[str, Any]:
        return {"actor": "system", "user_id": None} if self.by_system else who(self.user)


def by_person(user: User | None, code: str = BY_PERSON, incident: Incident | None = None) -> Cause:
    sentence, instead = "Undo of the change of {made}.", "A person undoes the last change instead."
    return Cause(code, sentence, "a person's decision", instead, user, incident=incident)


def undo(action_id: int, user: User | None, now: datetime) -> Action:
    """Puts the old value back, if the entity still has ours: a new action, proposed and approved in one step.

    Raises AlreadyDecided, Invalid, NotAllowed or Stale, which says what was changed since.
    """
    original = load(action_id)
    may_decide(original, user)
    if original.status != Status.EXECUTED or KINDS[original.kind].inverse_key() is None:
        raise Invalid(f"Only an executed change can be undone; this one is {original.get_status_display().lower()}.")
    if never_ours([original]):
        raise Invalid(NOT_OURS)
    must_be_possible()
    inverse = inverse_of(original)
    if isinstance(inverse, str):
        raise Stale(inverse)
    return put_back(inverse, by_person(user), now)


def must_be_possible() -> None:
    """An undo is a write: while the executor is off, none is begun."""
    off = switch.why_off(switch.EXECUTOR)
    if off:
        raise Invalid(f"Nothing can be undone now: {off}")


def undo_as_timed(original: Action, timed: str, now: datetime) -> Action:
    """The undo of a change whose time is over, by the system. Call it with the original's row locked and checked.

    `timed`: for how long it was meant, in words. The database refuses a second undo (AlreadyDecided).
    """
    inverse = inverse_of(original)
    if isinstance(inverse, str):
        raise Invalid(inverse)
    sentence = f"The change of {{made}} was meant {timed}."
    instead = "The time of the last change is over, so it is undone instead."
    note = "a person's decision" if original.timed else "as its rule said"
    return put_back(inverse, Cause(TIME_IS_OVER, sentence, note, instead, by_system=True), now)


def being_undone(action: Action) -> bool:
    """Whether an undo of it, of its own or with later ones of the same object, is under way or done."""
    mine = Q(undo_of=action) | Q(also_undid=action)
    return Action.objects.filter(mine).exclude(status__in=NO_UNDO).exists()


def put_back(inverse: Inverse, cause: Cause, now: datetime) -> Action:
    """Stores the undo, approved unless the cause only proposes. Raises AlreadyDecided if one of them is undone already,
    and AlreadyDecided or Stale where somebody else decided on the same at this moment.
    """
    with plainly(BEING_UNDONE):
        return _put_back(inverse, cause, now)


def _put_back(inverse: Inverse, cause: Cause, now: datetime) -> Action:
    """The rows of all that it undoes are locked in order of id, so that two who ask at once make one undo."""
    ids = sorted(action.pk for action in inverse.undoes)
    rows = {row.pk: row for row in Action.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")}
    if any(row.status != Status.EXECUTED or being_undone(row) for row in rows.values()):
        raise AlreadyDecided(BEING_UNDONE)
    newest = rows[inverse.undoes[0].pk]
    undoing = draft(inverse, cause, now)
    make_way(undoing, now, cause.instead)
    undoing.save()
    Action.objects.filter(pk__in=ids).exclude(pk=newest.pk).update(undone_with=undoing)
    payload = {
        "undo_of": [str(action.public_id) for action in inverse.undoes],
        "before": undoing.value_before,
        "wanted": undoing.value_wanted,
        "field": undoing.field,
        "reason": undoing.reason,
    }
    about: dict[str, Any] = {"account_id": undoing.account_id, "action_id": undoing.public_id, "payload": payload}
    record("optimization_suggested", now=now, **about, **cause.by)
    return undoing if cause.open_for else approved(undoing, cause.user, now, cause.code, by=cause.by)


def draft(inverse: Inverse, cause: Cause, now: datetime) -> Action:
    """The undo as it would be stored, unsaved: also what a preview shows."""
    newest = inverse.undoes[0]
    when = newest.executed_at or now
    made = newest.account.moment(when)
    more = f" And of {len(inverse.undoes) - 1} earlier of the same." if len(inverse.undoes) > 1 else ""
    stake = stake_of(inverse.field, inverse.before, inverse.wanted, None)
    return Action(
        account=newest.account,
        level=inverse.level,
        entity_id=inverse.entity_id,
        entity_name=inverse.entity_name,
        campaign_id=newest.campaign_id,
        campaign_name=newest.campaign_name,
        kind=inverse.kind,
        source=Source.UNDO,
        undo_of=newest,
        incident=cause.incident,
        proposed_by=cause.user,
        field=inverse.field,
        value_before=inverse.before,
        value_wanted=inverse.wanted,
        value_final=inverse.wanted,
        steps=[step.as_json() for step in inverse.steps],
        currency=newest.currency,
        amount_pct=percent_change(inverse.before, inverse.wanted),
        at_stake=newest.at_stake if stake is None else stake,
        reason_code=cause.code,
        reason=cause.sentence.format(made=made) + more,
        confidence_note=cause.note,
        status=Status.PENDING,
        proposed_at=now,
        refreshed_at=now,
        expires_at=now + cause.open_for if cause.open_for else None,
    )


def mark_reverted(original: Action, undo: Action, now: datetime) -> None:
    """The originals of an undo that took effect. Call in the transaction that says so.

    As they stand now, under a lock: what was noted on one since it was loaded must not undo the undo.
    """
    mine = Q(pk=original.pk) | Q(undone_with=undo)
    undone = Action.objects.select_for_update(of=("self",)).filter(mine, status=Status.EXECUTED).order_by("pk")
    note = "Undone by hand." if undo.by_hand else "Undone: the old value stands again."
    payload = {"undone_by": str(undo.public_id), "by_hand": undo.by_hand}
    actor = "system" if undo.by_hand else "executor"
    for action in list(undone):
        move(action, Status.REVERTED, now=now, actor=actor, payload=payload, outcome_note=note)
