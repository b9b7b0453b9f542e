"""The optimiser in the cycle: beside the rules, through one queue, and never in their way."""

from datetime import timedelta
from typing import Any

import pytest

from intelligence.models import QualityState
from metaads.models import AdSet
from metaads.switch import SwitchedOff
from optimization import cycle
from optimization.cycle import run_cycle, run_optimizer
from optimization.models import AccountLimits, Action, OptimizerSettings, Run, Source, Status
from optimization.models.run import OPTIMIZE
from optimization.optimizer import look as looking
from optimization.optimizer.look import Ask
from optimization.optimizer.wanted import Wanted
from optimization.queue import services
from optimization.queue.propose import propose as whole
from optimization.queue.standing import REJECTED_REASON
from tests.factories.optimization import NOW, make_rule
from tests.optimization.optimizer.estate import SPENT, Estate
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MUCH = SPENT * 30


@pytest.fixture(autouse=True)
def on(settings: Any) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "OPTIMIZER_ENABLED": True}


@pytest.fixture
def estate() -> Estate:
    """Two campaigns that differ much, in an account without limits on shares of its spend."""
    made = Estate()
    for roas in (3.25, 1.2):
        made.ad_set(made.campaign(roas), roas, spent=MUCH)
    AccountLimits.objects.create(account=made.account, max_correlated_percent=100, max_exposure_percent=1000)
    return made


def look(estate: Estate, hours: float = 0) -> Run:
    now = NOW + timedelta(hours=hours)
    estate.frames(now)
    run = run_cycle(estate.account, now)
    assert run is not None
    return run


def record(run_at: float = 0) -> Run:
    return Run.objects.get(kind=OPTIMIZE, started_at=NOW + timedelta(hours=run_at))


def test_it_proposes_what_the_rails_leave_and_keeps_a_record(estate: Estate) -> None:
    look(estate)
    up, down = Action.objects.order_by("-kind")
    assert (up.source, up.status, up.value_wanted, up.value_final) == (Source.OPTIMIZER, Status.PENDING, 12_500, 12_000)
    assert "Wanted: +25 %, 100.00 EUR to 125.00 EUR. The guard rails leave 120.00 EUR." in up.reason
    assert (down.kind, down.value_final, down.at_stake) == ("decrease_budget", 7_000, 3_000)
    counts = record().counts
    assert {name: counts[name] for name in ("campaigns", "wanted", "proposed", "created", "alone", "skipped")} == {
        "campaigns": 2, "wanted": 2, "proposed": 2, "created": 2, "alone": 0, "skipped": {},
    }  # fmt: skip
    assert counts["seconds"] > 0


def test_it_looks_at_its_own_interval_and_only_while_it_is_on(estate: Estate, settings: Any) -> None:
    OptimizerSettings.objects.create(interval_seconds=7_200)
    looks = []
    for hours in (0, 1, 2):
        look(estate, hours)
        looks.append(Run.objects.filter(kind=OPTIMIZE).count())
    assert looks == [1, 1, 2]
    OptimizerSettings.objects.update(enabled=False)
    look(estate, 9)
    settings.SWITCHES = {**settings.SWITCHES, "OPTIMIZER_ENABLED": False}
    OptimizerSettings.objects.update(enabled=True)
    look(estate, 12)
    assert Run.objects.filter(kind=OPTIMIZE).count() == 2


def test_what_it_wants_again_is_refreshed_and_what_it_no_longer_wants_is_stale(estate: Estate) -> None:
    look(estate)
    for one in estate.roas:
        estate.roas[one] = {3.25: 3.3, 1.2: 1.75}[estate.roas[one]]
    look(estate, 1)
    up, down = Action.objects.order_by("-kind")
    assert (up.refresh_count, up.stale_reason) == (1, "")
    assert down.stale_reason == "the optimiser no longer wanted it at 20 Nov, 14:00 CET."


