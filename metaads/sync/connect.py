"""Connecting: storing credentials and choosing accounts, without a call. What they can do is asked by `check`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from metaads.models import AdAccount, Connection
from metaads.models.account import known_zone
from metaads.sync.steps import forget_failures

NO_CURRENCIES = frozenset({"XXX", "XTS"})  # ISO 4217: "no currency" and "for tests".


@dataclass(frozen=True)
class AccountFacts:
    """What stands in for an account's facts until its first sync brings Meta's own."""

    currency: str = "USD"
    timezone_name: str = "UTC"
    name: str = ""


@transaction.atomic
def store_connection(
    name: str,
    graph_url: str,
    token: str,
    app_id: str,
    app_secret: str,
    account_ids: Sequence[str] | None,
    now: datetime,
    sandbox: bool = False,
    api_version: str = "",
    facts: AccountFacts = AccountFacts(),
) -> tuple[Connection, tuple[AdAccount, ...]]:
    """Stores a connection and its accounts without any call: it works while everything is off.

    The same name and host again replaces the credentials (that is how a token is renewed); an account that is
    already known moves to this connection and keeps everything else. Without an app secret a stored one of the same
    app stays. Ids may carry `act_`. Raises ValueError.
    """
    ids = [digits(account_id) for account_id in account_ids or ()]
    check_url(graph_url)
    check_facts(facts)
    found = Connection.objects.filter(name=name, graph_url=graph_url).first()
    connection = found or Connection(name=name, graph_url=graph_url)
    connection.access_token = token
    if app_secret or app_id not in {"", connection.app_id}:
        connection.app_id, connection.app_secret = app_id, app_secret
    connection.sandbox = sandbox
    if api_version:
        connection.api_version = checked_version(api_version)
    _unchecked(connection)
    return connection, tuple(_store_account(connection, meta_id, now, facts) for meta_id in ids)


@transaction.atomic
def change_connection(
    connection: Connection, *, name: str, graph_url: str, api_version: str, app_id: str, app_secret: str, token: str
) -> Connection:
    """Changes a stored connection, without a call. An empty token or secret leaves the stored one.

    Another host or another app needs its secrets again: the stored ones must not go where they were not meant for.
    Raises ValueError with a text for people.
    """
    check_url(graph_url)
    if graph_url != connection.graph_url and not token:
        raise ValueError("Enter the access token again: the stored one is not sent to another host.")
    if graph_url != connection.graph_url and app_id and not app_secret:
        raise ValueError("Enter the app secret again: the stored one is not sent to another host.")
    if app_id != connection.app_id or app_secret:
        connection.app_id, connection.app_secret = app_id, app_secret
    if token:
        connection.access_token = token
    connection.name, connection.graph_url = name, graph_url
    connection.api_version = checked_version(api_version)
    _unchecked(connection)
    return connection


@transaction.atomic
def add_accounts(
    connection: Connection, chosen: Sequence[tuple[str, AccountFacts]], now: datetime
) -> tuple[AdAccount, ...]:
    """Watches more accounts by a stored connection: (id, facts) each. A known account moves here. Raises ValueError."""
    for _, facts in chosen:
        check_facts(facts)
    return tuple(_store_account(connection, digits(meta_id), now, facts) for meta_id, facts in chosen)


def _unchecked(connection: Connection) -> None:
    """New credentials: what failed because of the old ones is tried again at once."""
    connection.state, connection.state_reason = Connection.State.UNCHECKED, ""
    connection.seen_accounts = connection.checked_at = connection.token_expires_at = None
    connection.save()
    connection.accounts.update(next_collect_at=None)
    forget_failures(connection.accounts.all())


def digits(account_id: str) -> str:
    """`act_123` or `123` -> `123`. Raises ValueError with a text for people."""
    bare = account_id.strip().removeprefix("act_")
    if not re.fullmatch(r"[0-9]{1,32}", bare):
        raise ValueError(f"{account_id!r} is no ad account id: Meta's look like act_1234567890.")
    return bare


def checked_version(version: str) -> str:
    """`v26.0`. Raises ValueError for anything else: an unversioned call gets whatever Meta likes."""
    if not re.fullmatch(r"v[0-9]{1,3}\.[0-9]", version):
        raise ValueError(f"{version!r} is no API version: Meta's look like v26.0.")
    return version


def check_facts(facts: AccountFacts) -> None:
    """Raises ValueError for a currency or a time zone that pages could not show."""
    if not re.fullmatch(r"[A-Z]{3}", facts.currency) or facts.currency in NO_CURRENCIES:
        raise ValueError(f"currency: {facts.currency!r} is no currency: write its three capital letters, like EUR.")
    if not known_zone(facts.timezone_name):
        raise ValueError(f"timezone: {facts.timezone_name!r} is no time zone: write it like Europe/Berlin.")


def check_url(graph_url: str) -> None:
    """Raises ValueError for what cannot be a Graph host's address. Test doubles may speak plain http, Meta may not."""
    parts = urlsplit(graph_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"/v[0-9]", parts.path) or parts.query:
        raise ValueError(
            f"{graph_url!r} is no Graph host: write it like https://graph.facebook.com, without a version."
        )
    if parts.scheme == "http" and parts.hostname.endswith("facebook.com"):
        raise ValueError(f"{graph_url!r} is not encrypted and would show the token: write https.")


def _store_account(connection: Connection, meta_id: str, now: datetime, facts: AccountFacts) -> AdAccount:
    account, _ = AdAccount.objects.update_or_create(
        meta_id=meta_id,
        defaults={"connection": connection},
        create_defaults={
            "connection": connection,
            "name": facts.name or f"Account {meta_id}",
            "currency": facts.currency,
            "timezone_name": facts.timezone_name,
            "connected_at": now,
        },
    )
    return account
