"""Connecting and checking."""

from datetime import UTC, datetime
from typing import Any

import pytest

from metaads.models import AdAccount, Connection, SwitchState
from metaads.sync.check import ConnectionReport, check_connection, lost
from metaads.sync.connect import AccountFacts, store_connection
from tests.metaads.stub import Stub

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_impatient")]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVERYTHING = ["ads_management", "ads_read", "business_management"]


def store(url: str = "http://nowhere.invalid", ids: list[str] | None = None, **more: Any) -> Any:
    given = {"token": "t0ken", "app_id": "1", "app_secret": "s3cret", **more}
    return store_connection("Agency", url, account_ids=ids, now=NOW, sandbox=True, **given)


def token(stub: Stub, **data: Any) -> Stub:
    return stub.says_in_batch({"data": {"is_valid": True, "scopes": EVERYTHING, "expires_at": 0, **data}})


def accounts(stub: Stub, *ids: str) -> Stub:
    return stub.says(
        {"data": [{"id": f"act_{one}", "account_id": one, "name": f"N{one}", "currency": "EUR"} for one in ids]}
    )


def test_storing_makes_no_call_and_works_while_everything_is_off() -> None:
    SwitchState.objects.create(name="ENABLE_INTELLIGENCE", on=False)
    connection, (account,) = store(ids=["act_123"], facts=AccountFacts("JPY", "Asia/Tokyo", "Shop"))
    assert (connection.access_token, connection.app_secret, connection.state) == ("t0ken", "s3cret", "unchecked")
    assert (account.meta_id, account.name, account.currency) == ("123", "Shop", "JPY")
    assert account.connected_at == NOW


def test_storing_again_renews_the_token_and_keeps_the_account() -> None:
    store(ids=["123"])
    AdAccount.objects.update(name="Renamed by Meta")
    connection, (account,) = store(ids=["act_123"], token="new")
    assert Connection.objects.get().access_token == "new"
    assert AdAccount.objects.get().name == "Renamed by Meta"
    assert account.connection == connection


@pytest.mark.parametrize("wrong", ["", "act_", "12a", "act_act_1", "http://x/1"])
def test_an_id_that_is_none_is_refused_and_nothing_is_stored(wrong: str) -> None:
    with pytest.raises(ValueError, match="act_1234567890"):
        store(ids=[wrong])
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://graph.facebook.com", "not encrypted"),
        ("graph.facebook.com", "no Graph host"),
        ("https://graph.facebook.com/v26.0", "without a version"),
        ("ftp://graph.facebook.com", "no Graph host"),
        ("", "no Graph host"),
    ],
)
def test_a_host_that_cannot_be_right_is_refused(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        store_connection("A", url, "t", "1", "s", None, NOW)
    assert not Connection.objects.exists()


@pytest.mark.parametrize("version", ["26.0", "v26", "latest", "v26.0/../x"])
def test_a_version_that_is_none_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="no API version"):
        store_connection("A", "https://graph.facebook.com", "t", "1", "s", None, NOW, api_version=version)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (AccountFacts(currency="XXX"), "currency: 'XXX'"),
        (AccountFacts(currency="eur"), "currency: 'eur'"),
        (AccountFacts(currency=""), "currency: ''"),
        (AccountFacts(timezone_name="Foo/Bar"), "timezone: 'Foo/Bar'"),
        (AccountFacts(timezone_name="../../etc/passwd"), "timezone: "),
        (AccountFacts(timezone_name=""), "timezone: ''"),
    ],
)
def test_a_currency_or_zone_that_is_none_is_refused_by_its_name(facts: AccountFacts, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        store(ids=["123"], facts=facts)
    assert not Connection.objects.exists()


@pytest.mark.parametrize("app_id", ["1", ""])
def test_renewing_the_token_alone_keeps_the_app_and_its_secret(app_id: str) -> None:
    store()
    store(token="new", app_id=app_id, app_secret="")
    stored = Connection.objects.get()
    assert (stored.access_token, stored.app_id, stored.app_secret) == ("new", "1", "s3cret")


def test_another_apps_token_does_not_keep_the_first_apps_secret() -> None:
    store()
    store(token="new", app_id="2", app_secret="")
    stored = Connection.objects.get()
    assert (stored.app_id, stored.app_secret) == ("2", "")


def test_metas_own_host_is_accepted() -> None:
    connection, accounts = store_connection("A", "https://graph.facebook.com/", "t", "1", "s", None, NOW)
    assert (connection.sandbox, accounts) == (False, ())


def test_a_good_connection_tells_scopes_accounts_and_expiry(stub: Stub) -> None:
    connection, _ = store(stub.url, ["7"])
    accounts(token(stub, expires_at=1800000000), "7", "8")
    report = check_connection(connection, NOW)
    assert report.ok
    assert report.can_write
    assert [seen.meta_id for seen in report.accounts] == ["7", "8"]
    stored = Connection.objects.get()
    assert (stored.state, stored.state_reason, stored.scopes) == ("ok", "", EVERYTHING)
    assert stored.token_expires_at == datetime.fromtimestamp(1800000000, UTC)
    assert stub.calls[0].headers["Authorization"] == "Bearer 1|s3cret"
    assert stub.calls[1].headers["Authorization"] == "Bearer t0ken"


def test_a_switch_that_is_off_is_named_and_no_call_is_made(stub: Stub) -> None:
    connection, _ = store(stub.url, ["7"])
    SwitchState.objects.create(name="ENABLE_INTELLIGENCE", on=False)
    report = check_connection(connection, NOW)
    assert not report.checked
    assert "ENABLE_INTELLIGENCE" in report.problems[0]
    assert stub.calls == []
    assert Connection.objects.get().state == "unchecked"


def broken(report: ConnectionReport) -> str:
    stored = Connection.objects.get()
    assert not report.ok
    assert stored.state == Connection.State.BROKEN
    return stored.state_reason


def away(report: ConnectionReport) -> str:
    """Nobody knows anything new: what was stored before stays."""
    assert not report.ok
    assert Connection.objects.get().state == Connection.State.UNCHECKED
    return report.problems[0]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"is_valid": False}, "not valid any more"),
        ({"expires_at": 1700000000}, "expired on 14 November 2023"),
        ({"scopes": ["email"]}, "neither ads_read nor ads_management"),
    ],
)
def test_a_useless_token_breaks_the_connection_with_the_way_out(stub: Stub, data: dict[str, Any], says: str) -> None:
    connection, _ = store(stub.url)
    token(stub, **data)
    reason = broken(check_connection(connection, NOW))
    assert says in reason
    assert "new system-user token" in reason
    assert len(stub.calls) == 1


