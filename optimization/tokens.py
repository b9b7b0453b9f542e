"""API tokens: made and withdrawn by their owner, with the ledger event in the same transaction.

A token may do what its owner may do. Only its hash is kept, so it is shown once.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from knox.models import AuthToken

from optimization.ledger import record


@dataclass(frozen=True)
class HeldToken:
    """`start`: the token's first characters, to tell it from others. Times are machine time."""

    start: str
    created: datetime
    expires: datetime | None

    @property
    def expired(self) -> bool:
        return self.expires is not None and self.expires <= timezone.now()


def tokens_of(user: User) -> list[HeldToken]:
    """Newest first."""
    rows = AuthToken.objects.filter(user=user).order_by("-created")
    return [HeldToken(row.token_key, row.created, row.expiry) for row in rows]


@transaction.atomic
def make_token(user: User, now: datetime) -> str:
    """A new token in plain text; it can't be read again. It ends after API_TOKEN_DAYS."""
    held, plain = AuthToken.objects.create(user)
    _note("api_token_made", held.token_key, user, now)
    return str(plain)


@transaction.atomic
def withdraw_token(user: User, start: str, now: datetime, by: User | None = None) -> bool:
    """Whether `user` had one that begins so; it fails from now on. `by`: who withdraws it, if not the user."""
    gone, _ = AuthToken.objects.filter(user=user, token_key=start).delete()
    if gone:
        _note("api_token_withdrawn", start, user, now, by)
    return bool(gone)


def _note(what: str, start: str, owner: User, now: datetime, by: User | None = None) -> None:
    payload = {"what": what, "start": start, "owner": owner.pk}
    record("token_changed", account_id=None, actor="user", user_id=(by or owner).pk, payload=payload, now=now)
