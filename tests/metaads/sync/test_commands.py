"""The commands of this app: doors that say what happened and fail loudly."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from metaads.models import AdAccount, SwitchState
from tests.metaads.stub import Stub

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_impatient")]


def run(*args: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=out)
    return out.getvalue()


def structure(stub: Stub) -> None:
    stub.says({"account_id": "111", "name": "Shop", "currency": "EUR", "timezone_name": "Europe/Berlin"})
    stub.says({"data": [{"id": "1", "name": "C"}]})
    stub.says({"data": [{"id": "2", "name": "S", "campaign_id": "1"}, {"id": "3", "campaign_id": "99"}]})
    stub.says({"data": [{"id": "5", "title": "T"}]})
    stub.says({"data": [{"id": "4", "campaign_id": "1", "adset_id": "2", "creative": {"id": "5"}}]})


def test_a_sync_says_what_it_saw(account: AdAccount, stub: Stub) -> None:
    structure(stub)
    assert "1 campaigns, 2 ad sets, 1 ads" in run(
        "sync_structure", "--account", "act_111", "--now", "2026-11-20T12:00Z"
    )
    account.refresh_from_db()
    assert account.name == "Shop"
    assert account.structure_synced_at is not None


def test_a_failed_sync_is_a_failed_command(account: AdAccount, stub: Stub) -> None:
    stub.fails(100, 33)
    with pytest.raises(CommandError, match=account.name):
        run("sync_structure")


def test_a_sync_while_collection_is_off_names_the_switch(account: AdAccount, stub: Stub) -> None:
    SwitchState.objects.create(name="ENABLE_INSIGHTS_COLLECTION", on=False)
    with pytest.raises(CommandError, match="ENABLE_INSIGHTS_COLLECTION"):
        run("sync_structure")
    assert stub.calls == []


@pytest.mark.parametrize("args", [("--account", "999"), ("--now", "soon")])
def test_a_sync_of_nothing_is_refused(account: AdAccount, args: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        run("sync_structure", *args)


def test_a_check_prints_the_findings_and_no_secret(account: AdAccount, stub: Stub) -> None:
    stub.says_in_batch({"data": {"is_valid": True, "scopes": ["ads_management"], "expires_at": 0}})
    stub.says({"data": [{"account_id": "111", "name": "Shop", "currency": "EUR", "timezone_name": "Europe/Berlin"}]})
    said = run("check_connection", account.connection.name)
    assert "scopes: ads_management" in said
    assert "can change ads: yes" in said
    assert "act_111: Shop, EUR, Europe/Berlin" in said
    assert "factory" not in said


def test_a_check_that_finds_a_problem_fails(account: AdAccount, stub: Stub) -> None:
    stub.fails(190)
    with pytest.raises(CommandError, match="Needs attention"):
        run("check_connection")


def test_a_check_of_nothing_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match="connect_account"):
        run("check_connection", "nobody")
