"""The canary: the token and the app secret turn up in no log record, no exception text, no repr, no URL, no message."""

import hashlib
import hmac
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from metaads.graph.client import app_client_for, client_for, writing_client_for
from metaads.graph.errors import MetaError
from metaads.graph.secrets import redact
from metaads.models import AdAccount, Connection
from metaads.sync.check import check_connection
from tests.factories.metaads import AdAccountFactory
from tests.metaads.stub import Stub

pytestmark = pytest.mark.usefixtures("_impatient")
TOKEN, SECRET = "EAAcanarytoken123", "canarysecret456"
PROOF = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def watched(stub: Stub, db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create(
        connection__graph_url=stub.url, connection__access_token=TOKEN, connection__app_secret=SECRET
    )
    return account


def html(stub: Stub) -> None:
    stub.says("<html>", 502, times=9)


def refused(stub: Stub) -> None:
    stub.fails(190, error_data="no json", times=9)


def gone(stub: Stub) -> None:
    stub.url = ""


def read(account: AdAccount) -> object:
    return client_for(account).get("1", {"fields": "id"})


def walk(account: AdAccount) -> object:
    return list(client_for(account).pages("act_1/ads", {"fields": "id"}))


def write(account: AdAccount) -> object:
    return writing_client_for(account).post("1", {"status": "PAUSED"})


def ask(account: AdAccount) -> object:
    return app_client_for(account.connection).get_in_body("debug_token", {"input_token": TOKEN})


def repeated(stub: Stub) -> None:
    text = f"Malformed access token {TOKEN}, secret {SECRET}, proof {PROOF}"
    texts: dict[str, Any] = {"message": text, "error_user_title": text, "error_user_msg": text, "fbtrace_id": text}
    stub.fails(190, error_data={"blame_field_specs": [[text]]}, times=9, **texts)


@pytest.mark.parametrize("fault", [html, refused, gone, repeated])
@pytest.mark.parametrize("call", [read, walk, write, ask])
def test_no_failure_shows_a_secret(
    watched: AdAccount,
    stub: Stub,
    caplog: pytest.LogCaptureFixture,
    fault: Callable[[Stub], None],
    call: Callable[[AdAccount], object],
) -> None:
    caplog.set_level(logging.DEBUG)
    fault(stub)
    if fault is gone:
        watched.connection.graph_url = "http://127.0.0.1:1"
    with pytest.raises(MetaError) as caught:
        call(watched)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + str(caught.value)
    shown += repr(caught.value.detail) + Connection.objects.get().state_reason
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    for secret in (TOKEN, SECRET, PROOF):
        assert secret not in shown
        assert secret not in ours
    assert "appsecret_proof=" not in ours


def test_success_logs_no_secret_and_sends_none_in_a_url(
    watched: AdAccount, stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stub.says({"id": "1"})
    read(watched)
    assert any("/v26.0/1" in record.getMessage() for record in caplog.records if record.name.startswith("urllib3"))
    assert TOKEN not in caplog.text
    assert SECRET not in caplog.text
    assert TOKEN not in str(stub.calls[0].query)


def test_no_object_shows_a_secret_when_printed(watched: AdAccount) -> None:
    shown = (
        repr(client_for(watched)) + repr(watched.connection) + str(watched.connection) + repr(vars(watched.connection))
    )
    assert TOKEN not in shown
    assert SECRET not in shown


def test_what_a_check_stores_for_people_holds_no_secret(watched: AdAccount, stub: Stub) -> None:
    stub.fails(190, times=3)
    report = check_connection(watched.connection, datetime(2026, 11, 20, tzinfo=UTC))
    stored = Connection.objects.get()
    assert stored.state == Connection.State.BROKEN
    assert TOKEN not in repr(report) + stored.state_reason
    assert SECRET not in repr(report) + stored.state_reason


@pytest.mark.parametrize("mangle", [str, str.upper, lambda token: token[:16]])
@pytest.mark.parametrize("text", ["Malformed access token {}", "Error validating access token: {} is gone", "for {}."])
def test_tokens_of_others_are_recognised_in_a_sentence(text: str, mangle: Callable[[str], str]) -> None:
    token = mangle("EAABsbCS1iHgBO7ZC9LQZD")
    assert token not in redact(text.format(token))


@pytest.mark.parametrize("token", ["s1mple-token-0f-ours", "123456|aBcDeFgHiJkLmNoP", "abcdefghijklmnopqrstuvwxyz"])
def test_tokens_that_do_not_look_like_metas_are_recognised_behind_their_name(token: str) -> None:
    assert redact(f"Malformed access token {token}") == "Malformed access token [redacted]"
    assert redact(f'Error validating access token: "{token}"') == 'Error validating access token: "[redacted]"'


@pytest.mark.parametrize(
    "text",
    [
        "Invalid OAuth access token - Cannot parse access token",
        "Error validating access token: Session has expired on Friday, 20-Nov-26 12:00:00 PST.",
        "Error validating access token: The session was invalidated because the user changed the password.",
        "An access token authentication failure occurred.",
        "Budget of act_1234567890123456 raised; see https://business.facebook.com/settings/system-users",
    ],
)
def test_sentences_without_a_token_stay_as_they_are(text: str) -> None:
    assert redact(text) == text


def test_a_message_without_secrets_reaches_people_whole(watched: AdAccount, stub: Stub) -> None:
    stub.fails(100, message="Invalid parameter daily_budget")
    with pytest.raises(MetaError, match="Invalid parameter daily_budget"):
        read(watched)
