"""`emergency_stop`: sets and lifts, for one account or everything."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from metaads.models import AdAccount
from optimization.incident.stops import in_force
from optimization.models import LedgerEvent, Rule
from tests.factories.metaads import AdAccountFactory
from tests.factories.optimization import NOW, make_rule
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    make_rule(made, leaf("spend_7d", ">", 50))
    return made


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("emergency_stop", *arguments, f"--now={NOW.isoformat()}", stdout=out)
    return out.getvalue().strip()


def test_one_account_is_stopped_and_lifted(account: AdAccount) -> None:
    told = run("--account", account.meta_id, "--reason", "spends too much")
    assert "this account is in force since 20 Nov, 13:00 CET: spends too much" in told
    assert told.splitlines()[0].endswith("Rules disabled: 1.")
    assert in_force(account) is not None
    assert in_force(None) is None
    lifted = run("--account", account.meta_id, "--lift", "--reason", "fine again")
    assert lifted == "Lifted. 1 rules stay disabled until someone switches them on."
    assert in_force(account) is None
    assert not Rule.objects.get().active
    kinds = LedgerEvent.objects.filter(actor="operator", kind__startswith="emergency").order_by("id")
    assert [event.kind for event in kinds] == ["emergency_stop_set", "emergency_stop_lifted"]


def test_without_an_account_everything_stops(account: AdAccount) -> None:
    assert "everything" in run()
    assert in_force(account) is not None
    assert run().splitlines()[0].endswith("Rules disabled: 1.")
    assert LedgerEvent.objects.filter(kind="emergency_stop_set").count() == 1


def test_lifting_needs_a_reason_and_a_stop(account: AdAccount) -> None:
    with pytest.raises(CommandError, match="No stop of that is in force"):
        run("--lift", "--reason", "fine")
    run()
    with pytest.raises(CommandError, match="reason"):
        run("--lift")
    with pytest.raises(CommandError, match="No stop of that"):
        run("--lift", "--account", account.meta_id, "--reason", "fine")
    assert in_force(account) is not None
