"""What the dispatcher tells people."""

from datetime import datetime

from metaads.graph.errors import MetaError
from notifications.send import notify
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
