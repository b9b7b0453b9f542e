"""A tiny world lived through twice, with a rule and without, in processes and databases of their own."""

import json
import shutil
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from metaads.models import AdAccount, Connection
from metaads.sandbox.world.options import MARKETS as WORLDS
from optimization import jobs
from optimization.jobs import Cancelled, JobRefused
from optimization.models import Action, Job, LedgerEvent
from optimization.simulate import SimulationFailed, run, simulate, spec_for
from optimization.simulate.spec import MARKETS
from tests.factories.metaads import AdAccountFactory, AdFactory
from tests.factories.optimization import make_rule
from tests.optimization.rules.build import leaf

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DEAR = leaf("spend_3d", ">", 1)
LOWER = {"kind": "decrease_budget", "parameters": {"percent": 40}}

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create(currency="USD", timezone_name="America/New_York")
    AdFactory.create(ad_set__campaign__account=made)
    return made


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of its own that each simulation begins with, made once as the product makes it."""
    folder = tmp_path_factory.mktemp("simulation") / "empty"
    run._migrated(folder)
    return folder


@pytest.fixture
def made_before(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_migrated", lambda folder: shutil.copytree(migrated, folder))


def counts() -> tuple[int, ...]:
    return tuple(model._default_manager.count() for model in (Connection, AdAccount, Action, LedgerEvent, Job))


def test_a_rule_in_closed_loop_is_compared_with_none(account: AdAccount, made_before: None) -> None:
    make_rule(account, DEAR, LOWER, name="Lower it")
    make_rule(account, DEAR, LOWER, name="Lower campaigns", level="campaign")
    before, out = counts(), StringIO()
    call_command(
        "simulate", "--rules", "Lower it", "Lower campaigns", "--days", "2", "--step", "12", "--json", stdout=out
    )
    found = json.loads(out.getvalue())
    arms = found["arms"]
    assert arms["without"]["executed"] == {}
    assert arms["with"]["executed"]["decrease_budget"] > 0
    assert 0 < arms["with"]["spend"] < arms["without"]["spend"]
    assert found["change"]["spend"] < 0
    assert arms["without"]["roas"] > 0
    assert found["world"]["currency"] == "USD"
    assert counts() == before, "nothing of the product's own database is touched"


def test_the_world_resembles_the_account_in_currency_zone_and_size() -> None:
    made = AdAccountFactory.create(currency="JPY", timezone_name="Asia/Tokyo")
    AdFactory.create_batch(3, ad_set__campaign__account=made)
    world = spec_for(made, [], 7, 7).world
    assert (world["currency"], world["zone"], world["account"]) == ("JPY", "Asia/Tokyo", 1)
    assert (world["campaigns"], world["ad_sets"], world["ads"]) == (3, 3, 3)


def test_its_markets_are_those_of_the_sandbox() -> None:
    assert [(market.currency, market.zone) for market in WORLDS] == list(MARKETS)


def test_cancelling_ends_what_runs(account: AdAccount, made_before: None) -> None:
    rule = make_rule(account, DEAR)
    told: list[str] = []

    def stop(share: float, note: str) -> None:
        told.append(note)
        if len(told) > 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        simulate(spec_for(account, [rule], 3, 7, 12), stop)
    assert len(told) == 2


def test_an_arm_that_breaks_says_why(account: AdAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(folder: Path) -> None:
        folder.mkdir()

    monkeypatch.setattr(run, "_migrated", nothing)
    with pytest.raises(SimulationFailed, match="no folder of a simulation"):
        simulate(spec_for(account, [], 1, 7), lambda share, note: None)


def test_a_simulation_is_a_job(account: AdAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = make_rule(account, DEAR)
    asked: list[Any] = []

    def lived(spec: Any, tell: Any) -> dict[str, Any]:
        asked.append(spec)
        return {"days": spec.days}

    monkeypatch.setattr("optimization.jobs.kinds.simulate.simulate", lived)
    job = jobs.start("simulate", account, {"rules": [str(rule.public_id)], "days": 3}, None, NOW)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result, asked[0].rules[0]["name"]) == ("done", {"days": 3}, rule.name)


def test_what_cannot_be_simulated_is_refused(account: AdAccount) -> None:
    with pytest.raises(JobRefused, match="days"):
        jobs.start("simulate", account, {"rules": [str(make_rule(account, DEAR).public_id)], "days": 99}, None, NOW)
    with pytest.raises(CommandError, match="--days"):
        call_command("simulate", "--rules", "x", "--days", "0")
    with pytest.raises(CommandError, match="no rule"):
        call_command("simulate", "--rules", "x", "--account", account.meta_id)