def test_between_its_looks_its_proposals_stand(estate: Estate) -> None:
    OptimizerSettings.objects.create(interval_seconds=7_200)
    look(estate)
    look(estate, 1)
    assert set(Action.objects.values_list("stale_reason", "refresh_count")) == {("", 0)}


def test_a_rule_goes_before_it_and_takes_over_what_it_proposed(estate: Estate) -> None:
    look(estate)
    mine = Action.objects.get(kind="increase_budget")
    make_rule(
        estate.account, leaf("roas_7d", ">", 3), {"kind": "increase_budget", "parameters": {"percent": 5}}, priority=1
    )
    look(estate, 1)
    mine.refresh_from_db()
    rules = Action.objects.get(kind="increase_budget", status=Status.PENDING)
    assert (mine.status, rules.source, rules.value_final) == (Status.SUPERSEDED, Source.RULE, 10_500)
    look(estate, 2)
    rules.refresh_from_db()
    assert (rules.status, rules.refresh_count) == (Status.PENDING, 1)
    assert record(2).counts["conflicts"] == 1


def test_it_leaves_a_rules_open_proposal_alone_but_takes_over_a_stale_one(estate: Estate) -> None:
    rule = make_rule(
        estate.account, leaf("roas_7d", ">", 3), {"kind": "increase_budget", "parameters": {"percent": 5}}, priority=1
    )
    look(estate)
    rules = Action.objects.get(kind="increase_budget")
    type(rule).objects.update(active=False)
    look(estate, 1)
    rules.refresh_from_db()
    assert (rules.source, rules.rule_version_id, rules.refresh_count) == (Source.RULE, rule.current_id, 0)
    assert record(1).counts["refused"] == {"the same is proposed already": 1}
    Action.objects.filter(pk=rules.pk).update(stale_reason="its condition no longer held.")
    look(estate, 2)
    assert Action.objects.get(kind="increase_budget", status=Status.PENDING).source == Source.OPTIMIZER


def test_what_a_person_rejected_stays_away_and_the_record_says_so(estate: Estate) -> None:
    look(estate)
    services.reject(Action.objects.get(kind="increase_budget").pk, None, NOW, "not this one")
    look(estate, 1)
    counts = record(1).counts
    assert (counts["wanted"], counts["proposed"], counts["refused"]) == (2, 1, {REJECTED_REASON: 1})


