"""Door for connecting ad accounts: stores credentials without any call, with the ledger in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from metaads.models import AdAccount, Connection
from metaads.sync.connect import AccountFacts, store_connection
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
