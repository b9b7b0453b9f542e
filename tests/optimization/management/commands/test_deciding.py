"""The operator's decisions: approve_action, reject_action, cancel_action, revert_action, expire_actions."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from metaads.models import AdSet
from optimization.ledger import events_of
from optimization.models import Action, Status
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, pause_action

pytestmark = pytest.mark.django_db
AT = f"--now={NOW.isoformat()}"
DOORS = {
    "approve_action": ((), Status.APPROVED, "execute_actions --once"),
    "reject_action": (("--reason", "too early"), Status.REJECTED, "It stays away for 72 hours."),
    "cancel_action": (("--reason", "never mind"), Status.CANCELLED, "Nothing changes at Meta."),
}


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, AT, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def action() -> Action:
    return budget_action(AdSetFactory.create())


@pytest.mark.parametrize("command", DOORS)
def test_the_operator_decides_and_the_ledger_says_so(action: Action, command: str) -> None:
    more, status, what_next = DOORS[command]
    told = run(command, str(action.public_id), *more)
    assert told.startswith(f"{action.public_id} is {status.label.lower()}.")
    assert what_next in told
    action.refresh_from_db()
    assert (action.status, action.decided_by, action.decided_at) == (status, None, NOW)
    event = events_of(action).get()
    assert (event.actor, event.user_id) == ("operator", None)


@pytest.mark.parametrize("command", [*DOORS, "revert_action"])
def test_a_decision_that_cannot_be_ends_with_its_reason_and_code_1(action: Action, command: str) -> None:
    Action.objects.update(status=Status.EXPIRED)
    more = DOORS[command][0] if command in DOORS else ()
    with pytest.raises(CommandError, match=r"already expired|Only an executed change") as refused:
        run(command, str(action.public_id), *more)
    assert refused.value.returncode == 1


@pytest.mark.parametrize("command", [*DOORS, "revert_action"])
@pytest.mark.parametrize("unknown", ["nonsense", "7b0d2c0e-6d0b-4c62-9df1-d6cf1f6a1a11"])
def test_an_unknown_action_is_said_to_be_unknown(command: str, unknown: str) -> None:
    more = DOORS[command][0] if command in DOORS else ()
    with pytest.raises(CommandError, match="There is no action"):
        run(command, unknown, *more)


@pytest.mark.parametrize("text", ["yesterday", "2026-11-20T12:00:00", "2026-11-20"])
def test_a_time_without_zone_is_refused_with_an_example(action: Action, text: str) -> None:
    with pytest.raises(CommandError, match=r"--now: .* 2026-11-21T09:00:00\+00:00"):
        call_command("approve_action", str(action.public_id), "--now", text)
    action.refresh_from_db()
    assert action.status == Status.PENDING


def test_an_approval_while_execution_is_off_says_that_it_is_to_be_done_by_hand(
    action: Action, settings: Settings
) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_ACTION_EXECUTOR": False}
    assert "by hand: ENABLE_ACTION_EXECUTOR is off" in run("approve_action", str(action.public_id))


def test_an_executed_pause_is_reverted() -> None:
    pause = pause_action(AdSetFactory.create(status="PAUSED"), status=Status.EXECUTED, executed_at=NOW)
    told = run("revert_action", str(pause.public_id))
    undoing = Action.objects.get(undo_of=pause)
    assert told.startswith(f"{undoing.public_id} undoes it: approved. The act workers carry it out")
    assert (undoing.kind, undoing.value_final) == ("activate", "ACTIVE")


def test_what_is_past_its_time_is_closed_and_counted() -> None:
    ad_set: AdSet = AdSetFactory.create()
    gone = budget_action(ad_set, expires_at=NOW)
    fresh = pause_action(ad_set)
    elsewhere = budget_action(AdSetFactory.create(), expires_at=NOW)
    assert run("expire_actions", "--account", f"act_{ad_set.account.meta_id}") == "1 actions closed."
    assert run("expire_actions") == "1 actions closed."
    for action in (gone, fresh, elsewhere):
        action.refresh_from_db()
    assert [a.status for a in (gone, fresh, elsewhere)] == [Status.EXPIRED, Status.PENDING, Status.EXPIRED]


def test_an_unknown_account_is_refused() -> None:
    with pytest.raises(CommandError, match="no ad account 'act_404' is connected"):
        run("expire_actions", "--account", "act_404")
