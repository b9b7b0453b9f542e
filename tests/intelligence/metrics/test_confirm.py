"""What one level confirms about another."""

import numpy as np

from intelligence.metrics import confirm

NAN = float("nan")
BOTH = np.array([0, 0])


def table(*rows: list[float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array(rows, dtype=np.float64)


def test_children_are_summed_by_parent_and_orphans_left_out() -> None:
    found = confirm.summed(table([1, 2, NAN, 50]), np.array([1, 0, 0, -1]), 2)
    assert found.tolist() == [[2, 1]]


def zeros(children: list[float], parent: float) -> list[float | None]:
    values = table(children)
    found = confirm.zeros_from_parent(values, table([parent]), confirm.summed(values, BOTH, 1), BOTH)
    return [None if value != value else value for value in found[0].tolist()]


def test_unknown_becomes_zero_where_the_parent_has_nothing_left_for_it() -> None:
    assert zeros([3, NAN], 3) == [3, 0]
    assert zeros([NAN, NAN], 0) == [0, 0]


def test_unknown_stays_where_the_parent_has_something_left_or_is_unknown_itself() -> None:
    assert zeros([3, NAN], 4) == [3, None]
    assert zeros([3, NAN], NAN) == [3, None]


def test_a_known_value_is_never_changed() -> None:
    assert zeros([3, 2], 0) == [3, 2]


def left_out(delivered: float, impressions: list[float], listed: list[bool], live: list[bool]) -> list[bool]:
    accounted = confirm.summed(table(impressions), BOTH, 1)
    found = confirm.left_out(table([delivered]), accounted, np.array([listed]), BOTH, np.array(live))
    answer: list[bool] = found[0].tolist()
    return answer


def test_a_live_child_without_a_row_is_doubtful_where_the_parent_delivered_more() -> None:
    assert left_out(1000, [400, 0], [True, False], [True, True]) == [False, True]


def test_it_is_a_true_zero_where_the_rows_account_for_the_parent() -> None:
    assert left_out(1000, [995, 0], [True, False], [True, True]) == [False, False]


def test_a_child_that_is_not_delivering_is_not_doubted() -> None:
    assert left_out(1000, [400, 0], [True, False], [True, False]) == [False, False]


def from_children(children: list[float], impressions: list[float], own_impressions: float) -> float:
    own = table([NAN])
    found = confirm.sums_from_children(own, table(children), table([own_impressions]), table(impressions), BOTH)
    return float(found[0, 0])


def test_a_parents_unknown_is_its_childrens_sum_when_they_delivered_it_all() -> None:
    assert from_children([2, 3], [500, 500], 1000) == 5


def test_it_stays_unknown_when_a_child_is_unknown_or_missing() -> None:
    assert np.isnan(from_children([2, NAN], [500, 500], 1000))
    assert np.isnan(from_children([2, 3], [500, 100], 1000))
