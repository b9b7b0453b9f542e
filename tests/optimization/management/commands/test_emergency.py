"""The commands of an emergency: stop with reverts and pauses, undo the last hours, lift."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from metaads.models import AdSet
from optimization.models import Action, EmergencyStop, Incident, Source, Status
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action

pytestmark = pytest.mark.django_db
AT = ("--now", NOW.isoformat())


@pytest.fixture
def raised() -> Action:
    """100.00 -> 120.00, an hour ago."""
    ad_set: AdSet = AdSetFactory.create(daily_budget=10_000, status="ACTIVE")
    hour = timedelta(hours=1)
    action = budget_action(ad_set, 12_000, status=Status.EXECUTED, executed_at=NOW - hour, executing_at=NOW - hour)
    AdSet.objects.update(daily_budget=12_000)
    return action


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, *AT, stdout=out)
    return out.getvalue()


def test_a_stop_says_what_is_undone_and_paused_and_where_the_report_is(raised: Action) -> None:
    account = raised.account.meta_id
    text = run("emergency_stop", "--account", account, "--revert-hours", "4", "--pause-affected", "--reason", "odd")
    incident = Incident.objects.get()
    assert "Undos on their way: 1. Pauses on their way: 1." in text
    assert f"Report: /incidents/{incident.public_id}/" in text
    assert "Lifted" in run("emergency_stop", "--account", account, "--lift", "--reason", "fine")
    assert Incident.objects.get().closed_at == NOW


def test_odd_hours_stop_all_the_same_and_fail_loudly(raised: Action) -> None:
    with pytest.raises(CommandError, match="Stopped, but nothing was undone: hours"):
        run("emergency_stop", "--revert-hours", "0")
    assert EmergencyStop.objects.get().lifted_at is None


def test_the_last_hours_are_only_told_with_dry_run_and_undone_without(raised: Action) -> None:
    given = ("revert_action", "--last-hours", "4", "--account", f"act_{raised.account.meta_id}")
    assert "would undo: Lower budget" in run(*given, "--dry-run")
    assert not raised.undos.exists()
    assert "1 undos, 0 changes left as they are." in run(*given)
    assert Action.objects.get(source=Source.UNDO).value_final == 10_000
    again = run(*given)
    assert "left:" in again
    assert "being undone already" in again
    assert "0 undos, 1 changes left" in again


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((), "Give either the id"),
        (("--last-hours", "4"), "--account"),
        (("abc", "--last-hours", "4"), "Give either the id"),
    ],
)
def test_what_is_missing_is_named(given: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        run("revert_action", *given)
