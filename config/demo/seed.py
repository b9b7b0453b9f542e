"""Fills an empty demo: accounts, people, a month of history, targets, the shipped rules and their first proposals."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from config.demo.people import settle
from intelligence.collect.backfill import backfill
from intelligence.metrics.series import account_daily
from intelligence.observe import observe
from metaads.clock import business_now
from metaads.models import AdAccount, Connection
from metaads.sync.check import check_connection
from metaads.sync.structure import sync_structure
from optimization.connections import Credentials, connect
from optimization.cycle import run_cycle
from optimization.models import OPEN_STATUSES, Action
from optimization.rules.services import adopt_for_each_currency, set_active
from optimization.rules.templates import STARTERS
from optimization.settings_doors import save_target

NAME = "Sandbox"
SHIPPED = "a shipped template on simulated money: the demo shows proposals at once"
SAME_CLOCK = timedelta(seconds=5)
ROAS_GOAL = Decimal("2.0")
Say = Callable[[str], None]


class SeedFailed(Exception):
    """A step of the first filling failed; the text says which. Starting the demo again goes on from there."""


def link(facts: Mapping[str, Any], url: str, now: datetime) -> list[AdAccount]:
    """Connects the sandbox's accounts; at each start, for port and virtual time may differ. `now`: the wall clock."""
    drift = datetime.fromisoformat(facts["clock"]["now"]) - now
    offset = drift if abs(drift) > SAME_CLOCK else timedelta(0)
    Connection.objects.filter(name=NAME).update(graph_url=url, clock_offset=offset)
    credentials = Credentials(NAME, url, facts["access_token"], facts["app_id"], facts["app_secret"], sandbox=True)
    ids = [account["id"] for account in facts["accounts"]]
    known = Connection.objects.filter(name=NAME).first()
    if known and known.accounts.count() == len(ids):
        return list(known.accounts.select_related("connection"))
    _, accounts = connect(credentials, ids, None, now)
    return list(accounts)


def fill(accounts: Sequence[AdAccount], home: Path, say: Say) -> None:
    """Does what is missing; a second call on a filled demo does next to nothing. Raises SeedFailed."""
    users = settle(accounts, home)
    admin = users["demo-admin"]
    if Action.objects.exists():
        return
    report = check_connection(accounts[0].connection, business_now(accounts[0]))
    if not report.ok:
        raise SeedFailed("The sandbox refused its own token: " + " ".join(report.problems))
    for account in accounts:
        _past(account, admin, say)
    _rules(accounts, admin)
    for account in accounts:
        _present(account, say)


def _past(account: AdAccount, admin: User, say: Say) -> None:
    """Structure and a month of daily totals, then a target that about half of the spend meets."""
    now = business_now(account)
    sync_structure(account, now)
    account.refresh_from_db()
    history = backfill(account, now, settings.INITIAL_HISTORICAL_DAYS)
    if history.problem:
        raise SeedFailed(f"{account}: {history.problem}")
    say(f"{account.name}: {history.days // 3} days of history read ({account.currency}, {account.timezone_name})")
    save_target(account, "", target_cpa(account, now), ROAS_GOAL, admin, now)


def target_cpa(account: AdAccount, now: datetime) -> Decimal | None:
    """The account's own cost per conversion of the last 30 days, to two figures; None without conversions."""
    series = account_daily(account, ["spend", "conversions"], 31, now).values
    spend, conversions = (sum(value or 0.0 for value in series[name]) for name in ("spend", "conversions"))
    return Decimal(f"{spend / conversions:.2g}").quantize(Decimal("0.01")) if spend and conversions else None


def _rules(accounts: Sequence[AdAccount], admin: User) -> None:
    """The first five templates, switched on."""
    for key in STARTERS:
        for rule in adopt_for_each_currency(key, accounts, admin, business_now(accounts[0])):
            set_active(rule, True, admin, business_now(accounts[0]), without_dry_run=SHIPPED)


def _present(account: AdAccount, say: Say) -> None:
    """Today's figures and the first evaluation of the rules."""
    now = business_now(account)
    seen = observe(account, now)
    if seen.problems:
        raise SeedFailed(f"{account}: {' '.join(seen.problems)}")
    run_cycle(account, now)
    pending = Action.objects.filter(account=account, status__in=OPEN_STATUSES).count()
    say(f"{account.name}: {pending} proposals wait for a decision")
