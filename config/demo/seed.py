"""Fills an empty demo: accounts, people, a month of history, targets, the shipped rules and their first proposals."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections

from config.demo import recent
from config.demo.people import settle
from config.sandbox_control import SandboxControl
from config.supervisor.parentage import die_with_parent
from intelligence.collect.backfill import backfill
from intelligence.metrics.series import account_daily
from intelligence.observe import observe
from metaads.clock import business_now
from metaads.models import AdAccount, Connection, Level
from metaads.sync.check import check_connection
from metaads.sync.structure import fetch_account, sync_structure
from optimization.connections import Credentials, connect
from optimization.cycle import run_cycle
from optimization.models import OPEN_STATUSES, AccountLimits, Action, Outcome, Rule, Run
from optimization.pipeline import CollectionTrouble
from optimization.rules.services import adopt_for_each_currency, save_rule, set_active
from optimization.rules.templates import STARTERS
from optimization.settings_doors import save_limits, save_target

NAME = "Sandbox"
SHIPPED = "a shipped template on simulated money: the demo shows proposals at once"
TRUSTED = "A little more for steady earners"
STEADY: dict[str, Any] = {
    "conditions": {
        "all": [
            {"field": "roas_7d", "operator": ">", "value": 1.2},
            {"field": "conversions_7d", "operator": ">=", "value": 5},
        ]
    },
    "actions": [{"kind": "increase_budget", "parameters": {"percent": 5}}],
    "mode": "automatic",
    "safety": {"rollout_percent": 50, "cooldown_hours": 96},
}
SAME_CLOCK = timedelta(seconds=5)
ROAS_GOAL = Decimal("2.0")
Say = Callable[[str], None]


class SeedFailed(Exception):
    """A step of the first filling failed; the text says which. Starting the demo again goes on from there."""


def link(facts: Mapping[str, Any], url: str, now: datetime) -> list[AdAccount]:
    """Connects the sandbox's accounts; at each start, for port and virtual time may differ. `now`: the wall clock."""
    credentials = Credentials(NAME, url, facts["access_token"], facts["app_id"], facts["app_secret"], sandbox=True)
    ids = [account["id"] for account in facts["accounts"]]
    virtual = datetime.fromisoformat(facts["clock"]["now"])
    known = Connection.objects.filter(name=NAME).first()
    if known is None or known.accounts.count() != len(ids):
        known, _ = connect(credentials, ids, None, virtual)
    offset = virtual - now if abs(virtual - now) > SAME_CLOCK else timedelta(0)
    Connection.objects.filter(pk=known.pk).update(graph_url=url, clock_offset=offset)
    return list(AdAccount.objects.filter(connection=known).select_related("connection").order_by("pk"))


def fill(accounts: Sequence[AdAccount], control: SandboxControl, home: Path, say: Say) -> None:
    """Does what is missing; a second call on a filled demo does next to nothing. Raises SeedFailed.

    The other accounts have no past to live through: they are filled beside the first one's last stage, in processes of
    their own, for there are several cores and SQLite lets one wait for the other.
    """
    users = settle(accounts, home)
    first, *others = accounts
    if not _evaluated(first):
        _begin(accounts, users["demo-admin"], say)
    with ProcessPoolExecutor(len(accounts), get_context("fork"), die_with_parent, (os.getpid(),)) as pool:
        told: list[Future[list[str]]] = []

        def introduce_others() -> None:
            Connection.objects.filter(name=NAME).update(clock_offset=timedelta(0))
            new = [account.pk for account in others if not _evaluated(account)]
            connections.close_all()  # none is shared with a forked process
            told.extend(pool.submit(_introduce, account, users["demo-admin"].pk) for account in new)

        if _recent(accounts, control, users["demo-buyer"], say, introduce_others):
            _tell(first, say)
        else:
            introduce_others()
            if not _evaluated(first):
                _present(first)
                _tell(first, say)
        for lines in told:
            for line in lines.result():
                say(line)


def _introduce(account_id: int, admin_id: int) -> list[str]:
    """An account that was never looked at: its past, today, first proposals. Gives what there is to say of it."""
    lines: list[str] = []
    account = AdAccount.objects.select_related("connection").get(pk=account_id)
    _past(account, User.objects.get(pk=admin_id), lines.append)
    _present(account)
    _tell(account, lines.append)
    connections.close_all()
    return lines


def _evaluated(account: AdAccount) -> bool:
    return Run.objects.filter(account=account, kind="evaluate").exists()


def _begin(accounts: Sequence[AdAccount], admin: User, say: Say) -> None:
    """The first account's past and the rules, as of the sandbox's clock."""
    report = check_connection(accounts[0].connection, business_now(accounts[0]))
    if not report.ok:
        raise SeedFailed("The sandbox refused its own token: " + " ".join(report.problems))
    _past(accounts[0], admin, say)
    for account in accounts[1:]:
        # A rule's amounts are in its accounts' currency, which only Meta knows.
        fetch_account(account)
    if not Rule.objects.exists():
        _rules(accounts, admin)
        _trusted(accounts[0], admin)


def _recent(
    accounts: Sequence[AdAccount], control: SandboxControl, buyer: User, say: Say, arrived: Callable[[], None]
) -> bool:
    """The first account's last days, after which every clock shows the present. Whether there were any to live."""
    try:
        lived = recent.live(accounts[0], control, buyer, arrived)
    except CollectionTrouble as trouble:
        raise SeedFailed(str(trouble)) from None
    if not lived:
        return False
    for account in accounts:
        account.connection.clock_offset = timedelta(0)
    done = Action.objects.filter(account=accounts[0], executed_at__isnull=False).count()
    measured = Outcome.objects.filter(action__account=accounts[0], effect__isnull=False).count()
    say(
        f"{accounts[0].name}: the last four days lived through, {done} changes carried out, {measured} effects measured"
    )
    return True


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


def _trusted(account: AdAccount, admin: User) -> None:
    """One account in auto mode, with a rule that acts alone: the others show how everything waits for a person.

    It counts as connected for as long as its simulated history is read, so its approval period is over.
    """
    now = business_now(account)
    account.connected_at = now - timedelta(days=settings.INITIAL_HISTORICAL_DAYS + 1)
    account.save(update_fields=["connected_at"])
    row = AccountLimits.objects.filter(account=account).first() or AccountLimits(account=account)
    row.mode = AccountLimits.Mode.AUTO
    save_limits(row, admin, now)
    rule = Rule(name=TRUSTED, category=Rule.Category.SCALING, level=Level.AD_SET, priority=40, owner=admin)
    rule.description = "Small steps that need nobody's time. The guard rails and the hourly cap hold it."
    rule.save()
    rule.accounts.add(account)
    save_rule(rule, STEADY, admin, now)
    set_active(rule, True, admin, now, without_dry_run=SHIPPED)


def _present(account: AdAccount) -> None:
    """Today's figures and the first evaluation of the rules."""
    now = business_now(account)
    seen = observe(account, now)
    if seen.problems:
        raise SeedFailed(f"{account}: {' '.join(seen.problems)}")
    run_cycle(account, now)


def _tell(account: AdAccount, say: Say) -> None:
    """How much there is to decide."""
    mine = Action.objects.filter(account=account)
    pending, alone = mine.filter(status__in=OPEN_STATUSES).count(), mine.filter(alone=True).count()
    acting = f", {alone} acted alone within the limits" if alone else ""
    say(f"{account.name}: {pending} proposals wait for a decision{acting}")
