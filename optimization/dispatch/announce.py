"""What the dispatcher tells people."""

from datetime import datetime

from metaads.executor import Live
from metaads.graph.errors import MetaError
from metaads.models import AdAccount, Breaker, JournalStep
from notifications.send import notify
from optimization.dispatch.held import Held
from optimization.kinds import describe
from optimization.models import Action


def _subject(action: Action) -> str:
    return f"account:{action.account_id}"


def failed(action: Action, reason: str, now: datetime) -> None:
    head = describe(action)
    notify(
        subject=_subject(action),
        key=f"action-failed:{action.public_id}",
        kind="action_failed",
        severity="error",
        title=f"Not done: {head.verb} {head.name}",
        body=reason,
        link=f"/actions/{action.public_id}/",
        now=now,
    )


def token_trouble(action: Action, error: MetaError, now: datetime) -> None:
    """One notice per account and day."""
    notify(
        subject=_subject(action),
        key=f"token:{action.account_id}:{now:%Y-%m-%d}",
        kind="alert",
        severity="error",
        title=f"Meta refuses our token for {action.account.name}",
        body=f"{error.detail.for_people()} Nothing is executed there until an administrator enters a new token.",
        link="/",
        now=now,
    )


def made_by_a_late_worker(held: Held, live: Live, now: datetime) -> None:
    """A worker that lost its lease has made something all the same. Its successor found it, or made another one."""
    kept = JournalStep.objects.values_list("made_id", flat=True).get(pk=held.claim.step_id)
    if kept in ("", live.value):
        return
    notify(
        subject=_subject(held.action),
        key=f"made-twice:{live.value}",
        kind="alert",
        severity="error",
        title=f"Made twice: {live.name or held.change.name}",
        body=f"{live.value} was made beside {kept} by a worker that had been held up. It is paused: delete it at Meta.",
        link=f"/actions/{held.action.public_id}/",
        now=now,
    )


STILL_VERIFIED = "What was sent before is still verified. Nothing has to be done here."


def outage(breaker: Breaker, now: datetime) -> None:
    """Once per outage, to everybody whose accounts it concerns."""
    for account in AdAccount.objects.filter(connection=breaker.connection_id, active=True):
        notify(
            subject=f"account:{account.pk}",
            key=f"outage:{breaker.pk}:{breaker.opened_at:%Y-%m-%dT%H:%M:%S}:{account.pk}",
            kind="alert",
            severity="error",
            title=f"Meta does not work: changes of {account.name} wait",
            body=f"{breaker.sentence(account.zone)} {STILL_VERIFIED}",
            link="/operations/?tab=meta",
            now=now,
        )
