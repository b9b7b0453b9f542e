"""A metric against parent, account and siblings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.intelligence.metrics.frames import NAN, frame, values

FAMILY = {"parent_id": ["a", "a", "a", "b"]}


def test_the_parents_ratio_is_of_the_parents_own_sums() -> None:
    held = frame(**{"parent:spend_7d": [10, 40], "parent:conversion_value_7d": [30, 20], "spend_7d": [1, 1]})
    assert values(held, "parent_roas_7d") == [3.0, 0.5]


def test_the_account_average_of_a_ratio_is_of_pooled_sums() -> None:
    held = frame(spend_7d=[10, 90, NAN], conversions_7d=[1, 1, 5])
    assert values(held, "account_cpa_7d") == [50, 50, 50]


def test_the_account_average_of_a_sum_leaves_out_entities_that_did_not_deliver() -> None:
    held = frame(spend_7d=[10, 30, 0], impressions_7d=[100, 100, 0])
    assert values(held, "account_spend_7d") == [20, 20, 20]


def test_a_z_score_counts_standard_deviations_from_the_mean() -> None:
    held = frame(spend_7d=[1, 2, 3])
    assert values(held, "zscore_spend_7d") == [pytest.approx(-1.2247, abs=1e-4), 0, pytest.approx(1.2247, abs=1e-4)]


@pytest.mark.parametrize("spend", [[1.0, 2.0], [5.0, 5.0, 5.0]])
def test_without_peers_or_spread_there_is_no_z_score(spend: list[float]) -> None:
    assert set(values(frame(spend_7d=spend), "zscore_spend_7d")) == {None}


def test_rank_one_is_the_highest_among_siblings_and_equals_share_it() -> None:
    assert values(frame(spend_7d=[5, 9, 9, 1], **FAMILY), "rank_spend_7d") == [3, 1, 1, 1]


def test_a_percentile_is_the_share_of_the_other_siblings_below() -> None:
    assert values(frame(spend_7d=[5, 9, 7, 1], **FAMILY), "percentile_spend_7d") == [0, 100, 50, None]


def test_an_unknown_value_has_no_place_and_takes_none() -> None:
    held = frame(spend_7d=[5, NAN, 7, 1], **FAMILY)
    assert values(held, "rank_spend_7d") == [2, None, 1, 1]
    assert values(held, "percentile_spend_7d") == [0, None, 100, None]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.one_of(st.integers(0, 5), st.just(NAN))), min_size=1, max_size=20))
def test_ranks_agree_with_counting_by_hand(rows: list[tuple[str, float]]) -> None:
    held = frame(parent_id=[parent for parent, _ in rows], spend_7d=[float(value) for _, value in rows])
    wanted = [None if own != own else 1 + sum(p == parent and value > own for p, value in rows) for parent, own in rows]
    assert values(held, "rank_spend_7d") == wanted
