"""Splitting a total: exact to the unit, inside the bounds, in proportion where the bounds leave it, few small edits."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimization.shares import NoSplit, Part, moves, split


def part(key: str, weight: float, least: int = 0, most: int = 10**9, now: int = 0) -> Part:
    return Part(key, now, weight, least, most)


def test_without_bounds_it_is_plain_proportion() -> None:
    assert split([part("a", 3), part("b", 1)], 10_000) == {"a": 7_500, "b": 2_500}


def test_units_lost_to_rounding_go_to_the_largest_remainders() -> None:
    assert split([part("a", 1), part("b", 1), part("c", 1)], 100) == {"a": 34, "b": 33, "c": 33}
    assert split([part("a", 1), part("b", 2.5)], 10) == {"a": 3, "b": 7}


def test_what_a_bound_keeps_back_goes_to_the_others_in_proportion() -> None:
    shares = split([part("a", 8, most=5_000), part("b", 1), part("c", 3)], 10_000)
    assert shares == {"a": 5_000, "b": 1_250, "c": 3_750}


def test_without_weight_one_keeps_its_least_and_takes_more_only_when_nobody_else_can() -> None:
    assert split([part("a", 0, least=2_000), part("b", 1)], 10_000) == {"a": 2_000, "b": 8_000}
    full = [part("a", 0, least=2_000), part("b", 1, most=5_000), part("c", 0, least=1_000)]
    assert split(full, 10_000) == {"a": 2_500, "b": 5_000, "c": 2_500}


@pytest.mark.parametrize("total", [1_999, 9_001])
def test_a_total_outside_the_bounds_is_refused_with_them(total: int) -> None:
    with pytest.raises(NoSplit, match=f"2000 to 9000 in all, and {total}"):
        split([part("a", 1, 1_000, 4_000), part("b", 1, 1_000, 5_000)], total)


def test_a_lower_bound_above_its_upper_is_refused() -> None:
    with pytest.raises(NoSplit, match="above its upper"):
        split([part("a", 1, 5, 4), part("b", 1)], 100)


def test_a_move_too_small_for_a_write_is_left_and_the_others_share_the_rest() -> None:
    parts = [part("a", 10.02, 1, 10**9, 1_000), part("b", 12, 1, 10**9, 1_000), part("c", 8, 1, 10**9, 1_000)]
    found = moves(parts, Decimal(1))
    assert found.keys() == {"b", "c"}
    assert sum(found.values()) == 2_000


PARTS = st.lists(
    st.tuples(
        st.integers(0, 10**7),
        st.integers(0, 10**7),
        st.integers(0, 10**7),
        st.one_of(st.just(0.0), st.floats(1e-6, 1e6, allow_nan=False)),
    ),
    min_size=1,
    max_size=12,
)


def _parts(drawn: list[tuple[int, int, int, float]]) -> list[Part]:
    made = []
    for n, (one, two, three, weight) in enumerate(drawn):
        least, now, most = sorted((one, two, three))
        made.append(Part(f"p{n:02}", now, weight, least, most))
    return made


@given(PARTS)
def test_whatever_the_bounds_nothing_is_lost_and_no_bound_is_passed(drawn: list[tuple[int, int, int, float]]) -> None:
    parts = _parts(drawn)
    total = sum(one.now for one in parts)
    shares = split(parts, total)
    assert sum(shares.values()) == total
    assert all(one.least <= shares[one.key] <= one.most for one in parts)


@given(PARTS)
def test_among_those_free_of_bounds_a_larger_weight_never_gets_less(drawn: list[tuple[int, int, int, float]]) -> None:
    parts = _parts(drawn)
    shares = split(parts, sum(one.now for one in parts))
    free = [one for one in parts if one.least < shares[one.key] < one.most]
    for lighter, heavier in pairwise(sorted(free, key=lambda one: one.weight)):
        assert shares[lighter.key] <= shares[heavier.key] + 1


@given(PARTS, st.sampled_from([Decimal(0), Decimal(1), Decimal(5)]))
def test_moves_keep_the_total_and_the_order_of_parts_does_not_matter(
    drawn: list[tuple[int, int, int, float]], smallest: Decimal
) -> None:
    parts = _parts(drawn)
    found = moves(parts, smallest)
    assert sum(found[one.key] - one.now for one in parts if one.key in found) == 0
    assert found == moves(parts[::-1], smallest)