def test_its_failing_never_stops_the_rules(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    make_rule(estate.account, leaf("roas_7d", "<", 2))

    def broken(*_: object) -> Wanted:
        raise RuntimeError("no posterior")

    monkeypatch.setattr(looking, "wants", broken)
    run = look(estate)
    assert run.problems[-1] == "The optimiser failed: no posterior"
    assert Action.objects.get().source == Source.RULE
    assert Run.objects.filter(kind="optimize_failed").get().problems == ["no posterior"]
    monkeypatch.undo()
    look(estate, 1)
    assert Action.objects.filter(source=Source.OPTIMIZER).count() == 1


def test_a_draft_of_its_that_breaks_the_queue_is_left_out(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    make_rule(estate.account, leaf("roas_7d", "<", 2))

    def propose(account: Any, winners: Any, *rest: Any) -> Any:
        if any(draft.source == Source.OPTIMIZER for draft in winners):
            raise ValueError("odd draft")
        return whole(account, winners, *rest)

    monkeypatch.setattr(cycle, "propose", propose)
    assert look(estate).problems[-1] == "The optimiser failed: odd draft"
    assert Action.objects.get().source == Source.RULE


class TestAsked:
    def test_it_looks_at_once_at_what_was_asked_for(self, estate: Estate) -> None:
        estate.frames()
        campaign = AdSet.objects.order_by("pk")[0].campaign.meta_id
        for _ in range(2):
            run = run_optimizer(estate.account, NOW, Ask(frozenset([campaign]), 7))
            assert run is not None
            assert (run.kind, run.counts["campaigns"], run.counts["proposed"]) == (OPTIMIZE, 1, 1)
        assert Action.objects.get().campaign_id == campaign
        assert looking.last_look(estate.account) is None

    def test_switched_off_it_says_where(self, estate: Estate, settings: Any) -> None:
        estate.frames()
        OptimizerSettings.objects.create(account=estate.account, enabled=False)
        with pytest.raises(SwitchedOff, match="optimiser settings"):
            run_optimizer(estate.account, NOW, Ask())
        settings.SWITCHES = {**settings.SWITCHES, "OPTIMIZER_ENABLED": False}
        with pytest.raises(SwitchedOff, match="OPTIMIZER_ENABLED"):
            run_optimizer(estate.account, NOW, Ask())

    def test_without_fresh_data_it_does_nothing(self, estate: Estate) -> None:
        assert run_optimizer(estate.account, NOW, Ask()) is None


class TestAlone:
    @pytest.fixture(autouse=True)
    def auto(self, estate: Estate, settings: Any) -> None:
        OptimizerSettings.objects.create(mode="auto")
        AccountLimits.objects.update(mode="auto", require_approval_days=0)
        QualityState.objects.create(account=estate.account, checked_at=NOW)

    def test_small_steps_and_pauses_go_alone_and_the_rest_waits(self, estate: Estate) -> None:
        for roas in (2.5, 0.4):
            estate.ad_set(estate.campaign(roas), roas, spent=MUCH)
        look(estate)
        approved = Action.objects.filter(status=Status.APPROVED, alone=True)
        assert {(one.kind, one.value_final) for one in approved} == {("increase_budget", 11_000), ("pause", "PAUSED")}
        waiting = Action.objects.filter(status=Status.PENDING)
        assert all("alone at most 10 %" in one.why_not_alone for one in waiting)
        assert (len(waiting), record().counts["alone"]) == (2, 2)

    def test_in_suggest_mode_all_of_it_waits(self, estate: Estate) -> None:
        OptimizerSettings.objects.update(mode="suggest")
        look(estate)
        assert not Action.objects.exclude(status=Status.PENDING).exists()


def test_what_it_paused_too_early_comes_back_at_the_old_budget(estate: Estate) -> None:
    ad_set = estate.ad_set(estate.campaign(0.4), 0.4, spent=MUCH)
    look(estate)
    pause = Action.objects.get(kind="pause")
    services.approve(pause.pk, None, NOW)
    Action.objects.filter(pk=pause.pk).update(status=Status.EXECUTED, executed_at=NOW, finished_at=NOW)
    AdSet.objects.filter(pk=ad_set.pk).update(status="PAUSED", effective_status="PAUSED")
    estate.roas[ad_set.meta_id] = 3.1
    look(estate, 30)
    back = Action.objects.get(kind="activate")
    assert (back.entity_id, back.value_final, back.source) == (ad_set.meta_id, "ACTIVE", Source.OPTIMIZER)
    Action.objects.filter(pk=back.pk).delete()
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=9_000)
    look(estate, 32)
    assert not Action.objects.filter(kind="activate").exists()
    assert any("budget is another" in reason for reason in record(32).counts["refused"])


def test_an_ad_that_it_paused_has_no_budget_to_compare_and_comes_back(estate: Estate) -> None:
    ad_set = estate.ad_set(estate.campaign(1.75), 1.75, spent=MUCH)
    ad = estate.ad(ad_set, 0.4, spent=MUCH / 10)
    look(estate)
    pause = Action.objects.get(kind="pause")
    Action.objects.filter(pk=pause.pk).update(status=Status.EXECUTED, executed_at=NOW, finished_at=NOW)
    type(ad).objects.filter(pk=ad.pk).update(status="PAUSED", effective_status="PAUSED")
    estate.roas[ad.meta_id] = 4.0
    look(estate, 30)
    assert Action.objects.get(kind="activate").entity_id == ad.meta_id
