"""Doors for connecting ad accounts: credentials, accounts and the ledger's event in one transaction.

Storing makes no call; choosing accounts asks Meta first which of them the token sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from metaads.models import AdAccount, Connection
from metaads.sync.check import ConnectionReport, check_connection
from metaads.sync.connect import AccountFacts, add_accounts, change_connection, store_connection
from optimization.ledger import record


@dataclass(frozen=True)
class Credentials:
    """What a person enters. Secrets are sealed on storing and never shown again."""

    name: str
    graph_url: str
    token: str
    app_id: str = ""
    app_secret: str = ""
    sandbox: bool = False
    api_version: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.name!r}, {self.graph_url!r})"


@transaction.atomic
def connect(
    credentials: Credentials,
    account_ids: Sequence[str],
    user: User | None,
    now: datetime,
    facts: AccountFacts = AccountFacts(),  # noqa: B008 - frozen
) -> tuple[Connection, tuple[AdAccount, ...]]:
    """Stores a connection and its accounts; works while everything is off. Raises ValueError with a text for people."""
    connection, accounts = store_connection(
        credentials.name,
        credentials.graph_url,
        credentials.token,
        credentials.app_id,
        credentials.app_secret,
        account_ids,
        now,
        sandbox=credentials.sandbox,
        api_version=credentials.api_version,
        facts=facts,
    )
    who: dict[str, Any] = {"actor": "user" if user else "operator", "user_id": user.pk if user else None}
    payload = {"connection": str(connection.pk), "graph_url": connection.graph_url}
    chains: list[int | None] = [account.pk for account in accounts]
    for account_id in chains or [None]:
        record("token_changed", account_id=account_id, now=now, payload=payload, **who)
    return connection, accounts


@transaction.atomic
def change(connection: Connection, wanted: Credentials, user: User, now: datetime) -> Connection:
    """Changes a stored connection. An empty token or secret leaves the stored one. Raises ValueError with a text."""
    before = {name: getattr(connection, name) for name in _SHOWN}
    changed = change_connection(
        connection,
        name=wanted.name,
        graph_url=wanted.graph_url,
        api_version=wanted.api_version,
        app_id=wanted.app_id,
        app_secret=wanted.app_secret,
        token=wanted.token,
    )
    payload = {
        "connection": str(changed.pk),
        "before": before,
        "after": {name: getattr(changed, name) for name in _SHOWN},
        "renewed": [name for name, given in (("token", wanted.token), ("secret", wanted.app_secret)) if given],
    }
    kind = "token_changed" if payload["renewed"] else "setting_changed"
    chains: list[int | None] = list(changed.accounts.values_list("pk", flat=True))
    for account_id in chains or [None]:
        record(kind, account_id=account_id, actor="user", user_id=user.pk, now=now, payload=payload)
    return changed


_SHOWN = ("name", "graph_url", "api_version", "app_id")


class NotSeen(ValueError):
    """An account was chosen that the token does not see, or Meta could not be asked. The text is for people."""


def choose_accounts(
    connection: Connection, meta_ids: Sequence[str], user: User, now: datetime
) -> tuple[AdAccount, ...]:
    """Watches the chosen ones of the accounts that the token sees, with Meta's own names, currencies and zones.

    Asks Meta (outside of the transaction). Raises NotSeen, or ValueError for a currency or zone unknown here.
    """
    report = check_connection(connection, now)
    seen = {account.meta_id: account for account in report.accounts}
    missing = [meta_id for meta_id in meta_ids if meta_id not in seen]
    if missing or not meta_ids:
        raise NotSeen(_why_not(report, missing))
    chosen = [
        (meta_id, AccountFacts(seen[meta_id].currency, seen[meta_id].timezone_name, seen[meta_id].name))
        for meta_id in meta_ids
    ]
    return _watch(connection, chosen, user, now)


def _why_not(report: ConnectionReport, missing: Sequence[str]) -> str:
    if not missing:
        return "Choose at least one account."
    names = ", ".join(f"act_{meta_id}" for meta_id in missing)
    return f"The token does not see {names}. {' '.join(report.problems)}".strip()


@transaction.atomic
def _watch(
    connection: Connection, chosen: Sequence[tuple[str, AccountFacts]], user: User, now: datetime
) -> tuple[AdAccount, ...]:
    accounts = add_accounts(connection, chosen, now)
    for account in accounts:
        payload = {"connection": str(connection.pk), "watched": account.meta_id}
        record("setting_changed", account_id=account.pk, actor="user", user_id=user.pk, now=now, payload=payload)
    return accounts
