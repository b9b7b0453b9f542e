"""Where levels have got to by the last day: what has much data may follow it faster than what has little. Pure.

A local level model per row: the log of the level takes a random step each day, and a day's count tells it with the
noise of counting and of the day. The Kalman filter weighs the two by itself (Harvey, Forecasting, Structural Time
Series Models and the Kalman Filter, 1989, 3.2).
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
FURTHEST = 1.5


def drifted(events: Numbers, foreseen: Numbers, step: float, noise: float, start: float) -> tuple[Numbers, Numbers]:
    """(n,) mean and variance of the log of events over foreseen on the last day, of (days, n) counts.

    `step`: variance of a day's step; `noise`: of a day's own chance beside that of counting; `start`: before the first
    day, on which the mean is 0. Days on which nothing is foreseen tell nothing.
    """
    mean, variance = np.zeros(events.shape[1]), np.full(events.shape[1], start)
    for count, awaited in zip(events, foreseen, strict=True):
        variance = variance + step
        expected = awaited * np.exp(mean)
        told = np.divide(expected, 1 + noise * expected, out=np.zeros_like(expected), where=awaited > 0)
        apart = np.divide(count, expected, out=np.ones_like(expected), where=expected > 0) - 1
        gain = variance * told / (1 + variance * told)
        mean = np.clip(mean + gain * np.clip(apart, -1.0, FURTHEST), -FURTHEST, FURTHEST)
        variance = variance * (1 - gain)
    return mean, variance
