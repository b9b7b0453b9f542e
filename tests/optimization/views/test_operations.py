"""/operations/: what is late, asked, missing and doubted, for those whom it concerns."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intelligence.models import Backfill, Freshness, Gap, QualityState
from metaads.clock import machine_now
from metaads.models import AccountHealth, AdAccount, ApiUsage, Connection, Pixel, SideRead
from optimization.models import LedgerEvent
from optimization.views import words
from tests.factories.metaads import AdAccountFactory, UserFactory
from tests.optimization.views.conftest import signed_in
from tests.optimization.views.shop import NOW
from tests.optimization.views.test_campaigns import html

TABLES = {
    "data": ("freshness", "quality", "backfill", "gaps", "side-reads"),
    "meta": ("usage", "connections", "pixels"),
    "actions": ("by-type", "by-status", "by-day", "busiest", "rails"),
    "others": ("native-rules", "outside-changes", "moved-by-meta"),
}


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner(db: None) -> User:
    user: User = UserFactory.create(is_superuser=True, is_staff=True)
    return user


def backfill(account: AdAccount, state: str = "running") -> Backfill:
    made: Backfill = Backfill.objects.create(
        account=account,
        state=state,
        first_day=date(2026, 10, 21),
        last_day=date(2026, 11, 19),
        started_at=NOW - timedelta(minutes=10),
    )
    return made


def furnish(account: AdAccount) -> None:
    """One row of everything that the page shows."""
    for level in ("campaign", "adset"):
        Freshness.objects.create(account=account, level=level, read_at=NOW - timedelta(minutes=7))
    SideRead.objects.create(account=account, what="pixels", read_at=NOW)
    ApiUsage.objects.create(account=account, hour=NOW, calls=12, percent=31.0, headers={"a": 1}, updated_at=NOW)
    Gap.objects.create(account=account, since=NOW - timedelta(hours=9), until=NOW - timedelta(hours=7), found_at=NOW)
    QualityState.objects.create(account=account, checked_at=NOW)
    Pixel.objects.create(account=account, meta_id="5", name="Shop pixel", last_fired_at=NOW, synced_at=NOW)
    AccountHealth.objects.create(account=account, day=NOW.date(), read_at=NOW, severity="ok")


def test_fresh_late_and_never_read_levels_are_told_apart(page: Client, euro: AdAccount) -> None:
    Freshness.objects.create(account=euro, level="campaign", read_at=NOW - timedelta(minutes=7))
    Freshness.objects.create(account=euro, level="adset", read_at=NOW - timedelta(hours=9))
    text = html(page, "/operations/")
    for said in ("fresh", "too old", "never read", "7 min", "9 h", "12:53 CET"):
        assert said in text


def test_what_needs_somebody_says_what_to_do_worst_first(page: Client, euro: AdAccount) -> None:
    Freshness.objects.create(account=euro, level="ad", read_at=NOW, problem="Meta answered with an empty page.")
    problem = {"code": "pay", "severity": "error", "text": "A payment failed.", "todo": "Settle the balance at Meta."}
    AccountHealth.objects.create(account=euro, day=NOW.date(), read_at=NOW, severity="error", problems=[problem])
    old = {**problem, "text": "Long over."}
    yesterday = NOW - timedelta(days=1)
    AccountHealth.objects.create(
        account=euro, day=yesterday.date(), read_at=yesterday, severity="error", problems=[old]
    )
    text = html(page, "/operations/")
    assert text.index("A payment failed.") < text.index("Not read: Ads. Meta answered with an empty page.")
    assert "Settle the balance at Meta." in text
    assert "Long over." not in text


def test_a_broken_token_is_told_with_its_reason_and_no_secret(page: Client, euro: AdAccount) -> None:
    Connection.objects.filter(pk=euro.connection_id).update(
        state=Connection.State.BROKEN, state_reason="The token was revoked."
    )
    for tab in ("data", "meta"):
        text = html(page, f"/operations/?tab={tab}")
        assert "factory-access-token" not in text
        assert "factory-app-secret" not in text
    assert "The token was revoked." in html(page, "/operations/")


def test_one_refused_token_is_told_once_for_all_its_accounts_and_reads_with_one_cause_too(
    owner: User, euro: AdAccount
) -> None:
    other: AdAccount = AdAccountFactory.create(name="Harbor", connection=euro.connection)
    Connection.objects.filter(pk=euro.connection_id).update(state=Connection.State.BROKEN, state_reason="Revoked.")
    for level in ("campaign", "ad"):
        Freshness.objects.create(account=euro, level=level, read_at=NOW, problem="Meta error 190.")
    SideRead.objects.create(account=euro, what="pixels", read_at=NOW, problem="Meta error 190.", failures=1)
    text = html(signed_in(owner), "/operations/?account=all")
    assert text.count("does not work. Revoked.") == 1
    assert f"{other.name}, {euro.name}" in text
    assert "Not read: Campaigns, Ads, Pixels. Meta error 190." in text
    assert "What to do:" in text


def test_nothing_wrong_says_so(page: Client, euro: AdAccount) -> None:
    assert "Connections work, accounts deliver, reads succeed." in html(page, "/operations/")


def test_doubtful_data_are_told_with_reasons_and_since(page: Client, euro: AdAccount) -> None:
    reason = {"check": "purchases_vanish", "verdict": "bad", "sentence": "Purchases fell from 40 to 0."}
    QualityState.objects.create(account=euro, checked_at=NOW, doubtful_since=NOW - timedelta(hours=2), reasons=[reason])
    text = html(page, "/operations/")
    assert "Purchases fell from 40 to 0." in text
    assert "in doubt" in text
    assert "11:00 CET" in text


def test_calls_blocks_and_headers_are_shown(page: Client, euro: AdAccount) -> None:
    now = machine_now()
    until, hour = now + timedelta(minutes=20), now.replace(minute=0, second=0, microsecond=0)
    ApiUsage.objects.create(
        account=euro, hour=hour, calls=150, percent=92.0, blocked_until=until, headers={"x": 92}, updated_at=now
    )
    text = html(page, "/operations/?tab=meta")
    for said in ("150", "92 %", "blocked by Meta", words.moment(until, euro)):
        assert said in text


def test_silent_and_hearing_pixels(page: Client, euro: AdAccount) -> None:
    Pixel.objects.create(account=euro, meta_id="5", name="Old", last_fired_at=NOW - timedelta(days=3), synced_at=NOW)
    Pixel.objects.create(account=euro, meta_id="6", name="New", last_fired_at=NOW, synced_at=NOW)
    text = html(page, "/operations/?tab=meta")
    assert "silent" in text
    assert "hears" in text


def test_a_manager_stops_the_backfill_and_lets_it_go_on(page: Client, euro: AdAccount) -> None:
    backfill(euro)
    text = html(page, "/operations/")
    assert "0 of 90 level-days" in text
    assert "<progress" in text
    for do, state in (("stop", "cancelled"), ("resume", "running")):
        assert page.post(f"/operations/backfill/{euro.pk}/", {"do": do}).status_code == 302
        assert Backfill.objects.get(account=euro).state == state
    assert [event.payload["backfill"] for event in LedgerEvent.objects.order_by("id")] == ["cancelled", "resumed"]
    page.post(f"/operations/backfill/{euro.pk}/", {"do": "resume"})
    assert LedgerEvent.objects.count() == 2, "nothing changed, so nothing is recorded"


def test_a_viewer_cannot_stop_it_and_a_stranger_finds_nothing(viewer: User, euro: AdAccount, yen: AdAccount) -> None:
    backfill(euro)
    backfill(yen)
    client = signed_in(viewer)
    assert 'value="stop"' not in html(client, "/operations/")
    assert client.post(f"/operations/backfill/{euro.pk}/").status_code == 403
    assert client.post(f"/operations/backfill/{yen.pk}/").status_code == 404
    assert client.get(f"/operations/backfill/{euro.pk}/").status_code == 405
    assert Backfill.objects.filter(state="running").count() == 2


def test_only_own_accounts_are_shown(page: Client, euro: AdAccount, yen: AdAccount) -> None:
    furnish(yen)
    for tab in TABLES:
        assert "Kanto" not in html(page, f"/operations/?tab={tab}")


def test_queues_are_for_the_installations_administrator(page: Client, owner: User, euro: AdAccount) -> None:
    assert "Task queues" in html(signed_in(owner), "/operations/?tab=queues")
    assert "Task queues" not in html(page, "/operations/?tab=queues")


@pytest.mark.parametrize(("tab", "key"), [(tab, key) for tab, keys in TABLES.items() for key in keys])
def test_every_table_is_a_file(page: Client, euro: AdAccount, tab: str, key: str) -> None:
    furnish(euro)
    answer = page.get(f"/operations/?tab={tab}&csv={key}")
    assert answer["Content-Type"].startswith("text/csv")
    assert next(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


def test_times_in_the_file_carry_the_accounts_offset(page: Client, euro: AdAccount) -> None:
    furnish(euro)
    rows = list(csv.DictReader(StringIO(page.get("/operations/?csv=gaps").content.decode("utf-8-sig"))))
    assert rows[0]["From"] == "2026-11-20T04:00:00+01:00"
    assert rows[0]["Hours"] == "2"


@pytest.mark.parametrize("tab", [*TABLES, "queues"])
def test_more_accounts_do_not_mean_more_queries(owner: User, euro: AdAccount, tab: str) -> None:
    client = signed_in(owner)
    furnish(euro)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            html(client, f"/operations/?tab={tab}&account=all")
        return len(queries)

    furnish(AdAccountFactory.create(connection=euro.connection))
    asked()
    few = asked()
    for _ in range(6):
        furnish(AdAccountFactory.create(connection=euro.connection))
    assert asked() == few
    assert few <= 26
