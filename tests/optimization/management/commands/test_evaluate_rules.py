"""`evaluate_rules`: proposals for all accounts, none with --dry-run, and one account failing never stops another."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from metaads.models import AdSet
from notifications.models import Notification
from optimization import pipeline
from optimization.models import Action, LedgerEvent, Rule, Run
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, keep_frame, make_rule
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    tell = {"kind": "notify_only", "parameters": {"message": "look"}}
    make_rule(made.account, leaf("spend_7d", ">", 50), {"kind": "pause"}, tell)
    keep_frame(made.account, "adset", {"ids": [made.meta_id], "name": [made.name], "spend_7d": [60]})
    return made


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("evaluate_rules", *arguments, f"--now={NOW.isoformat()}", stdout=out, stderr=out)
    return out.getvalue()


def test_it_proposes_and_tells_how_many(ad_set: AdSet) -> None:
    assert run() == f"{ad_set.account}: Evaluated: 1 matches, 1 new, 0 refreshed.\n"
    assert Action.objects.get().entity_id == ad_set.meta_id


def test_a_dry_run_shows_the_proposals_and_leaves_no_trace(ad_set: AdSet) -> None:
    def rows() -> list[Any]:
        models = (Action, Run, LedgerEvent, Notification)
        return [model.objects.count() for model in models] + [Rule.objects.values().get()]

    before = rows()
    told = run("--dry-run")
    assert f"would propose: pause {ad_set.name}. Spend 60.00 EUR in the last 7 days." in told
    assert rows() == before
    assert "1 new" in run()


def test_without_data_it_says_so() -> None:
    AdSetFactory.create()
    assert "no fresh data" in run()


def test_one_account_failing_never_stops_another(ad_set: AdSet, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = AdSetFactory.create(campaign__account__name="A broken one").account
    real = pipeline.evaluate

    def evaluate(account: Any, now: Any) -> str:
        if account == broken:
            raise RuntimeError("it broke")
        return real(account, now)

    monkeypatch.setattr(pipeline, "evaluate", evaluate)
    out = StringIO()
    with pytest.raises(CommandError, match="could not be evaluated"):
        call_command("evaluate_rules", f"--now={NOW.isoformat()}", stdout=out, stderr=out)
    assert "A broken one: it broke" in out.getvalue()
    assert Action.objects.count() == 1
