"""The account's share of Meta's limits: one row for all workers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from metaads.graph import budget
from metaads.graph.budget import Priority
from metaads.graph.client import GraphClient, WritingClient
from metaads.graph.errors import Permanent, RateLimited
from metaads.models import AdAccount, ApiUsage
from tests.metaads.stub import Stub

pytestmark = pytest.mark.usefixtures("_impatient")
NOON = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
BUSY = '{"111":[{"type":"ads_management","call_count":92,"estimated_time_to_regain_access":0}]}'
BLOCKED = '{"111":[{"type":"%s","call_count":100,"estimated_time_to_regain_access":4}]}'


def said(percent: float, ago: timedelta = timedelta(0), bucket: str = "ads_management") -> dict[str, Any]:
    """The columns of a row in which Meta said so; the last call was then, too."""
    moment = NOON - ago
    return {"updated_at": moment, "headers": {"said": {bucket: [percent, moment.isoformat()]}}}


def at(account: AdAccount, now: datetime = NOON, kind: type[GraphClient] = GraphClient) -> Any:
    return kind(account.connection, account, wall=lambda: now)


def test_calls_are_counted_by_the_hour(account: AdAccount, stub: Stub) -> None:
    stub.says({"id": "1"}, times=3)
    at(account).get("1")
    at(account).get("1")
    assert ApiUsage.objects.get().calls == 2
    at(account, NOON + timedelta(hours=1)).get("1")
    row = ApiUsage.objects.get()
    assert (row.calls, row.hour) == (1, datetime(2026, 11, 20, 13, tzinfo=UTC))


def test_a_failed_call_counts_and_its_headers_are_kept(account: AdAccount, stub: Stub) -> None:
    stub.fails(100, headers={"X-Business-Use-Case-Usage": BUSY})
    with pytest.raises(Permanent):
        at(account).get("1")
    row = ApiUsage.objects.get()
    assert (row.calls, row.percent) == (1, 92.0)
    assert "X-Business-Use-Case-Usage" in row.headers


def test_ninety_percent_stops_reading_but_not_the_executor(account: AdAccount, stub: Stub) -> None:
    stub.says({"id": "1"}, headers={"X-Business-Use-Case-Usage": BUSY}, times=2)
    at(account).get("1")
    with pytest.raises(RateLimited) as caught:
        at(account, NOON + timedelta(seconds=60)).get("1")
    assert caught.value.retry_after == timedelta(seconds=240)
    assert at(account, kind=WritingClient).get("1") == {"id": "1"}


def test_every_five_minutes_one_call_looks_again(account: AdAccount, stub: Stub) -> None:
    stub.says({"id": "1"}, headers={"X-Business-Use-Case-Usage": BUSY}).says({"id": "2"}, times=2)
    at(account).get("1")
    at(account, NOON + timedelta(seconds=301)).get("1")
    with pytest.raises(RateLimited):
        at(account, NOON + timedelta(seconds=302)).get("1")
    assert at(account, NOON + timedelta(hours=1)).get("1") == {"id": "2"}
    assert len(stub.calls) == 3


def test_a_block_stops_everybody_at_once_and_says_how_long(account: AdAccount, stub: Stub) -> None:
    stub.fails(80004, headers={"X-Business-Use-Case-Usage": BLOCKED % "ads_management"})
    with pytest.raises(RateLimited) as first:
        at(account).get("1")
    assert first.value.retry_after == timedelta(minutes=4)
    for kind in (GraphClient, WritingClient):
        with pytest.raises(RateLimited) as later:
            at(account, NOON + timedelta(minutes=1), kind).get("1")
        assert later.value.retry_after == timedelta(minutes=3)
    assert len(stub.calls) == 1


def test_a_block_on_reports_lets_changes_through(account: AdAccount, stub: Stub) -> None:
    stub.fails(80000, headers={"X-Business-Use-Case-Usage": BLOCKED % "ads_insights"}).says({"success": True})
    with pytest.raises(RateLimited):
        at(account).get("act_111/insights")
    with pytest.raises(RateLimited):
        at(account).get("act_111/insights")
    assert at(account, kind=WritingClient).post("1", {"status": "PAUSED"}) == {"success": True}


def test_a_limit_without_headers_rests_the_account_for_the_buckets_time(account: AdAccount, stub: Stub) -> None:
    stub.fails(17, 2446079)
    with pytest.raises(RateLimited):
        at(account).get("1")
    assert ApiUsage.objects.get().blocked_until == NOON + timedelta(minutes=5)


def test_a_limit_on_one_ad_set_leaves_the_account_free(account: AdAccount, stub: Stub) -> None:
    stub.fails(613, 1487632).says({"id": "2"})
    with pytest.raises(RateLimited) as caught:
        at(account, kind=WritingClient).post("1", {"daily_budget": 1})
    assert caught.value.retry_after == timedelta(hours=1)
    assert at(account).get("2") == {"id": "2"}


def test_two_hundred_calls_an_hour_are_enough_except_in_a_sandbox(account: AdAccount, stub: Stub) -> None:
    ApiUsage.objects.create(account=account, hour=NOON.replace(minute=0), calls=200, updated_at=NOON)
    stub.says({"id": "1"}, times=2)
    at(account).get("1")
    account.connection.sandbox = False
    with pytest.raises(RateLimited) as caught:
        at(account).get("1")
    assert caught.value.retry_after == timedelta(minutes=30)
    at(account, kind=WritingClient).get("1")


def test_the_reads_that_a_change_needs_come_first(account: AdAccount, stub: Stub) -> None:
    ApiUsage.objects.create(account=account, hour=NOON, **said(95.0))
    stub.says({"id": "1"})
    with pytest.raises(RateLimited):
        at(account).get("1")
    assert GraphClient(account.connection, account, lambda: NOON, first=True).get("1") == {"id": "1"}


def test_a_percentage_that_cannot_be_stored_does_not_lose_the_answer(
    account: AdAccount, stub: Stub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(*_args: object, **_kwargs: object) -> int:
        raise OperationalError("database is locked")

    stub.says({"success": True})
    monkeypatch.setattr(budget, "_update", locked)
    assert at(account, kind=WritingClient).post("1", {"status": "PAUSED"}) == {"success": True}
    assert "could not be stored" in caplog.text


@pytest.mark.parametrize(("percent", "sandbox", "slept"), [(74, False, 0.0), (80, False, 1.0), (80, True, 0.0)])
def test_from_three_quarters_on_collection_slows(
    account: AdAccount, stub: Stub, monkeypatch: pytest.MonkeyPatch, percent: float, sandbox: bool, slept: float
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("metaads.graph.client.sleep", pauses.append)
    account.connection.sandbox = sandbox
    ApiUsage.objects.create(account=account, hour=NOON, **said(percent))
    stub.says({"id": "1"}, times=2)
    at(account).get("1")
    assert pauses == [slept]


@pytest.mark.parametrize(
    ("bucket", "age"), [("ads_management", timedelta(hours=1)), ("account_score", timedelta(seconds=300))]
)
def test_an_old_percentage_says_nothing_any_more(account: AdAccount, stub: Stub, bucket: str, age: timedelta) -> None:
    row = ApiUsage.objects.create(account=account, hour=NOON, **said(99, age, bucket))
    stub.says({"id": "1"}, times=2)
    ApiUsage.objects.filter(pk=row.pk).update(updated_at=NOON)
    assert at(account).get("1") == {"id": "1"}


def test_a_younger_one_holds_however_many_answers_come_without_headers(account: AdAccount, stub: Stub) -> None:
    stub.says({"id": "1"}, headers={"X-Business-Use-Case-Usage": BUSY}).says({"id": "1"}, times=9)
    at(account).get("1")
    at(account, NOON + timedelta(seconds=10), WritingClient).get("1")
    with pytest.raises(RateLimited, match="92 %"):
        at(account, NOON + timedelta(seconds=20)).get("1")
    assert ApiUsage.objects.get().percent == 92.0
    assert "X-Business-Use-Case-Usage" in ApiUsage.objects.get().headers


def test_a_newer_header_lifts_the_stop(account: AdAccount, stub: Stub) -> None:
    stub.says({"id": "1"}, headers={"X-Business-Use-Case-Usage": BUSY})
    stub.says({"id": "1"}, headers={"X-Business-Use-Case-Usage": BUSY.replace("92", "30")}).says({"id": "1"})
    at(account).get("1")
    at(account, NOON + timedelta(seconds=10), WritingClient).get("1")
    assert at(account, NOON + timedelta(seconds=20)).get("1") == {"id": "1"}


def test_reports_and_the_rest_have_their_own_shares(account: AdAccount, stub: Stub) -> None:
    reports = BUSY.replace("ads_management", "ads_insights")
    stub.says({"data": []}, headers={"X-Business-Use-Case-Usage": reports}).says({"id": "1"}, times=2)
    at(account).get("act_111/insights")
    assert at(account).get("1") == {"id": "1"}
    with pytest.raises(RateLimited, match="92 %"):
        at(account).get("act_111/insights")


def test_the_calls_of_the_last_hour_do_not_count_in_this_one(account: AdAccount, stub: Stub) -> None:
    account.connection.sandbox = False
    ApiUsage.objects.create(account=account, hour=NOON - timedelta(hours=1, minutes=30), calls=200, updated_at=NOON)
    stub.says({"id": "1"})
    assert at(account).get("1") == {"id": "1"}


@pytest.mark.parametrize(
    ("percent", "stopped"),
    [
        (74, []),
        (75, [Priority.HISTORY]),
        (80, [Priority.RESTATE, Priority.HISTORY]),
        (90, [Priority.LIVE, Priority.TODAY, Priority.RESTATE, Priority.HISTORY]),
    ],
)
def test_what_can_wait_stops_first_and_execution_last(
    account: AdAccount, stub: Stub, percent: float, stopped: list[Priority]
) -> None:
    for priority in Priority:
        ApiUsage.objects.all().delete()
        ApiUsage.objects.create(account=account, hour=NOON, **said(percent))
        stub.says({"id": "1"})
        if priority in stopped:
            with pytest.raises(RateLimited, match=f"{percent} %"):
                GraphClient(account.connection, account, lambda: NOON, priority=priority).get("1")
        else:
            assert GraphClient(account.connection, account, lambda: NOON, priority=priority).get("1") == {"id": "1"}


@pytest.mark.parametrize(("priority", "calls"), [(Priority.HISTORY, 140), (Priority.RESTATE, 170)])
def test_history_leaves_calls_of_the_hour_for_todays_figures(
    account: AdAccount, stub: Stub, priority: Priority, calls: int
) -> None:
    account.connection.sandbox = False
    ApiUsage.objects.create(account=account, hour=NOON.replace(minute=0), calls=calls, updated_at=NOON)
    stub.says({"id": "1"}, times=2)
    with pytest.raises(RateLimited, match="can wait"):
        GraphClient(account.connection, account, lambda: NOON, priority=priority).get("1")
    assert at(account).get("1") == {"id": "1"}


def test_the_budget_is_short_from_three_quarters_on(account: AdAccount) -> None:
    assert not budget.is_short(account, NOON)
    ApiUsage.objects.create(account=account, hour=NOON, **said(75, bucket="ads_insights"))
    assert budget.is_short(account, NOON)
    assert not budget.is_short(account, NOON, insights=False)
