"""Each guard rail by itself: what it passes, trims and blocks, and for whom."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from optimization.guards import GUARDS, Outcome, Verdict
from optimization.models import Source
from tests.factories.optimization import NOW, facts, limits

PASS, TRIM, BLOCK, SKIP = Outcome.PASS, Outcome.TRIM, Outcome.BLOCK, Outcome.SKIP


def check(key: str, **changes: Any) -> Verdict:
    return GUARDS[key].check(facts(**changes))


def test_off_switches_block_at_execution_and_only_warn_at_proposal() -> None:
    assert check("switches").outcome is PASS
    warned = check("switches", switch_off="ENABLE_ACTION_EXECUTOR is off.")
    assert (warned.outcome, "by hand" in warned.reason) == (PASS, True)
    blocked = check("switches", switch_off="ENABLE_ACTION_EXECUTOR is off.", executing=True)
    assert (blocked.outcome, blocked.passing) == (BLOCK, True)


def test_a_stop_blocks_with_its_own_words() -> None:
    verdict = check("emergency_stop", stop="An emergency stop is in force: too much")
    assert (verdict.outcome, verdict.reason) == (BLOCK, "An emergency stop is in force: too much")


def test_drift_blocks_for_good_and_shows_both_values() -> None:
    verdict = check("state_drift", current=12_345)
    assert (verdict.outcome, verdict.passing) == (BLOCK, False)
    assert "100.00 USD" in verdict.reason
    assert "123.45 USD" in verdict.reason


def test_an_unknown_present_value_blocks_until_it_can_be_read() -> None:
    verdict = check("state_drift", current=None)
    assert (verdict.outcome, verdict.passing) == (BLOCK, True)


@pytest.mark.parametrize(("hours", "outcome"), [(0.0, PASS), (2.99, PASS), (3.0, PASS), (3.01, BLOCK), (72.0, BLOCK)])
def test_data_may_be_three_hours_old(hours: float, outcome: Outcome) -> None:
    assert check("data_age", data_read_at=NOW - timedelta(hours=hours)).outcome is outcome


def test_no_data_at_all_blocks() -> None:
    assert check("data_age", data_read_at=None).outcome is BLOCK


def test_a_new_account_waits_for_a_person_who_may_approve_at_once() -> None:
    young = {"connected_at": NOW - timedelta(days=29, hours=23)}
    assert check("approval_period", **young, acting_alone=True).outcome is BLOCK
    assert check("approval_period", **young).outcome is PASS
    assert check("approval_period", connected_at=NOW - timedelta(days=30), acting_alone=True).outcome is PASS


@pytest.mark.parametrize(
    ("confidence", "alone", "outcome"),
    [(0.64, False, BLOCK), (0.65, False, PASS), (0.84, True, BLOCK), (0.85, True, PASS), (None, False, BLOCK)],
)
def test_the_optimiser_needs_confidence_and_more_of_it_to_act_alone(
    confidence: float | None, alone: bool, outcome: Outcome
) -> None:
    assert check("confidence", confidence=confidence, acting_alone=alone).outcome is outcome


def test_a_rule_that_a_person_judges_needs_no_confidence_but_alone_it_does() -> None:
    assert check("confidence", source=Source.RULE, confidence=None).outcome is PASS
    assert check("confidence", source=Source.RULE, confidence=None, acting_alone=True).outcome is BLOCK


def test_a_confidence_that_is_no_number_blocks() -> None:
    assert check("confidence", confidence=float("nan")).outcome is BLOCK


@pytest.mark.parametrize(
    ("spend", "impressions", "outcome"),
    [
        (Decimal("100.00"), 1000.0, PASS),
        (Decimal("99.99"), 1000.0, BLOCK),
        (Decimal("100.00"), 999.0, BLOCK),
        (None, 5000.0, BLOCK),
        (Decimal(500), None, BLOCK),
        (Decimal(500), float("nan"), BLOCK),
    ],
)
def test_the_optimiser_needs_enough_data(spend: Decimal | None, impressions: float | None, outcome: Outcome) -> None:
    assert check("minimum_data", spend=spend, impressions=impressions).outcome is outcome


@pytest.mark.parametrize(
    ("own", "campaign", "outcome"), [(48, 48, PASS), (47, 900, BLOCK), (900, 47, BLOCK), (None, 900, BLOCK)]
)
def test_new_things_are_left_alone_counted_from_the_later_creation(
    own: int | None, campaign: int, outcome: Outcome
) -> None:
    created = None if own is None else NOW - timedelta(hours=own)
    since = NOW - timedelta(hours=campaign)
    assert check("embargo", created_at=created, campaign_created_at=since).outcome is outcome


@pytest.mark.parametrize(
    ("source", "any_hours", "own_hours", "outcome"),
    [
        (Source.RULE, None, None, PASS),
        (Source.RULE, 3.9, None, BLOCK),
        (Source.RULE, 4.0, None, PASS),
        (Source.RULE, 5.0, 5.0, PASS),
        (Source.OPTIMIZER, 5.0, 5.0, BLOCK),
        (Source.OPTIMIZER, 24.0, 24.0, PASS),
    ],
)
def test_an_entity_rests_after_a_change(
    source: Source, any_hours: float | None, own_hours: float | None, outcome: Outcome
) -> None:
    def ago(hours: float | None) -> Any:
        return None if hours is None else NOW - timedelta(hours=hours)

    verdict = check("cooldown", source=source, last_executed_at=ago(any_hours), last_optimizer_at=ago(own_hours))
    assert verdict.outcome is outcome
    assert verdict.passing is (outcome is BLOCK)


def test_four_budget_changes_of_an_entity_are_the_most_in_a_day() -> None:
    assert check("counts", budget_changes_today=3).outcome is PASS
    assert check("counts", budget_changes_today=4).outcome is BLOCK
    assert check("counts", budget_changes_today=4, field="status", source=Source.RULE).outcome is PASS


def test_a_limit_of_no_change_at_all_blocks_the_first() -> None:
    assert check("counts", limits=limits(max_budget_changes_per_day=0)).outcome is BLOCK


def test_acting_alone_is_counted_by_the_hour() -> None:
    assert check("counts", acting_alone=True, auto_last_hour=9).outcome is PASS
    assert check("counts", acting_alone=True, auto_last_hour=10).outcome is BLOCK
    assert check("counts", auto_last_hour=10).outcome is PASS


@pytest.mark.parametrize(("name", "most"), [("campaign_actions", 5), ("run_actions", 50)])
def test_the_optimisers_actions_are_counted_when_proposed_and_not_again_when_executed(name: str, most: int) -> None:
    assert check("counts", **{name: most - 1}).outcome is PASS
    assert check("counts", **{name: most}).outcome is BLOCK
    assert check("counts", **{name: most}, executing=True).outcome is PASS
    assert check("counts", **{name: most}, source=Source.RULE).outcome is PASS


@pytest.mark.parametrize(
    ("before", "wanted", "to"),
    [
        (10_000, 12_000, None),
        (10_000, 12_001, 12_000),
        (10_000, 99_999, 12_000),
        (10_000, 5_000, None),
        (10_000, 4_999, 5_000),
        (10_000, 1, 5_000),
        (9, 20, 10),
        (8_401, 1, 4_201),
    ],
)
def test_a_step_is_trimmed_to_the_limit_towards_the_old_value(before: int, wanted: int, to: int | None) -> None:
    verdict = check("budget_step", before=before, wanted=wanted, day_start_budget=before)
    assert verdict.outcome is (PASS if to is None else TRIM)
    assert verdict.trimmed_to == to


def test_yen_have_no_minor_unit_and_are_trimmed_to_whole_yen() -> None:
    verdict = check("budget_step", before=84_05, wanted=20_000, day_start_budget=84_05)
    assert verdict.trimmed_to == 10_086


def test_one_action_may_not_rise_above_its_own_limit_even_if_the_day_allows() -> None:
    roomy = limits(max_increase_percent_per_day=100.0)
    assert check("budget_step", wanted=20_000, limits=roomy).trimmed_to == 13_000


def test_raises_of_one_day_add_up_from_the_days_first_budget() -> None:
    raised = {"before": 11_000, "raised_today": 1_000, "day_start_budget": 10_000}
    assert check("budget_step", **raised, wanted=12_000).outcome is PASS
    assert check("budget_step", **raised, wanted=12_500).trimmed_to == 12_000
    used_up = {"before": 12_000, "raised_today": 2_000, "day_start_budget": 10_000}
    assert check("budget_step", **used_up, wanted=12_001).outcome is BLOCK


@pytest.mark.parametrize("before", [0, "ACTIVE"])
def test_a_step_from_an_unknown_budget_blocks(before: Any) -> None:
    assert check("budget_step", before=before).outcome is BLOCK


def test_a_status_is_no_step() -> None:
    assert check("budget_step", field="status", before="ACTIVE", wanted="PAUSED").outcome is PASS


def test_a_limit_of_no_decrease_blocks_instead_of_trimming_to_nothing() -> None:
    assert check("budget_step", wanted=9_000, limits=limits(max_decrease_percent=0.0)).outcome is BLOCK


@pytest.mark.parametrize(("source", "most"), [(Source.OPTIMIZER, 11_000), (Source.RULE, 12_000)])
def test_the_optimisers_own_limit_of_a_day_binds_it_alone(source: Source, most: int) -> None:
    own = limits(optimizer_raise_percent_per_day=10.0)
    assert check("budget_step", source=source, wanted=15_000, limits=own).trimmed_to == most
