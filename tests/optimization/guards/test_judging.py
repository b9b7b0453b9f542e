"""All rails together: who is bound by what, trims that later rails see, failing closed, the safety score."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from optimization.guards import ALL, GUARDS, Facts, Guard, Outcome, Verdict, judge_all
from optimization.guards.base import EVERYBODY
from optimization.guards.run import judge
from optimization.models import Source
from tests.factories.optimization import NOW, facts

SOURCES = tuple(Source)
MACHINES = {Source.OPTIMIZER, Source.RULE, Source.ORCHESTRATOR}
BINDS: dict[str, set[Source]] = {
    "switches": set(SOURCES),
    "emergency_stop": set(SOURCES),
    "state_drift": set(SOURCES),
    "data_age": MACHINES,
    "data_quality": set(SOURCES),
    "approval_period": MACHINES,
    "confidence": MACHINES,
    "minimum_data": {Source.OPTIMIZER},
    "embargo": {Source.OPTIMIZER},
    "cooldown": MACHINES,
    "counts": MACHINES | {Source.PERSON},
    "budget_step": MACHINES | {Source.PERSON},
}
HARD = {"switches", "emergency_stop", "state_drift", "data_quality", "counts"}
SPARES_LOSS_PREVENTION = {"minimum_data", "embargo", "cooldown"}


def outcomes(made: Facts) -> dict[str, Outcome]:
    return {verdict.guard: verdict.outcome for verdict in judge_all(made).verdicts}


def test_every_rail_is_in_the_table_of_this_test() -> None:
    assert set(GUARDS) == set(BINDS)
    assert {guard.key for guard in ALL if guard.hard} == HARD
    assert {guard.key for guard in ALL if guard.spares_loss_prevention} == SPARES_LOSS_PREVENTION


@pytest.mark.parametrize("source", SOURCES)
def test_rails_bind_by_source(source: Source) -> None:
    skipped = {key for key, outcome in outcomes(facts(source=source)).items() if outcome is Outcome.SKIP}
    assert skipped == {key for key, bound in BINDS.items() if source not in bound}


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
