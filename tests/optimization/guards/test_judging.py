"""All rails together: who is bound by what, trims that later rails see, failing closed, the safety score."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from optimization.guards import (
    ALL,
    GUARDS,
    Facts,
    Guard,
    Outcome,
    Verdict,
    advisory,
    hard,
    judge_all,
    judge_plan,
    overridden,
)
from optimization.guards.base import EVERYBODY
from optimization.guards.run import judge
from optimization.models import Source
from tests.factories.optimization import NOW, facts

SOURCES = tuple(Source)
MACHINES = {Source.OPTIMIZER, Source.RULE, Source.ORCHESTRATOR}
ALL_BOUND = MACHINES | {Source.PERSON}
BINDS: dict[str, set[Source]] = {
    "switches": set(SOURCES),
    "emergency_stop": set(SOURCES),
    "state_drift": set(SOURCES),
    "data_age": MACHINES,
    "data_quality": ALL_BOUND,
    "lock": MACHINES,
    "hands_off": MACHINES,
    "rejected": MACHINES,
    "objective": MACHINES,
    "never_alone": MACHINES,
    "correlation": MACHINES,
    "creative_fatigue": MACHINES,
    "peak_hours": MACHINES,
    "learning_phase": MACHINES,
    "exposure": MACHINES,
    "budget_exhausted": ALL_BOUND,
    "largest_budgets": ALL_BOUND,
    "budget_sums": ALL_BOUND,
    "meta_limits": set(SOURCES),
    "approval_period": MACHINES,
    "confidence": MACHINES,
    "minimum_data": {Source.OPTIMIZER},
    "embargo": {Source.OPTIMIZER},
    "cooldown": MACHINES,
    "counts": ALL_BOUND,
    "budget_step": MACHINES,
}
HARD = {
    "switches",
    "emergency_stop",
    "state_drift",
    "data_quality",
    "counts",
    "budget_exhausted",
    "largest_budgets",
    "budget_sums",
    "meta_limits",
}
SPARES_LOSS_PREVENTION = {"minimum_data", "embargo", "cooldown", "learning_phase", "exposure"}


def outcomes(made: Facts) -> dict[str, Outcome]:
    return {verdict.guard: verdict.outcome for verdict in judge_all(made).verdicts}


def test_every_rail_is_in_the_table_of_this_test() -> None:
    assert set(GUARDS) == set(BINDS)
    assert {guard.key for guard in ALL if guard.hard} == HARD
    assert {guard.key for guard in ALL if guard.spares_loss_prevention} == SPARES_LOSS_PREVENTION


@pytest.mark.parametrize("source", SOURCES)
def test_rails_bind_by_source(source: Source) -> None:
    skipped = {key for key, outcome in outcomes(facts(source=source)).items() if outcome is Outcome.SKIP}
    unbound = {key for key, bound in BINDS.items() if source not in bound}
    advised = {key for key, bound in BINDS.items() if bound == MACHINES} if source == Source.PERSON else set()
    assert skipped == unbound - advised


def test_loss_prevention_is_not_held_up_by_embargo_cooldown_or_thin_data() -> None:
    new = facts(
        kind="pause",
        grows=False,
        loss_prevention=True,
        field="status",
        before="ACTIVE",
        wanted="PAUSED",
        current="ACTIVE",
        created_at=NOW,
        campaign_created_at=NOW,
        spend=None,
        impressions=None,
        last_executed_at=NOW,
        last_optimizer_at=NOW,
    )
    judgement = judge_all(new)
    assert judgement.blocked is None
    assert {v.guard for v in judgement.verdicts if v.outcome is Outcome.SKIP} == SPARES_LOSS_PREVENTION
    grown = judge_all(dataclasses.replace(new, loss_prevention=False))
    assert grown.blocked is not None


def test_sound_facts_pass_and_the_safety_is_the_smallest_distance() -> None:
    judgement = judge_all(facts())
    assert (judgement.blocked, judgement.final, judgement.must_wait) == (None, 11_000, False)
    distances = [v.remaining for v in judgement.verdicts if v.remaining is not None]
    assert judgement.safety == min(distances)
    assert 0 < judgement.safety < 1


def test_a_trim_becomes_the_final_value_and_its_safety_is_nil() -> None:
    judgement = judge_all(facts(wanted=50_000))
    assert (judgement.final, judgement.safety, judgement.blocked) == (12_000, 0.0, None)


def test_a_person_is_advised_where_machines_are_held_back_and_blocked_where_nobody_passes() -> None:
    wish = facts(source=Source.PERSON, wanted=50_000, last_executed_at=NOW, spent_yesterday=900_000)
    judgement = judge_all(wish)
    assert (judgement.blocked, judgement.final) == (None, 50_000)
    assert {verdict.guard for verdict in advisory(judgement)} == {"cooldown", "budget_step"}
    assert hard(judgement) == []
    kept = overridden(judgement, "A big day.")
    assert {row["guard"] for row in kept} == {"cooldown", "budget_step"}
    assert {row["why"] for row in kept} == {"A big day."}
    stopped = judge_all(dataclasses.replace(wish, stop="Stopped."))
    assert [verdict.guard for verdict in hard(stopped)] == ["emergency_stop"]


def test_a_plan_shows_the_worst_verdict_of_its_steps_and_names_the_object() -> None:
    fine, large = facts(name="Shoes"), facts(name="Hats", wanted=50_000)
    values = {"adset:1:daily_budget": 11_000, "adset:2:daily_budget": 50_000}
    judgement = judge_plan([fine, large], values)
    assert judgement.final == values
    assert judgement.blocked is not None
    assert judgement.blocked.guard == "budget_step"
    assert judgement.blocked.reason.startswith("Hats: ")
    assert judgement.safety == 0.0
    assert judge_plan([fine, dataclasses.replace(large, wanted=10_500)], values).blocked is None


def test_later_rails_see_what_an_earlier_one_left() -> None:
    seen: list[Any] = []

    class Looks(Guard):
        key, label, binds = "looks", "Looks", EVERYBODY

        def check(self, facts: Facts) -> Verdict:
            seen.append(facts.wanted)
            return self.passes("Seen.")

    judge([GUARDS["budget_step"], Looks()], facts(wanted=50_000))
    assert seen == [12_000]


def test_a_rail_that_breaks_blocks(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Guard):
        key, label, binds = "broken", "Broken", EVERYBODY

        def check(self, facts: Facts) -> Verdict:
            raise ZeroDivisionError

    judgement = judge([Broken()], facts())
    assert judgement.blocked is not None
    assert judgement.blocked.guard == "broken"
    assert judgement.safety == 0.0
    assert "broken" in caplog.text


def test_what_time_alone_can_lift_waits_and_the_rest_does_not() -> None:
    waits = judge_all(facts(data_read_at=NOW - timedelta(hours=9)))
    assert (waits.blocked is not None, waits.must_wait) == (True, True)
    over = judge_all(facts(data_read_at=NOW - timedelta(hours=9), current=1))
    assert (over.blocked is not None, over.must_wait) == (True, False)


def test_every_verdict_has_a_reason_in_a_sentence() -> None:
    for source in SOURCES:
        for verdict in judge_all(facts(source=source)).verdicts:
            assert verdict.reason.endswith("."), verdict
            assert verdict.as_json()["outcome"] == verdict.outcome.value


def test_an_undo_heeds_only_switches_stop_and_drift() -> None:
    hopeless = facts(
        source=Source.UNDO,
        wanted=90_000,
        data_read_at=None,
        confidence=None,
        last_executed_at=NOW,
        budget_changes_today=99,
        connected_at=NOW,
    )
    assert judge_all(hopeless).blocked is None
    assert judge_all(dataclasses.replace(hopeless, stop="Stopped.")).blocked is not None
    assert judge_all(dataclasses.replace(hopeless, current=5)).blocked is not None
    assert judge_all(dataclasses.replace(hopeless, switch_off="Off.", executing=True)).blocked is not None
