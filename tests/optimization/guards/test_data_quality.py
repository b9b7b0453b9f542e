"""The rail of doubtful data: machines stop, growth waits, a person may still prevent loss."""

from typing import Any

import pytest

from optimization.guards import GUARDS, Outcome, Verdict, judge_all
from optimization.models import Source
from tests.factories.optimization import facts

WHY = "The data are doubtful since 20 Nov 09:00 UTC. Only 0 results were reported in the last 24 h."
PAUSE = {
    "kind": "pause",
    "grows": False,
    "loss_prevention": True,
    "field": "status",
    "before": "ACTIVE",
    "wanted": "PAUSED",
    "current": "ACTIVE",
}
MACHINES = (Source.RULE, Source.OPTIMIZER, Source.ORCHESTRATOR)


def check(**changes: Any) -> Verdict:
    return GUARDS["data_quality"].check(facts(**{"doubt": WHY, **changes}))


def test_trusted_data_hold_up_nothing() -> None:
    assert check(doubt=None, wanted=12_000).outcome is Outcome.PASS


@pytest.mark.parametrize("source", MACHINES)
@pytest.mark.parametrize("change", [{"wanted": 12_000}, {"wanted": 8_000}, PAUSE])
def test_a_machine_proposes_nothing_on_doubtful_data(source: Source, change: dict[str, Any]) -> None:
    verdict = check(source=source, **change)
    assert (verdict.outcome, verdict.reason, verdict.passing) == (Outcome.BLOCK, WHY, True)


@pytest.mark.parametrize("change", [{"wanted": 8_000}, {"wanted": 10_000}, PAUSE])
def test_a_person_may_prevent_loss(change: dict[str, Any]) -> None:
    assert check(source=Source.PERSON, **change).outcome is Outcome.PASS


def test_growth_waits_whoever_wants_it() -> None:
    assert check(source=Source.PERSON, wanted=10_001).outcome is Outcome.BLOCK
    assert check(source=Source.RULE, wanted=10_001, executing=True).outcome is Outcome.BLOCK


def test_a_cut_that_a_person_made_a_raise_prevents_no_loss() -> None:
    turned = {"kind": "decrease_budget", "loss_prevention": True, "source": Source.PERSON}
    assert check(**turned, wanted=20_000).outcome is Outcome.BLOCK
    assert check(**turned, wanted=20_000, executing=True).outcome is Outcome.BLOCK


def test_what_a_person_approved_of_a_rule_is_the_persons_loss_prevention() -> None:
    assert check(source=Source.RULE, executing=True, **PAUSE).outcome is Outcome.PASS


def test_nothing_is_carried_out_without_a_person() -> None:
    assert check(source=Source.RULE, executing=True, acting_alone=True, **PAUSE).outcome is Outcome.BLOCK


def test_taking_a_change_back_needs_no_data() -> None:
    judgement = judge_all(facts(source=Source.UNDO, wanted=12_000, doubt="The pixel is silent."))
    assert judgement.blocked is None


def test_data_that_were_never_checked_let_people_act_and_no_machine_alone() -> None:
    assert check(doubt="", wanted=12_000).outcome is Outcome.PASS
    assert check(doubt="", wanted=12_000, acting_alone=True).outcome is Outcome.BLOCK
