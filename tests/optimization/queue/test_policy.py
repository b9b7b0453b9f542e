"""The auto-approval policy: every condition by itself, and no combination passes with one of them missing."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimization.kinds import KINDS
from optimization.models import Source
from optimization.queue.policy import CONDITIONS, SCALE, Case, Situation, judge_alone, size_percent
from tests.factories.optimization import NOW, OLD, limits


def case(**changes: Any) -> Case:
    """A rule's raise by 10 % that may act alone; `limits`, `mode` ... reach through to what is around it."""
    around: dict[str, Any] = {
        "now": NOW,
        "limits": limits(mode="auto", **changes.pop("limits", {})),
        "connected_at": OLD,
        "optimizer_mode": "auto",
        "room_in_all": 10,
        **changes.pop("around", {}),
    }
    values: dict[str, Any] = {
        "around": Situation(**around),
        "source": Source.RULE,
        "kind": "increase_budget",
        "field": "daily_budget",
        "before": 10_000,
        "final": 11_000,
        "confidence": 0.85,
        "data_read_at": NOW - timedelta(hours=1),
        "within_share": True,
    }
    return Case(**{**values, **changes})


def held_back(made: Case) -> dict[str, str]:
    return dict(judge_alone(made).reasons)


BREAKS: dict[str, list[dict[str, Any]]] = {
    "switches": [{"around": {"switches_off": ("ENABLE_ACTION_EXECUTOR is off.",)}}],
    "stop": [{"around": {"stop": "An emergency stop is in force."}}],
    "mode": [{"around": {"limits": limits(mode="suggest")}}],
    "source": [
        {"within_share": False},
        {"rule_off": "Its rule is switched off."},
        {"source": Source.OPTIMIZER, "around": {"optimizer_mode": "suggest"}},
        {"source": Source.OPTIMIZER, "around": {"optimizer_mode": "off"}},
        {"source": Source.ORCHESTRATOR},
        {"source": Source.ORCHESTRATOR, "around": {"goals_alone": frozenset({"pause"})}},
        {"source": Source.ORCHESTRATOR, "around": {"goals_alone": frozenset({SCALE})}, "within_share": False},
        {"source": Source.PERSON},
    ],
    "approval_period": [
        {"around": {"connected_at": NOW - timedelta(days=29, hours=23)}},
        {"around": {"connected_at": NOW + timedelta(days=1)}},
    ],
    "kind": [{"kind": "notify_only"}, {"kind": "a kind that nobody wrote"}],
    "confidence": [
        {"confidence": None},
        {"confidence": 0.849},
        {"confidence": float("nan")},
        {"limits": {"optimizer_auto_min_confidence": 0.9}, "source": Source.OPTIMIZER},
    ],
    "size": [
        {"final": 11_001},
        {"final": 8_999},
        {"before": 0},
        {"kind": "activate", "field": "status", "before": "PAUSED", "final": "ACTIVE"},
        {"limits": {"max_auto_change_percent": 9.9}},
        {"limits": {"max_auto_change_percent": float("nan")}},
    ],
    "four_eyes": [{"two_needed": True}],
    "data": [
        {"around": {"doubt": "The data are doubtful."}},
        {"around": {"doubt": ""}},
        {"data_read_at": None},
        {"data_read_at": NOW - timedelta(hours=3, seconds=1)},
    ],
    "lock": [{"locked": "Locked by mia."}],
    "fit": [{"unfit": "It is stale."}],
    "came_back": [{"decided_before": True}],
    "rails": [{"blocked": "Changed 1 h ago."}],
    "hour_here": [{"around": {"used_here": 10}}, {"limits": {"max_auto_actions_per_hour": 0}}],
    "hour_in_all": [{"around": {"used_in_all": 10}}, {"around": {"room_in_all": 0}}],
}
ONE_BY_ONE = [(key, change) for key, changes in BREAKS.items() for change in changes]


def test_what_meets_every_condition_acts_alone() -> None:
    assert judge_alone(case()).alone
    assert judge_alone(case(final=9_000)).alone
    assert judge_alone(case(source=Source.OPTIMIZER, within_share=False)).alone


def test_every_condition_has_a_way_to_fail_here() -> None:
    assert list(BREAKS) == [condition.key for condition in CONDITIONS]


@pytest.mark.parametrize(("key", "change"), ONE_BY_ONE)
def test_each_condition_holds_back_by_itself_and_says_why(key: str, change: dict[str, Any]) -> None:
    found = held_back(case(**change))
    assert list(found) == [key]
    assert found[key].endswith((".", ")"))


def test_a_pause_has_no_size_but_a_rules_pause_needs_confidence() -> None:
    pause: dict[str, Any] = {"kind": "pause", "field": "status", "before": "ACTIVE", "final": "PAUSED"}
    assert judge_alone(case(**pause)).alone
    assert list(held_back(case(**pause, confidence=0.7))) == ["confidence"]


