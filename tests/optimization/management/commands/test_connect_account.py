"""`connect_account`: stores credentials without any call, while everything is off, and never shows them."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from metaads.models import AdAccount, Connection, Membership, Role
from optimization.models import LedgerEvent
from tests.factories.metaads import UserFactory
from tests.factories.optimization import NOW

pytestmark = pytest.mark.django_db
TOKEN = "EAAB-a-very-secret-token"
SECRET = "an-app-secret-nobody-sees"
HOST = "http://127.0.0.1:8077"


@pytest.fixture(autouse=True)
def _everything_off(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SWITCHES = dict.fromkeys(settings.SWITCHES, False)
    monkeypatch.setenv("META_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("META_APP_SECRET", SECRET)
    monkeypatch.delenv("META_AD_ACCOUNT_ID", raising=False)


def run(*arguments: str) -> str:
    out = StringIO()
    where = ("--graph-url", HOST, "--sandbox", f"--now={NOW.isoformat()}")
    call_command("connect_account", *arguments, *where, stdout=out, stderr=out)
    return out.getvalue()


def test_it_stores_the_account_sealed_with_everything_off() -> None:
    told = run("act_123", "456", "--name", "Agency", "--currency", "JPY", "--timezone", "Asia/Tokyo")
    assert told.startswith("Stored Agency with act_123, act_456.")
    connection = Connection.objects.get()
    assert (connection.graph_url, connection.sandbox, connection.access_token) == (HOST, True, TOKEN)
    assert connection.app_secret == SECRET
    assert TOKEN not in connection.access_token_sealed
    account = AdAccount.objects.get(meta_id="123")
    assert (account.currency, account.timezone_name, account.connected_at) == ("JPY", "Asia/Tokyo", NOW)
    assert set(LedgerEvent.objects.values_list("kind", "account_id")) == {
        ("token_changed", one.pk) for one in AdAccount.objects.all()
    }


def test_neither_terminal_nor_ledger_nor_error_shows_a_secret(capfd: pytest.CaptureFixture[str]) -> None:
    told = run("123")
    with pytest.raises(CommandError) as refused:
        run("no-id")
    everything = told + str(refused.value) + "".join(capfd.readouterr())
    everything += json.dumps([event.payload for event in LedgerEvent.objects.all()])
    assert TOKEN not in everything
    assert SECRET not in everything


def test_the_token_can_come_from_another_variable_or_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOME_TOKEN", "token-of-the-variable")
    run("1", "--token-env", "SOME_TOKEN")
    assert Connection.objects.get().access_token == "token-of-the-variable"
    file = tmp_path / "token"
    file.write_text("token-of-the-file\n")
    run("1", "--token-file", str(file))
    assert Connection.objects.get().access_token == "token-of-the-file"


def test_without_a_token_nothing_is_stored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("META_ACCESS_TOKEN", "  ")
    with pytest.raises(CommandError, match="META_ACCESS_TOKEN is empty"):
        run("1")
    with pytest.raises(CommandError, match="--token-file: No such file"):
        run("1", "--token-file", str(tmp_path / "none"))
    empty = tmp_path / "empty"
    empty.write_text("\n")
    with pytest.raises(CommandError, match=r"--token-file: .* is empty"):
        run("1", "--token-file", str(empty))
    assert not Connection.objects.exists()


def test_account_ids_default_to_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="META_AD_ACCOUNT_ID"):
        run()
    monkeypatch.setenv("META_AD_ACCOUNT_ID", "act_7,8")
    run()
    assert set(AdAccount.objects.values_list("meta_id", flat=True)) == {"7", "8"}


def test_the_named_user_becomes_manager_and_an_unknown_one_is_refused_before_storing() -> None:
    with pytest.raises(CommandError, match="there is no user 'mia'"):
        run("1", "--manager", "mia")
    assert not Connection.objects.exists()
    mia = UserFactory.create(username="mia")
    run("1", "--manager", "mia")
    assert Membership.objects.get().role == Role.MANAGER
    assert Membership.objects.get().user == mia


def test_connecting_again_renews_the_token_and_doubles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    run("1")
    monkeypatch.setenv("META_ACCESS_TOKEN", "a-new-token")
    run("1")
    assert Connection.objects.get().access_token == "a-new-token"
    assert AdAccount.objects.count() == 1
    assert LedgerEvent.objects.filter(kind="token_changed").count() == 2
