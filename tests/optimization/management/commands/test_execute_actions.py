"""`execute_actions --once`: one pass over what is approved, through the executor."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from metaads.models import AdSet
from optimization.incident.stops import set_stop
from optimization.models import Action, Status
from optimization.queue import services
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action
from tests.optimization.conftest import Meta


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("execute_actions", "--once", *arguments, f"--now={NOW.isoformat()}", stdout=out)
    return out.getvalue().strip()


def test_what_is_approved_is_done_at_meta_and_what_is_pending_is_not(meta: Meta, ad_set: AdSet) -> None:
    other = AdSet.objects.filter(account=meta.account, daily_budget__gt=2000, status="ACTIVE").order_by("pk")[1]
    wanted, pending = (budget_action(one, 1_500, source="person") for one in (ad_set, other))
    services.approve(wanted.pk, None, NOW)
    assert run("--account", meta.account.meta_id) == f"{meta.account}: 1 executed"
    assert meta.budget(ad_set.meta_id) == 1_500
    assert meta.posts(other.meta_id) == []
    pending.refresh_from_db()
    assert pending.status == Status.PENDING
    assert "nothing is approved. Decide at /actions/" in run()


@pytest.mark.django_db
def test_with_the_executor_off_it_refuses_and_names_the_switch(settings: Settings) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_ACTION_EXECUTOR": False}
    with pytest.raises(CommandError, match="Nothing is executed: ENABLE_ACTION_EXECUTOR"):
        run()


@pytest.mark.django_db
def test_without_an_account_it_says_how_to_connect_one() -> None:
    with pytest.raises(CommandError, match="No account is connected"):
        run()


@pytest.mark.django_db
def test_under_a_stop_approved_actions_are_not_even_looked_at() -> None:
    ad_set = AdSetFactory.create()
    set_stop(ad_set.account, None, NOW, "")
    budget_action(ad_set, status=Status.APPROVED, decided_at=NOW)
    assert "An emergency stop of this account" in run()
    assert Action.objects.get().status == Status.APPROVED
