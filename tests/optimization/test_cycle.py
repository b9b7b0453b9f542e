"""One evaluation of one account on frames made by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from intelligence.models import StoredFrame
from metaads.models import AdAccount, AdSet
from metaads.switch import SwitchedOff
from optimization import cycle, pipeline, wants
from optimization.cycle import run_cycle
from optimization.incident.stops import set_stop
from optimization.ledger import events_of, verify
from optimization.models import Action, LedgerEvent, Rule, RuleVersion, Run, Status
from optimization.queue import services
from optimization.queue.errors import Stale
from optimization.rules.compile import compile_version
from optimization.rules.evaluate import evaluate
from tests.factories.metaads import AdFactory, AdSetFactory
from tests.factories.optimization import NOW, budget_action, keep_frame, make_rule, roomy, version_of
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SPENDS = leaf("spend_7d", ">", 50)
Evaluate = Callable[..., Run | None]


@pytest.fixture
def sets() -> list[AdSet]:
    """Four ad sets of one campaign."""
    first: AdSet = AdSetFactory.create()
    return [first, *AdSetFactory.create_batch(3, campaign=first.campaign)]


@pytest.fixture
def account(sets: list[AdSet]) -> AdAccount:
    return sets[0].account


@pytest.fixture
def look(sets: list[AdSet], account: AdAccount) -> Evaluate:
    """Evaluates a frame in which the four spent these amounts in seven days."""

    def evaluate(*spent: float | None, hours: float = 0, age: timedelta | None = None) -> Run | None:
        now = NOW + timedelta(hours=hours)
        columns: dict[str, list[Any]] = {
            "ids": [one.meta_id for one in sets],
            "name": [one.name for one in sets],
            "spend_7d": list(spent),
        }
        keep_frame(account, "adset", columns, now, age)
        if age is None and not StoredFrame.objects.filter(level="campaign").exists():
            roomy(account)
        return run_cycle(account, now)

    return evaluate


def found(run: Run | None) -> dict[str, Any]:
    assert run is not None
    return dict(run.counts)


def test_each_match_becomes_one_proposal_with_its_reason(look: Evaluate, account: AdAccount, sets: list[AdSet]) -> None:
    rule = make_rule(account, SPENDS)
    counts = found(look(64.1, 50, None, 700))
    assert (counts["matched"], counts["created"], counts["rules"]) == (2, 2, [rule.pk])
    first, second = Action.objects.order_by("entity_id")
    assert (first.entity_id, second.entity_id) == (sets[0].meta_id, sets[3].meta_id)
    assert (first.kind, first.status, first.value_final) == ("pause", Status.PENDING, "PAUSED")
    assert first.reason == "Spend 64.10 EUR in the last 7 days."
    assert (first.at_stake, second.at_stake) == (916, 10_000)
    assert first.metrics["spend_7d"] == 64.1
    beside = first.metrics["supporting"]
    assert (beside["spend_7d"], beside["roas_7d"], beside["window"]) == (64.1, None, "7d")
    assert beside["read_at"].startswith("2026-11-20T")
    assert first.trace["result"] == "true"
    assert (first.rule_version, first.run) == (rule.current, Run.objects.get())
    assert first.data_read_at == NOW - timedelta(minutes=5)
    kinds = list(LedgerEvent.objects.filter(kind__startswith="run_").order_by("id").values_list("kind", flat=True))
    assert kinds == ["run_started", "run_finished"]
    assert verify() == []


def test_a_rule_counts_what_it_looked_at_and_found(look: Evaluate, account: AdAccount) -> None:
    make_rule(account, SPENDS)
    Rule.objects.update(consecutive_failures=2)
    look(60, 70, None, 1)
    rule = Rule.objects.get()
    assert rule.consecutive_failures == 0
    assert (rule.triggered, rule.proposed, rule.last_triggered_at) == (2, 2, NOW)
    assert rule.evaluated == 4


def test_the_same_data_again_do_nothing_and_give_the_same_run(look: Evaluate, account: AdAccount) -> None:
    make_rule(account, SPENDS)
    first = look(60, 0, 0, 0)
    events = LedgerEvent.objects.count()
    assert run_cycle(account, NOW + timedelta(minutes=9)) == first
    assert (Action.objects.count(), LedgerEvent.objects.count()) == (1, events)
    assert Rule.objects.get().triggered == 1


def test_new_data_refresh_the_open_proposal(look: Evaluate, account: AdAccount) -> None:
    make_rule(account, SPENDS)
    look(60, 0, 0, 0)
    counts = found(look(65, 0, 0, 0, hours=1))
    assert (counts["created"], counts["refreshed"]) == (0, 1)
    action = Action.objects.get()
    assert (action.refresh_count, action.metrics["spend_7d"], action.version) == (1, 65, 1)
    assert events_of(action).count() == 1


def test_a_proposal_whose_condition_no_longer_holds_is_flagged_and_cannot_be_approved(
    look: Evaluate, account: AdAccount
) -> None:
    make_rule(account, SPENDS)
    look(60, 0, 0, 0)
    assert found(look(40, 0, 0, 0, hours=1))["stale"] == 1
    with pytest.raises(Stale, match="no longer held at 20 Nov, 14:00 CET"):
        services.approve(Action.objects.get().pk, None, NOW + HOUR)


def test_of_two_rules_on_one_entity_safety_wins_and_the_open_growth_closes(look: Evaluate, account: AdAccount) -> None:
    make_rule(
        account, leaf("spend_7d", ">", 10), {"kind": "increase_budget", "parameters": {"percent": 10}}, name="Grow"
    )
    make_rule(account, SPENDS, name="Stop", priority=1)
    look(20, 0, 0, 0)
    assert Action.objects.get().kind == "increase_budget"
    counts = found(look(60, 0, 0, 0, hours=1))
    assert (counts["conflicts"], counts["superseded"], counts["created"]) == (1, 1, 1)
    grown = Action.objects.get(kind="increase_budget")
    assert grown.status == Status.SUPERSEDED
    assert "Safety goes before growth: pause by rule Stop" in grown.outcome_note


def test_a_rejected_pause_does_not_keep_a_cut_from_being_proposed(look: Evaluate, account: AdAccount) -> None:
    make_rule(account, SPENDS, name="Stop")
    make_rule(account, SPENDS, {"kind": "decrease_budget", "parameters": {"percent": 20}}, name="Cut")
    look(60, 0, 0, 0)
    services.reject(Action.objects.get().pk, None, NOW, "not this one")
    counts = found(look(61, 0, 0, 0, hours=1))
    assert counts["skipped"] == {"rejected by a person in the last 72 h": 1}
    assert Action.objects.get(status=Status.PENDING).kind == "decrease_budget"


def test_several_ads_asking_for_one_budget_make_one_proposal_that_says_where_it_lives(
    account: AdAccount, sets: list[AdSet]
) -> None:
    ads = AdFactory.create_batch(3, ad_set=sets[0])
    make_rule(account, SPENDS, {"kind": "decrease_budget", "parameters": {"percent": 10}}, level="ad")
    columns: dict[str, list[Any]] = {
        "ids": [ad.meta_id for ad in ads],
        "name": ["a", "b", "c"],
        "spend_7d": [60, 61, 62],
    }
    keep_frame(account, "ad", columns)
    run_cycle(account, NOW)
    action = Action.objects.get()
    assert (action.level, action.entity_id, action.value_final) == ("adset", sets[0].meta_id, 9_000)
    assert f"The budget lives on the ad set {sets[0].name}." in action.reason


def test_the_rules_own_largest_change_binds_too(look: Evaluate, account: AdAccount) -> None:
    cut = {"kind": "decrease_budget", "parameters": {"percent": 40}}
    make_rule(account, SPENDS, cut, safety={"max_change_percent": 15})
    look(60, 0, 0, 0)
    assert Action.objects.get().value_final == 8_500


def test_the_rules_own_cooldown_and_count_bind_too(look: Evaluate, account: AdAccount, sets: list[AdSet]) -> None:
    rule = make_rule(account, SPENDS, safety={"cooldown_hours": 30, "max_changes_per_day": 1})
    for one, ago in ((sets[0], 29), (sets[1], 31), (sets[2], 23)):
        changed = NOW - ago * HOUR
        budget_action(one, status=Status.EXECUTED, executed_at=changed, rule_version=rule.current)
    counts = found(look(60, 60, 60, 60))
    assert counts["nothing_to_do"] == {"The rule's own cooldown is not over.": 2}
    assert counts["created"] == 2


def test_a_suggesting_rule_only_suggests(look: Evaluate, account: AdAccount) -> None:
    make_rule(account, SPENDS, mode="suggestion_only")
    look(60, 0, 0, 0)
    assert Action.objects.get().status == Status.SUGGESTED


def test_what_cannot_change_is_counted_with_its_reason(look: Evaluate, account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS)
    AdSet.objects.filter(pk=sets[0].pk).update(status="PAUSED")
    AdSet.objects.filter(pk=sets[1].pk).update(deleted_at=NOW)
    counts = found(look(60, 60, 0, 0))
    assert counts["nothing_to_do"] == {"It is already paused.": 1, "It vanished at Meta.": 1}
    assert counts["created"] == 0


def test_data_older_than_three_hours_are_not_decided_on(look: Evaluate, account: AdAccount) -> None:
    make_rule(account, SPENDS)
    assert look(60, 60, 60, 60, age=timedelta(hours=3, minutes=1)) is None
    assert "no fresh data" in pipeline.evaluate(account, NOW)
    assert not Action.objects.exists()
    assert not Run.objects.exists()


def test_a_level_with_old_data_is_left_out_and_named(look: Evaluate, account: AdAccount, sets: list[AdSet]) -> None:
    make_rule(account, SPENDS)
    old: dict[str, list[Any]] = {"ids": [sets[0].campaign.meta_id], "name": ["C"], "spend_7d": [900]}
    keep_frame(account, "campaign", old, NOW - timedelta(minutes=1), timedelta(hours=5))
    make_rule(account, SPENDS, level="campaign", name="Campaigns")
    run = look(60, 0, 0, 0)
    assert found(run)["created"] == 1
    assert run is not None
    assert run.problems == ["Campaign: the data are 5 h 1 min old, so nothing is decided on them.", "Ad: no data yet."]


def test_without_data_nothing_happens(account: AdAccount) -> None:
    make_rule(account, SPENDS)
    assert run_cycle(account, NOW) is None


@pytest.mark.parametrize("name", ["ENABLE_RULES_ENGINE", "ENABLE_INTELLIGENCE"])
def test_with_the_rules_switched_off_nothing_is_evaluated_or_written(
    look: Evaluate, account: AdAccount, settings: Settings, name: str
) -> None:
    make_rule(account, SPENDS)
    events = LedgerEvent.objects.count()
    settings.SWITCHES = {**settings.SWITCHES, name: False}
    with pytest.raises(SwitchedOff, match=name):
        look(60, 60, 60, 60)
    assert name in pipeline.evaluate(account, NOW)
    assert not Action.objects.exists()
    assert not Run.objects.exists()
    assert LedgerEvent.objects.count() == events


def test_during_a_stop_nothing_is_evaluated(look: Evaluate, account: AdAccount) -> None:
    make_rule(account, SPENDS)
    set_stop(None, None, NOW, "")
    assert look(60, 60, 60, 60) is None
    assert not Run.objects.exists()


def test_a_rule_that_errs_counts_failures_and_the_others_run_on(
    look: Evaluate, account: AdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = make_rule(account, leaf("spend_7d", ">", 55), name="Bad"), make_rule(account, SPENDS, name="Good")

    def together(*args: Any) -> Any:
        raise ArithmeticError("all at once fails")

    def alone(compiled: Any, *args: Any) -> Any:
        if compiled.document.conditions == bad_tree:
            raise ArithmeticError("it broke")
        return evaluate(compiled, *args)

    bad_tree = compile_version(version_of(bad)).document.conditions
    monkeypatch.setattr(wants, "evaluate_many", together)
    monkeypatch.setattr(wants, "evaluate", alone)
    for hours in range(3):
        run = look(60, 0, 0, 0, hours=hours)
        assert run is not None
        assert run.problems[-1] == "Rule Bad could not be evaluated."
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.active, good.active, good.consecutive_failures) == (False, True, 0)
    assert "it broke" in bad.disabled_reason
    assert Action.objects.get().rule_version == good.current


def test_a_rule_that_cannot_be_read_any_more_counts_failures_too(look: Evaluate, account: AdAccount) -> None:
    bad, _ = make_rule(account, SPENDS, name="Bad"), make_rule(account, SPENDS, name="Good")
    nonsense = {"conditions": leaf("nonsense", ">", 1), "actions": [{"kind": "pause"}]}
    RuleVersion.objects.filter(rule=bad).update(document=nonsense)
    assert found(look(60, 0, 0, 0))["created"] == 1
    bad.refresh_from_db()
    assert bad.consecutive_failures == 1


def test_a_run_that_breaks_frees_its_data_for_another_try(
    look: Evaluate, account: AdAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rule(account, SPENDS)
    with monkeypatch.context() as patch:
        patch.setattr(cycle, "resolve", lambda drafts: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            look(60, 0, 0, 0)
    told = Run.objects.values_list("kind", "problems", "finished_at").get()
    assert told == ("evaluate_failed", ["division by zero"], NOW)
    assert found(run_cycle(account, NOW + timedelta(minutes=5)))["created"] == 1


def test_a_scheduled_rule_waits_for_its_time(look: Evaluate, account: AdAccount) -> None:
    make_rule(account, SPENDS, schedule={"every": "hourly"})
    look(60, 0, 0, 0)
    assert found(look(60, 60, 0, 0, hours=0.5))["rules"] == []
    assert found(look(60, 60, 0, 0, hours=1))["created"] == 1
