"""The canary: the token and the app secret turn up in no log record, no exception text, no repr, no URL, no message."""

import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from metaads.graph.client import app_client_for, client_for, writing_client_for
from metaads.graph.errors import MetaError
from metaads.models import AdAccount, Connection
from metaads.sync.connect import check_connection
from tests.factories.metaads import AdAccountFactory
from tests.metaads.stub import Stub

pytestmark = pytest.mark.usefixtures("_impatient")
TOKEN, SECRET = "EAAcanarytoken123", "canarysecret456"


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
    return app_client_for(account.connection).get("debug_token", {"input_token": TOKEN})


@pytest.mark.parametrize("fault", [html, refused, gone])
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
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name != "werkzeug")
    for secret in (TOKEN, SECRET):
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
