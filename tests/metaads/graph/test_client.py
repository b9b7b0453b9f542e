"""The client against a scripted server: what it sends, and what it makes of the answers."""

import hashlib
import hmac

import pytest
from django.test import override_settings

from metaads.graph.client import client_for, client_for_connection, writing_client_for
from metaads.graph.errors import MetaError, OutcomeUnknown, Permanent, TokenInvalid
from metaads.models import AdAccount, Connection
from tests.metaads.stub import Stub

pytestmark = pytest.mark.usefixtures("_impatient")


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
    mine, others = client_for(account), client_for_connection(other)
    stub.says({"id": "1"})
    with pytest.raises(OutcomeUnknown):
        others.get("1")
    mine.get("1")
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


def test_a_warning_about_the_version_is_logged(
    account: AdAccount, stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    stub.says({"id": "1"}, headers={"X-Ad-Api-Version-Warning": "The call has been auto-upgraded to v27.0"})
    client_for(account).get("1")
    assert "auto-upgraded" in caplog.text


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


def test_errors_carry_no_foreign_cause(account: AdAccount, stub: Stub) -> None:
    stub.says("<html>", 502)
    with pytest.raises(MetaError) as caught:
        writing_client_for(account).post("1", {})
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
