"""Asking Meta what a connection's token is good for: scopes, expiry, accounts. Few calls, nothing changed at Meta."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from metaads import switch
from metaads.graph.client import GraphClient, app_client_for, client_for_connection
from metaads.graph.errors import MetaError, OutcomeUnknown, TokenInvalid
from metaads.models import AdAccount, Connection
from metaads.sync import fields

RENEW = "Make a new system-user token in Meta's Business settings and connect again."
READ, WRITE = "ads_read", "ads_management"
SEEN_FIELDS = "account_id,name,currency,timezone_name,account_status"
# From here on a person is told that the token ends.
EXPIRES_SOON = timedelta(days=7)
CHECK_EVERY = timedelta(hours=20)


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

    `checked` is False when no call was made because a switch is off (then `problems` names it). `away`: Meta could not
    be asked, which says nothing of the token: the stored state stays. `asked`: the accounts were listed.
    `expires_at` None: never, or not known (without the app secret Meta does not say).
    """

    checked: bool
    problems: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None
    accounts: tuple[SeenAccount, ...] = ()
    away: bool = False
    asked: bool = False

    @property
    def ok(self) -> bool:
        return self.checked and not self.problems

    @property
    def can_write(self) -> bool:
        return WRITE in self.scopes


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
    _store_report(connection, report, now)
    return report


def check_daily(account: AdAccount, now: datetime) -> str:
    """Once a day for each connection, whichever of its accounts comes first: an expiry must be seen before it bites."""
    link = Connection.objects.get(pk=account.connection_id)
    if link.checked_at and now - CHECK_EVERY < link.checked_at <= now:
        return "checked already"
    report = check_connection(link, now)
    if report.away:
        raise OutcomeUnknown(" ".join(report.problems))
    return " ".join(report.problems) or "the token works"


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
        return _away(f"Meta could not be asked about the token: {error} Check again later.")
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
        return replace(report, problems=(f"Meta did not list the accounts: {error} Check again later.",), away=True)
    visible = {account.meta_id for account in seen}
    lost = connection.accounts.exclude(meta_id__in=visible).filter(active=True, read_only=False)
    problems = tuple(
        f"The token cannot see {account.name} ({account.path_id}). Assign the account to the system user at Meta."
        for account in lost
    )
    return replace(report, accounts=seen, problems=problems, asked=True)


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


def _away(problem: str) -> ConnectionReport:
    return ConnectionReport(checked=True, problems=(problem,), away=True)


def _store_report(connection: Connection, report: ConnectionReport, now: datetime) -> None:
    if report.away:
        return
    connection.state = _state(report)
    connection.state_reason = " ".join(report.problems)
    connection.scopes, connection.token_expires_at = list(report.scopes), report.expires_at
    connection.seen_accounts = [seen.meta_id for seen in report.accounts] if report.asked else None
    connection.checked_at = now
    connection.save(
        update_fields=["state", "state_reason", "scopes", "token_expires_at", "seen_accounts", "checked_at"]
    )


def _state(report: ConnectionReport) -> str:
    """A token that works but misses accounts is no broken one: the accounts that it sees go on."""
    if report.ok:
        return Connection.State.OK
    return Connection.State.PARTIAL if report.asked else Connection.State.BROKEN


def lost(connection: Connection, account: AdAccount) -> bool:
    """Whether the token could not see this account at the last check."""
    return connection.seen_accounts is not None and account.meta_id not in connection.seen_accounts
