"""Sharing money out: equal marginal returns, bounds, exact sums, spend that stops where it no longer pays."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimization.optimizer import allocate
from optimization.optimizer.curves import Curves
from optimization.shares import NoSplit, Part

LEVELS = [3.0, 1.0, 2.0]
CURVES = Curves(np.array(LEVELS), np.full(3, 10_000.0), 0.7)


def parts(least: int = 0, most: int = 10**7, now: int = 10_000) -> list[Part]:
    return [Part(str(i), now, 1.0, least, most) for i in range(3)]


def as_spend(shares: dict[str, int]) -> np.ndarray:
    return np.array([float(shares[str(i)]) for i in range(len(shares))])


def test_a_held_total_earns_the_same_with_its_next_unit_everywhere() -> None:
    shares = allocate.held(parts(), CURVES, 30_000)
    assert sum(shares.values()) == 30_000
    returns = CURVES.marginal(as_spend(shares))
    assert returns.max() / returns.min() < 1.001
    # Closed form: spend in proportion to level^(1 / (1 - elasticity)).
    expected = np.array(LEVELS) ** (1 / 0.3)
    assert as_spend(shares) == pytest.approx(30_000 * expected / expected.sum(), abs=1)


def test_free_spend_ends_where_the_last_unit_earns_itself_back() -> None:
    shares = allocate.free(parts(), CURVES, 1.0)
    assert CURVES.marginal(as_spend(shares)) == pytest.approx([1, 1, 1], rel=1e-3)
    dearer = allocate.free(parts(), CURVES, 2.0)
    assert all(dearer[key] < shares[key] for key in shares)


def test_free_spend_is_no_more_than_there_is_in_all() -> None:
    shares = allocate.free(parts(), CURVES, 1.0, most_in_all=40_000)
    assert sum(shares.values()) == 40_000
    returns = CURVES.marginal(as_spend(shares))
    assert returns.max() / returns.min() < 1.001
    assert returns.min() > 1


def test_no_split_of_the_same_total_earns_more() -> None:
    best = CURVES.value(as_spend(allocate.held(parts(), CURVES, 30_000))).sum()
    random = np.random.default_rng(1)
    others = random.dirichlet(np.ones(3), 300) * 30_000
    assert best >= max(CURVES.value(one).sum() for one in others) - 1


def test_what_earns_nothing_gets_the_least() -> None:
    barren = Curves(np.array([0.0, 1.0, 1.0]), np.full(3, 10_000.0), 0.7)
    assert allocate.held(parts(least=500), barren, 30_000)["0"] == 500
    assert allocate.free(parts(least=500), barren, 1.0)["0"] == 500


def test_bounds_that_cannot_hold_the_total_are_refused() -> None:
    with pytest.raises(NoSplit, match="0 to 3000 in all"):
        allocate.held(parts(most=1_000), CURVES, 30_000)
    with pytest.raises(NoSplit, match="lower bound"):
        allocate.free(parts(least=9, most=8), CURVES, 1.0)


Rows = st.lists(
    st.tuples(
        st.floats(0, 20),
        st.integers(1, 10**6),
        st.integers(0, 10**6),
        st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(Rows, st.floats(0.4, 0.9), st.floats(0, 1), st.floats(0.5, 4))
def test_whatever_is_given_sums_and_bounds_hold(
    rows: list[tuple[float, int, int, int]], elasticity: float, place: float, earn_back: float
) -> None:
    made = [Part(str(i), row[1], 1.0, row[2], row[2] + row[3]) for i, row in enumerate(rows)]
    curves = Curves(np.array([row[0] for row in rows]), np.array([float(row[1]) for row in rows]), elasticity)
    least, most = sum(one.least for one in made), sum(one.most for one in made)
    total = least + int((most - least) * place)
    kept = allocate.held(made, curves, total)
    assert sum(kept.values()) == total
    spent = allocate.free(made, curves, earn_back, most_in_all=total)
    assert sum(spent.values()) <= total
    for shares in (kept, spent):
        assert all(one.least <= shares[one.key] <= one.most for one in made)


def test_dice_fall_the_same_all_day_and_otherwise_tomorrow() -> None:
    first, again = (allocate.dice(7, date(2026, 5, 1)).random(4).tolist() for _ in range(2))
    assert first == again
    assert first != allocate.dice(7, date(2026, 5, 2)).random(4).tolist()
    assert first != allocate.dice(8, date(2026, 5, 1)).random(4).tolist()
