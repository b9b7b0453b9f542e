"""Two who want the same at one moment: what is wanted now goes before what waits, and who comes second is told so."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction

from optimization.models import OPEN_STATUSES, Action, Status
from optimization.queue.decision import lost
from optimization.queue.errors import AlreadyDecided
from optimization.queue.states import LostRace, move

MEANWHILE = "The same was proposed at this very moment. Look again, then decide."


@contextmanager
def plainly(taken: str = MEANWHILE) -> Iterator[None]:
    """A transaction whose lost race is one of the queue's own errors, in words: AlreadyDecided or Stale.

    `taken`: said where a row that may stand but once (an open proposal, an undo) was stored by somebody else.
    """
    try:
        with transaction.atomic():
            try:
                yield
            except LostRace as race:
                raise lost(race) from None
    except IntegrityError:
        raise AlreadyDecided(taken) from None


def make_way(action: Action, now: datetime, reason: str) -> None:
    """Open proposals for the same object and kind are superseded. Call it in the transaction that stores `action`.

    All are locked before the first is moved: one on which somebody decides at this moment is left to that decision,
    and nobody waits for the ledger with a row that we want.
    """
    same = Action.objects.select_for_update(of=("self",)).filter(
        account_id=action.account_id,
        level=action.level,
        entity_id=action.entity_id,
        kind=action.kind,
        status__in=OPEN_STATUSES,
    )
    for proposal in list(same.order_by("pk")):
        move(proposal, Status.SUPERSEDED, now=now, actor="system", payload={"reason": reason}, outcome_note=reason)
