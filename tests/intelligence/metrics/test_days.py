"""Daily totals as arrays: what is zero, what is unknown, what counts as a conversion."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intelligence.metrics.days import PURCHASE, Days, first_nonzero
from tests.factories.intelligence import Row, totals

NAN = float("nan")


def days(
    *readings: dict[str, Row] | None, ids: str = "31", born: float = NAN, types: tuple[str, ...] = PURCHASE
) -> Days:
    """One reading a day, today first; None = that day was never read."""
    held = {ago: totals(rows) for ago, rows in enumerate(readings) if rows is not None}
    names = np.array(ids.split(","))
    return Days(names, held, len(readings), np.full(len(names), born), types)


def cells(found: Days, metric: str) -> list[float | None]:
    return [None if value != value else value for value in found.matrix(metric)[:, 0].tolist()]


def test_a_day_that_was_read_without_the_entity_is_a_day_without_delivery() -> None:
    assert cells(days({"31": {"spend": 5}}, {"99": {"spend": 7}}), "spend") == [5, 0]


def test_a_day_that_was_never_read_is_unknown() -> None:
    assert cells(days({"31": {"spend": 5}}, None), "spend") == [5, None]


def test_before_it_was_created_an_entity_spent_nothing() -> None:
    assert cells(days(None, None, None, born=1), "spend") == [None, None, 0]


def test_link_clicks_and_no_purchase_are_a_known_zero() -> None:
    assert cells(days({"31": {"actions.link_click": 4}}), "conversions") == [0]


def test_without_a_list_of_actions_conversions_are_unknown() -> None:
    assert cells(days({"31": {"spend": 60}}), "conversions") == [None]


def test_one_of_metas_names_for_a_purchase_is_taken_and_never_their_sum() -> None:
    row = {"actions.omni_purchase": 3, "actions.purchase": 2, "actions.offsite_conversion.fb_pixel_purchase": 2}
    assert cells(days({"31": row}), "conversions") == [3]


@pytest.mark.parametrize("kind", PURCHASE)
def test_any_one_of_the_names_will_do(kind: str) -> None:
    row = {f"actions.{kind}": 2, f"action_values.{kind}": 50}
    found = days({"31": row})
    assert (cells(found, "conversions"), cells(found, "conversion_value")) == ([2], [50])


def test_a_result_type_of_the_accounts_own_is_taken_alone() -> None:
    row = {"actions.lead": 5, "actions.omni_purchase": 3}
    assert cells(days({"31": row}, types=("lead",)), "conversions") == [5]
    assert cells(days({"31": {"actions.omni_purchase": 3}}, types=("lead",)), "conversions") == [0]


def test_no_conversions_mean_no_value() -> None:
    assert cells(days({"31": {"actions.link_click": 1}}), "conversion_value") == [0]


def test_conversions_that_came_without_a_value_leave_it_unknown() -> None:
    assert cells(days({"31": {"actions.omni_purchase": 2}}), "conversion_value") == [None]


def test_an_id_that_is_no_number_meets_no_reading_and_breaks_none() -> None:
    found = days({"31": {"spend": 5}}, ids="31,imported-1")
    assert found.matrix("spend")[0].tolist() == [5, 0]


def test_nobody_is_no_trouble() -> None:
    assert Days(np.zeros(0, dtype="<U1"), {0: totals({"31": {"spend": 1}})}, 1, np.zeros(0), PURCHASE).matrix(
        "spend"
    ).shape == (1, 0)


@given(st.lists(st.dictionaries(st.sampled_from(["7", "31", "400"]), st.integers(0, 10_000)), min_size=1, max_size=6))
def test_every_figure_lands_on_its_entity_and_day(readings: list[dict[str, int]]) -> None:
    rows: list[dict[str, Row]] = [{i: {"spend": cents / 100} for i, cents in reading.items()} for reading in readings]
    found = days(*rows, ids="400,7,31").matrix("spend")
    wanted = [[reading.get(i, 0) / 100 for i in ("400", "7", "31")] for reading in readings]
    assert found.tolist() == wanted


def test_the_first_candidate_wins_unless_it_is_zero_or_unknown() -> None:
    found = first_nonzero([np.array([1.0, 0.0, NAN, NAN]), np.array([5.0, 5.0, 5.0, NAN])])
    np.testing.assert_array_equal(found, [1, 5, 5, NAN])