def test_a_wrong_app_secret_is_told_from_a_wrong_token(stub: Stub) -> None:
    connection, _ = store(stub.url)
    stub.fails(190)
    assert "app id and app secret" in broken(check_connection(connection, NOW))
    token(stub).fails(190, 460)
    assert "does not accept the token" in broken(check_connection(connection, NOW))


def test_the_token_is_in_no_url(stub: Stub) -> None:
    connection, _ = store(stub.url)
    accounts(token(stub))
    assert check_connection(connection, NOW).ok
    assert all("t0ken" not in call.path + str(call.query) for call in stub.calls)
    assert "input_token=t0ken" in stub.calls[0].form["batch"]


def test_a_refusal_inside_the_batch_is_one(stub: Stub) -> None:
    connection, _ = store(stub.url)
    stub.says_in_batch({"error": {"code": 190, "message": "Malformed access token t0ken"}}, 400)
    reason = broken(check_connection(connection, NOW))
    assert "app id and app secret" in reason
    assert "t0ken" not in reason


@pytest.mark.parametrize("answer", [[], [None], [{"code": 200, "body": "<html>"}], {"data": {}}])
def test_a_batch_without_an_answer_in_it_is_asked_again_later(stub: Stub, answer: object) -> None:
    connection, _ = store(stub.url)
    stub.says(answer, times=3)
    assert "Check again later" in away(check_connection(connection, NOW))


def test_meta_being_away_is_not_the_tokens_fault(stub: Stub) -> None:
    connection, _ = store(stub.url)
    stub.says("<html>", 502, times=3)
    assert "later" in away(check_connection(connection, NOW))


def test_an_account_that_the_token_cannot_see_is_named(stub: Stub) -> None:
    connection, _ = store(stub.url, ["7", "8"])
    accounts(token(stub), "8")
    report = check_connection(connection, NOW)
    assert not report.ok
    stored = Connection.objects.get()
    assert (stored.state, stored.seen_accounts) == (Connection.State.PARTIAL, ["8"])
    assert "act_7" in stored.state_reason
    assert [lost(stored, one) for one in stored.accounts.order_by("meta_id")] == [True, False]


def test_without_an_app_secret_only_the_accounts_are_asked(stub: Stub) -> None:
    connection, _ = store(stub.url, app_secret="")
    accounts(stub, "7")
    report = check_connection(connection, NOW)
    assert report.ok
    assert report.expires_at is None
    assert len(stub.calls) == 1


def test_a_check_mends_what_was_broken(stub: Stub) -> None:
    connection, _ = store(stub.url)
    stub.fails(190)
    check_connection(connection, NOW)
    accounts(token(stub))
    assert check_connection(connection, NOW).ok
    assert Connection.objects.get().state_reason == ""
