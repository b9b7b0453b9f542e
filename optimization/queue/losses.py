"""Automatic revert: a change that clearly lost money in its first day is undone, or its undo is proposed.

Off unless an administrator sets it and a loss for the account (`AccountLimits.auto_revert`, `auto_revert_loss`).
Clear: the interval of the 24 h outcome excludes zero. In the mode *suggest* nothing acts by itself, so it proposes.
"""

from datetime import datetime, timedelta

from django.conf import settings

from metaads import switch
from metaads.graph.money import money_text, to_minor
from metaads.models import AdAccount
from notifications.send import notify
from optimization.kinds import describe
from optimization.models import Action, EmergencyStop, Outcome, Source, Status
from optimization.models.limits import AccountLimits, AutoRevert
from optimization.models.outcome import Effect, Horizon
from optimization.ours import never_ours
from optimization.queue.errors import QueueError
from optimization.queue.inverse import inverse_of
from optimization.queue.undoing import LOSS, Cause, put_back

FRESH = timedelta(hours=48)
"""An older measurement says nothing of what is lost now."""


def look_at_losses(account: AdAccount, now: datetime) -> int:
    """Undos begun or proposed for the account's clear losses. Each change is looked at once, whatever became of it."""
    limits = AccountLimits.objects.filter(account=account).first()
    if limits is None or limits.auto_revert == AutoRevert.OFF or limits.auto_revert_loss is None:
        return 0
    if EmergencyStop.objects.in_force(account):
        return 0
    alone = limits.auto_revert == AutoRevert.UNDO and limits.mode == AccountLimits.Mode.AUTO
    if alone and not switch.is_on(switch.EXECUTOR):
        return 0
    most = to_minor(limits.auto_revert_loss, account.currency)
    return sum(_undo(outcome, most, alone, now) for outcome in _losses(account, most, now))


def _losses(account: AdAccount, most: int, now: datetime) -> list[Outcome]:
    """Measured lately, worse beyond doubt and beyond `most` (minor unit), and never answered by us before.

    An undo that is followed by a loss stays: to undo it would bring back what was not wanted, and so on day by day.
    """
    answered = Action.objects.filter(undo_of__isnull=False, reason_code=LOSS).values("undo_of")
    rows = Outcome.objects.filter(
        action__account=account,
        action__status=Status.EXECUTED,
        horizon=Horizon.DAY,
        verdict=Effect.WORSE,
        high__lt=0,
        effect__lt=-most,
        measured_at__gt=now - FRESH,
    )
    rows = rows.exclude(action__source__in=(Source.UNDO, Source.INCIDENT))
    return list(rows.exclude(action__in=answered).select_related("action__account__connection").order_by("pk"))


def _undo(outcome: Outcome, most: int, alone: bool, now: datetime) -> int:
    action = outcome.action
    inverse = inverse_of(action)
    if isinstance(inverse, str) or outcome.effect is None or never_ours([action]):
        return 0
    lost, limit = (money_text(abs(minor), action.currency) for minor in (outcome.effect, most))
    cause = Cause(
        code=LOSS,
        sentence=f"The change of {{made}} lost {lost} in 24 h, more than the limit of {limit}.",
        note=f"measured; the interval excludes zero ({outcome.method})" if outcome.method else "measured",
        instead="The last change lost money, so it is undone instead.",
        by_system=True,
        open_for=None if alone else settings.PROPOSAL_EXPIRES_AFTER,
    )
    try:
        undo = put_back(inverse, cause, now)
    except QueueError:
        return 0
    _tell(undo, alone, now)
    return 1


def _tell(undo: Action, alone: bool, now: datetime) -> None:
    head = describe(undo)
    notify(
        subject=f"account:{undo.account_id}",
        key=f"loss:{undo.public_id}",
        kind="alert" if alone else "action_pending",
        severity="warning",
        title=f"{'Being undone' if alone else 'Undo it?'} {head.verb} {head.name}",
        body=undo.reason,
        link=f"/actions/{undo.public_id}/",
        now=now,
    )
