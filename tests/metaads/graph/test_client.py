"""The client against a scripted server."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from metaads.graph.client import GraphClient, WritingClient, client_for, client_for_connection, writing_client_for
from metaads.graph.errors import (
    MetaError,
    NotAllowed,
    OutcomeUnknown,
    Permanent,
    RateLimited,
    TokenInvalid,
    TooMuchData,
)
from metaads.models import AdAccount, ApiUsage, Connection, SwitchState
from metaads.switch import SwitchedOff
from tests.metaads.stub import Stub

pytestmark = pytest.mark.usefixtures("_impatient")
NOON = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
BUSY = '{"111":[{"type":"ads_management","call_count":92,"estimated_time_to_regain_access":0}]}'
BLOCKED = '{"111":[{"type":"%s","call_count":100,"estimated_time_to_regain_access":4}]}'


def at(account: AdAccount, now: datetime = NOON, kind: type[GraphClient] = GraphClient) -> Any:
    return kind(account.connection, account, wall=lambda: now)


def test_the_token_travels_in_the_header_and_the_proof_beside_it(account: AdAccount, stub: Stub) -> None:
    stub.says({"id": "1"})
    assert client_for(account).get("1", {"fields": "id"}) == {"id": "1"}
    call = stub.calls[0]
    proof = hmac.new(b"factory-app-secret", b"factory-access-token", hashlib.sha256).hexdigest()
    assert call.path == f"/{account.connection.api_version}/1"
    assert call.headers["Authorization"] == "Bearer factory-access-token"
    assert call.query == {"fields": "id", "appsecret_proof": proof}


def test_each_connection_has_its_own_host(account: AdAccount, stub: Stub) -> None:
    other = Connection(name="other", graph_url="http://127.0.0.1:9", api_version="v26.0")
    other.access_token = "t"
    stub.says({"id": "1"})
    client_for(account).get("1")
    with pytest.raises(OutcomeUnknown):
        client_for_connection(other).get("1")
    assert len(stub.calls) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html><h1>502 Bad Gateway</h1></html>", 502),
        ("<html>all fine</html>", 200),
        ("", 500),
        ("", 200),
        ('{"id": ', 200),
        ("[1, 2]", 200),
        ("7", 200),
        ('{"success": false}', 200),
        ('{"error": "words"}', 400),
        ("Service Unavailable", 200),
    ],
)
def test_an_unusable_answer_is_read_again_and_then_an_unknown_outcome(
    account: AdAccount, stub: Stub, body: str, status: int
) -> None:
    stub.says(body, status, times=3)
    with pytest.raises(OutcomeUnknown):
        client_for(account).get("1")
    assert len(stub.calls) in {1, 3}


def test_a_read_survives_two_bad_answers(account: AdAccount, stub: Stub) -> None:
    stub.says("<html>", 502).fails(2, status=500).says({"id": "1"})
    assert client_for(account).get("1") == {"id": "1"}


def test_a_refusal_is_not_asked_again(account: AdAccount, stub: Stub) -> None:
    stub.fails(100, 33)
    with pytest.raises(Permanent):
        client_for(account).get("1")
    assert len(stub.calls) == 1


def test_error_data_that_the_sdk_cannot_read_hides_nothing(account: AdAccount, stub: Stub) -> None:
    stub.fails(190, 463, error_data="this is no JSON")
    with pytest.raises(TokenInvalid) as caught:
        client_for(account).get("1")
    assert caught.value.detail.subcode == 463


def test_a_write_is_sent_once_whatever_comes_back(account: AdAccount, stub: Stub) -> None:
    stub.says("<html>", 502, times=3)
    with pytest.raises(OutcomeUnknown):
        writing_client_for(account).post("1", {"status": "PAUSED"})
    assert len(stub.calls) == 1


def test_a_write_travels_as_a_form(account: AdAccount, stub: Stub) -> None:
    stub.says({"success": True})
    answer = writing_client_for(account).post("1", {"daily_budget": 500, "execution_options": ["validate_only"]})
    assert answer == {"success": True}
    call = stub.calls[0]
    assert (call.method, call.form) == ("POST", {"daily_budget": "500", "execution_options": '["validate_only"]'})
    assert "access_token" not in call.query


def test_the_executors_reads_are_not_repeated_here(account: AdAccount, stub: Stub) -> None:
    stub.says("<html>", 502, times=3)
    with pytest.raises(OutcomeUnknown):
        writing_client_for(account).get("1")
    assert len(stub.calls) == 1


def test_a_server_that_hangs_is_left(account: AdAccount, stub: Stub) -> None:
    stub.says({"id": "1"}).dawdles(0.6)
    with override_settings(META_READ_TIMEOUT=0.2), pytest.raises(OutcomeUnknown, match="ReadTimeout"):
        writing_client_for(account).get("1")


def test_redirects_are_not_followed(account: AdAccount, stub: Stub) -> None:
    stub.says("", 302, {"Location": f"{stub.url}/elsewhere"}, times=3)
    with pytest.raises(OutcomeUnknown):
        client_for(account).get("1")
    assert {call.path for call in stub.calls} == {"/v26.0/1"}


def read(client: GraphClient) -> object:
    return client.get("1")


def write(client: GraphClient) -> object:
    assert isinstance(client, WritingClient)
    return client.post("1", {"status": "PAUSED"})


@pytest.mark.parametrize(("kind", "door"), [(GraphClient, read), (WritingClient, read), (WritingClient, write)])
def test_nothing_is_sent_while_everything_is_off(
    account: AdAccount, stub: Stub, kind: type[GraphClient], door: Callable[[GraphClient], object]
) -> None:
    SwitchState.objects.create(name="ENABLE_INTELLIGENCE", on=False)
    with pytest.raises(SwitchedOff, match="ENABLE_INTELLIGENCE"):
        door(at(account, kind=kind))
    assert stub.calls == []


def test_no_write_is_sent_while_the_executor_is_off(account: AdAccount, stub: Stub) -> None:
    SwitchState.objects.create(name="ENABLE_ACTION_EXECUTOR", on=False)
    with pytest.raises(SwitchedOff, match="ENABLE_ACTION_EXECUTOR"):
        writing_client_for(account).post("1", {"status": "PAUSED"})
    assert stub.calls == []


def test_the_reading_client_posts_no_writes(account: AdAccount, stub: Stub) -> None:
    client = client_for(account)
    with pytest.raises(NotAllowed):
        client.post_read("1", {"status": "PAUSED"})
    with pytest.raises(NotAllowed):
        client.get("1", {"method": "delete"})
    assert not hasattr(client, "post")
    assert stub.calls == []


def test_a_report_run_is_posted(account: AdAccount, stub: Stub) -> None:
    stub.says({"report_run_id": 6023920149050})
    assert client_for(account).post_read("act_111/insights", {"level": "ad"}) == {"report_run_id": 6023920149050}


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


def test_after_the_decay_one_call_looks_again(account: AdAccount, stub: Stub) -> None:
    stub.says({"id": "1"}, headers={"X-Business-Use-Case-Usage": BUSY}).says({"id": "2"}, times=2)
    at(account).get("1")
    at(account, NOON + timedelta(seconds=301)).get("1")
    at(account, NOON + timedelta(seconds=302)).get("1")
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


def test_a_refused_token_breaks_the_connection_with_a_sentence(account: AdAccount, stub: Stub) -> None:
    stub.fails(190, 460)
    with pytest.raises(TokenInvalid):
        client_for(account).get("1")
    connection = Connection.objects.get()
    assert connection.state == Connection.State.BROKEN
    assert "Connect again" in connection.state_reason


def test_a_missing_permission_on_one_object_leaves_the_connection_alone(account: AdAccount, stub: Stub) -> None:
    stub.fails(200)
    with pytest.raises(TokenInvalid):
        client_for(account).get("1")
    assert Connection.objects.get().state == Connection.State.OK


def test_an_answer_mends_a_connection_that_a_refused_token_broke(account: AdAccount, stub: Stub) -> None:
    stub.fails(190).says({"id": "1"})
    with pytest.raises(TokenInvalid):
        client_for(account).get("1")
    client_for(AdAccount.objects.get()).get("1")
    assert Connection.objects.get().state == Connection.State.OK


def test_a_warning_about_the_version_is_logged(
    account: AdAccount, stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    stub.says({"id": "1"}, headers={"X-Ad-Api-Version-Warning": "The call has been auto-upgraded to v27.0"})
    client_for(account).get("1")
    assert "auto-upgraded" in caplog.text


def page(
    ids: list[str], after: str | None, following: bool, url: str = "http://next.invalid/v26.0/x"
) -> dict[str, Any]:
    paging: dict[str, Any] = {"cursors": {"before": "b", "after": after}} if after else {}
    if following:
        paging["next"] = f"{url}?access_token=SECRET&appsecret_proof=P&limit=2&after={after}&fields=id"
    return {"data": [{"id": one} for one in ids], "paging": paging}


def test_paging_goes_on_through_empty_pages_to_the_end(account: AdAccount, stub: Stub) -> None:
    stub.says(page(["1", "2"], "A", True)).says(page([], "B", True)).says(page(["3"], "C", False))
    pages = list(client_for(account).pages("act_111/ads", {"fields": "id", "limit": 2}))
    assert [row["id"] for rows in pages for row in rows] == ["1", "2", "3"]
    assert [call.query.get("after") for call in stub.calls] == [None, "A", "B"]
    assert all("access_token" not in call.query for call in stub.calls)
    assert {call.path for call in stub.calls} == {"/v26.0/act_111/ads"}


def test_paging_that_stands_still_is_an_error_and_no_endless_loop(account: AdAccount, stub: Stub) -> None:
    stub.says(page(["1"], "A", True), times=5)
    with pytest.raises(OutcomeUnknown, match="advance"):
        list(client_for(account).pages("act_111/ads", {"limit": 2}))
    assert len(stub.calls) == 2


def test_a_page_that_is_too_much_is_asked_again_in_halves(account: AdAccount, stub: Stub) -> None:
    stub.fails(100, 1487534).fails(100, 1487534).says(page(["1"], "A", True)).says(page(["2"], None, False))
    list(client_for(account).pages("act_111/insights", {"limit": 500}))
    assert [call.query["limit"] for call in stub.calls] == ["500", "250", "125", "125"]


def test_a_page_that_cannot_get_smaller_fails(account: AdAccount, stub: Stub) -> None:
    stub.fails(100, 1487534, times=3)
    with pytest.raises(TooMuchData):
        list(client_for(account).pages("act_111/insights", {"limit": 60}))
    assert [call.query["limit"] for call in stub.calls] == ["60", "30", "25"]


@pytest.mark.parametrize("body", [{"paging": {}}, {"data": {"id": "1"}}, {}])
def test_a_page_without_rows_is_not_an_empty_page(account: AdAccount, stub: Stub, body: dict[str, Any]) -> None:
    stub.says(body)
    with pytest.raises(OutcomeUnknown):
        list(client_for(account).pages("act_111/ads"))


def test_errors_carry_no_foreign_cause(account: AdAccount, stub: Stub) -> None:
    stub.says("<html>", 502)
    with pytest.raises(MetaError) as caught:
        writing_client_for(account).post("1", {})
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
