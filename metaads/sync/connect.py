"""Connecting: storing credentials (without a call), and checking what they can do."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from metaads import switch
from metaads.graph.client import GraphClient, app_client_for, client_for_connection
from metaads.graph.errors import MetaError, TokenInvalid
from metaads.models import AdAccount, Connection
from metaads.models.account import known_zone
from metaads.sync import fields

RENEW = "Make a new system-user token in Meta's Business settings and connect again."
READ, WRITE = "ads_read", "ads_management"
NO_CURRENCIES = frozenset({"XXX", "XTS"})  # ISO 4217: "no currency" and "for tests".
SEEN_FIELDS = "account_id,name,currency,timezone_name,account_status"


@dataclass(frozen=True)
class AccountFacts:
    """What stands in for an account's facts until its first sync brings Meta's own."""

    currency: str = "USD"
    timezone_name: str = "UTC"
    name: str = ""


@dataclass(frozen=True)
class SeenAccount:
    """An ad account that the token can see. `meta_id`: digits."""

    meta_id: str
    name: str
    currency: str
    timezone_name: str
    account_status: int | None


@dataclass(frozen=True)
class ConnectionReport:
    """What a check found. `problems`: sentences a person can act on; empty = working.

    `checked` is False when no call was made because a switch is off (then `problems` names it).
    `expires_at` None: never, or not known (without the app secret Meta does not say).
    """

    checked: bool
    problems: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    accounts: tuple[SeenAccount, ...] = ()

    @property
    def ok(self) -> bool:
        return self.checked and not self.problems

    @property
    def can_write(self) -> bool:
        return WRITE in self.scopes


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
    connection.state, connection.state_reason = Connection.State.UNCHECKED, ""
    connection.save()
    return connection, tuple(_store_account(connection, meta_id, now, facts) for meta_id in ids)


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


def check_connection(connection: Connection, now: datetime) -> ConnectionReport:
    """Asks Meta what the token is good for, and stores state, reason, scopes and expiry. Two calls or so.

    With ENABLE_INTELLIGENCE off it makes no call, changes nothing and names the switch.
    """
    off = switch.why_off(switch.INTELLIGENCE)
    if off:
        return ConnectionReport(checked=False, problems=(f"Not checked: {off}",))
    report = _token_report(connection, now)
    if not report.problems:
        report = _with_accounts(report, connection)
    _store_report(connection, report)
    return report


def _token_report(connection: Connection, now: datetime) -> ConnectionReport:
    """From debug_token, which needs the app's own token; without an app secret it stays unknown."""
    if not (connection.app_id and connection.app_secret):
        return ConnectionReport(checked=True)
    try:
        client = app_client_for(connection)
        asked = client.get_in_body("debug_token", {"input_token": connection.access_token})
        data = fields.mapping(asked.get("data"))
    except TokenInvalid as error:
        return _failed(f"Meta does not accept the app id and app secret: {error} Enter both again.")
    except MetaError as error:
        return _failed(f"Meta could not be asked about the token: {error} Check again later.")
    scopes = tuple(sorted(str(scope) for scope in fields.listing(data.get("scopes"))))
    expires = fields.unix(data.get("expires_at"))
    return ConnectionReport(True, tuple(_token_problems(data, scopes, expires, now)), scopes, expires)


def _token_problems(
    data: dict[str, Any], scopes: tuple[str, ...], expires: datetime | None, now: datetime
) -> Iterable[str]:
    if not data.get("is_valid"):
        yield f"The token is not valid any more. {RENEW}"
    elif expires and expires <= now:
        yield f"The token expired on {expires:%d %B %Y}. {RENEW}"
    elif not {READ, WRITE} & set(scopes):
        yield f"The token has neither {READ} nor {WRITE}: it cannot read ads. {RENEW}"


def _with_accounts(report: ConnectionReport, connection: Connection) -> ConnectionReport:
    try:
        seen = discover(client_for_connection(connection))
    except TokenInvalid as error:
        return replace(report, problems=(f"Meta does not accept the token: {error} {RENEW}",))
    except MetaError as error:
        return replace(report, problems=(f"Meta did not list the accounts: {error} Check again later.",))
    visible = {account.meta_id for account in seen}
    lost = connection.accounts.exclude(meta_id__in=visible).filter(active=True, read_only=False)
    problems = tuple(
        f"The token cannot see {account.name} ({account.path_id}). Assign the account to the system user at Meta."
        for account in lost
    )
    return replace(report, accounts=seen, problems=problems)


def discover(client: GraphClient) -> tuple[SeenAccount, ...]:
    """The ad accounts that are assigned to the token's user. Raises metaads.graph.errors."""
    pages = client.pages(("me", "adaccounts"), {"fields": SEEN_FIELDS, "limit": 200})
    return tuple(_seen(raw) for page in pages for raw in page)


def _seen(raw: dict[str, Any]) -> SeenAccount:
    return SeenAccount(
        meta_id=fields.text(raw.get("account_id") or raw.get("id")).removeprefix("act_"),
        name=fields.text(raw.get("name")),
        currency=fields.text(raw.get("currency")),
        timezone_name=fields.text(raw.get("timezone_name")),
        account_status=fields.whole(raw.get("account_status")),
    )


def _failed(problem: str) -> ConnectionReport:
    return ConnectionReport(checked=True, problems=(problem,))


def _store_report(connection: Connection, report: ConnectionReport) -> None:
    connection.state = Connection.State.OK if report.ok else Connection.State.BROKEN
    connection.state_reason = " ".join(report.problems)
    connection.scopes, connection.token_expires_at = list(report.scopes), report.expires_at
    connection.save(update_fields=["state", "state_reason", "scopes", "token_expires_at"])