def test_the_optimisers_pause_needs_no_confidence_and_its_other_changes_do() -> None:
    pause: dict[str, Any] = {"kind": "pause", "field": "status", "before": "ACTIVE", "final": "PAUSED"}
    assert judge_alone(case(**pause, source=Source.OPTIMIZER, confidence=None)).alone
    assert list(held_back(case(source=Source.OPTIMIZER, confidence=None))) == ["confidence"]


def test_what_goals_may_do_alone_is_what_their_toggles_say() -> None:
    pause: dict[str, Any] = {"kind": "pause", "field": "status", "before": "ACTIVE", "final": "PAUSED"}
    both = {"goals_alone": frozenset({"pause", SCALE}), "goals_percent": 20.0}
    assert judge_alone(case(**pause, source=Source.ORCHESTRATOR, confidence=None, around=both)).alone
    assert judge_alone(case(source=Source.ORCHESTRATOR, final=12_000, around=both)).alone
    assert list(held_back(case(source=Source.ORCHESTRATOR, final=12_001, around=both))) == ["size"]
    assert list(held_back(case(source=Source.ORCHESTRATOR, confidence=None, around=both))) == ["confidence"]
    assert list(held_back(case(final=12_000, around=both))) == ["size"], "nobody else's"


def test_pauses_count_in_the_hour() -> None:
    pause: dict[str, Any] = {"kind": "pause", "field": "status", "before": "ACTIVE", "final": "PAUSED"}
    assert list(held_back(case(**pause, around={"used_here": 10}))) == ["hour_here"]


def test_suggest_mode_silences_every_source() -> None:
    for source in Source:
        found = held_back(case(source=source, around={"limits": limits(mode="suggest")}))
        assert "mode" in found


def test_kinds_that_always_wait_are_held_back() -> None:
    for key, kind in KINDS.items():
        waits = not (kind.may_act_alone and kind.changes_meta)
        assert ("kind" in held_back(case(kind=key))) == waits, key


def test_all_that_stands_in_the_way_is_said_at_once() -> None:
    answer = judge_alone(case(confidence=0.5, final=20_000, locked="Locked by mia."))
    assert answer.why_not == (
        "Its confidence is 0.50; alone at least 0.85. It changes by 100 %; alone at most 10 %. Locked by mia."
    )


@settings(deadline=None)
@given(st.lists(st.sampled_from(ONE_BY_ONE), min_size=1, max_size=6))
def test_no_combination_acts_alone_while_any_condition_fails(broken: list[tuple[str, dict[str, Any]]]) -> None:
    """Changes of one field overwrite each other; the last one stands, and it alone is enough."""
    made, last = case(), broken[-1]
    for _, change in broken:
        made = _changed(made, change)
    answer = judge_alone(made)
    assert not answer.alone
    assert last[0] in dict(answer.reasons) or last[0] in {"size", "confidence", "source"}


def _changed(made: Case, change: dict[str, Any]) -> Case:
    values = dict(change)
    around = {**values.pop("around", {})}
    if "limits" in values:
        around["limits"] = dataclasses.replace(made.around.limits, **values.pop("limits"))
    return dataclasses.replace(made, around=dataclasses.replace(made.around, **around), **values)


Amounts = st.one_of(st.none(), st.integers(-5, 20_000), st.floats(), st.text(max_size=3), st.booleans())


@settings(deadline=None)
@given(st.one_of(Amounts, st.dictionaries(st.text(max_size=3), Amounts, max_size=3)), Amounts)
def test_a_size_is_a_number_or_unknown_whatever_the_values(before: Any, final: Any) -> None:
    size = size_percent(before, final)
    assert size is None or size >= 0


def test_of_a_plan_the_largest_change_counts_and_an_unknown_one_makes_it_unknown() -> None:
    before = {"adset:1:daily_budget": 10_000, "adset:2:daily_budget": 5_000}
    assert size_percent(before, {"adset:1:daily_budget": 10_500, "adset:2:daily_budget": 4_500}) == 10
    assert size_percent(before, {**before, "adset:3:daily_budget": 100}) is None
    assert size_percent({"ad:1:status": "ACTIVE"}, {"ad:1:status": "PAUSED"}) == 0
    assert size_percent({"ad:1:status": "PAUSED"}, {"ad:1:status": "ACTIVE"}) is None
    bid = {"bid_strategy": "COST_CAP", "bid_amount": 500}
    assert size_percent(bid, {**bid, "bid_amount": 525}) == 5
    assert size_percent(bid, {"bid_strategy": "LOWEST_COST_WITH_BID_CAP", "bid_amount": 525}) is None
