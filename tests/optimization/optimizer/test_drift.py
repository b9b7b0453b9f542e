"""Levels that move on: much data is followed at once, little hardly, nothing at all stays where it was."""

import numpy as np
import pytest

from optimization.optimizer.drift import drifted

DAYS = 30


def fallen(per_day: float, to: float = 0.5, since: int = 5) -> tuple[float, float]:
    """What is believed after the last `since` days brought only a share of what was foreseen."""
    foreseen = np.full((DAYS, 1), per_day)
    events = foreseen.copy()
    events[-since:] *= to
    mean, variance = drifted(events, foreseen, 0.01, 0.05, 0.01)
    return float(mean[0]), float(variance[0])


def test_much_data_is_followed_and_little_is_not() -> None:
    much, some, little = (fallen(per_day) for per_day in (1_000.0, 10.0, 0.1))
    assert np.log(0.5) - 0.05 < much[0] < 0.75 * np.log(0.5)
    assert much[0] < some[0] < little[0] < 0
    assert little[0] > -0.1
    assert much[1] < some[1] < little[1]


def test_what_comes_as_foreseen_moves_nothing() -> None:
    assert fallen(50.0, to=1.0)[0] == pytest.approx(0.0)


def test_the_variance_settles_where_a_step_a_day_and_a_days_evidence_meet() -> None:
    """The filter's steady state: p = -step / 2 + sqrt(step^2 / 4 + step x noise), Harvey 1989, 4.2."""
    step, noise = 0.01, 0.05
    foreseen = np.full((200, 1), 1e9)
    _, variance = drifted(foreseen, foreseen, step, noise, step)
    assert float(variance[0]) == pytest.approx(-step / 2 + (step**2 / 4 + step * noise) ** 0.5, rel=1e-3)


def test_days_without_anything_foreseen_only_add_doubt() -> None:
    nothing = np.zeros((4, 1))
    mean, variance = drifted(nothing, nothing, 0.01, 0.05, 0.02)
    assert float(mean[0]) == 0.0
    assert float(variance[0]) == pytest.approx(0.06)
