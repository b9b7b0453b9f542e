"""Chance: slow wandering from day to day, overdispersion inside the day, and counts from uniform numbers.

Counts are quantiles of uniform numbers of a fixed shape, so that one ad's pause does not change another ad's luck.
"""

import numpy as np

from metaads.sandbox.world.types import Floats, Ints

# Persistence and daily innovation of the logs (calibration: daily arms; sd of dlog 0.21, 0.09 and 0.13).
VOLUME = (0.60, 0.17)
PRICE = (0.62, 0.085)
CLICKS = (0.60, 0.12)
SALES = (0.40, 0.16)
STEP_SPREAD = 0.12
# Of the log price from hour to hour, after the hour of day is taken out (hourly cost series: 0.16 to 0.18).
HOUR_PRICE = 0.18
_LARGE = 16.0


def wander(value: Floats, kind: tuple[float, float], normal: Floats) -> Floats:
    """The next day's deviation of a log: an autoregressive step."""
    persistence, innovation = kind
    return np.asarray(persistence * value + innovation * normal, dtype=np.float64)


def stream(seed: int, account: int, purpose: int, number: int) -> np.random.Generator:
    """The random numbers of one step (or day) of one account; independent of who asked for it when."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, account, purpose, number))))


def hashed(seed: int, account: int, purpose: int, number: int, item: Ints) -> Floats:
    """A uniform number for each item, by its own key: what others draw, and how many they are, does not touch it."""
    key = np.random.SeedSequence((seed, account, purpose, number)).generate_state(1, np.uint64)[0]
    with np.errstate(over="ignore"):
        x = item.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + key
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((x ^ (x >> np.uint64(31))) >> np.uint64(11), dtype=np.float64) * 2.0**-53


def counts(mean: Floats, uniform: Floats) -> Floats:
    """Poisson quantiles: exact up to a mean of 16, beyond that the normal form with its skewness term."""
    mean = np.maximum(mean, 0.0)
    large = mean >= _LARGE
    if not large.any():
        return _inverted(mean, uniform)
    result = _inverted(np.where(large, 0.0, mean), uniform)
    m = mean[large]
    z = normal_quantile(uniform[large])
    result[large] = np.maximum(0.0, np.rint(m + np.sqrt(m) * z + (z * z - 1) / 6))
    return result


def _inverted(mean: Floats, uniform: Floats) -> Floats:
    """Poisson quantile by walking up the distribution, all together until none has further to go: it is the number of
    steps at which a member still lay above the sum so far."""
    chance = np.exp(-mean)
    reached = chance.copy()
    count = np.zeros_like(mean)
    walks, steps = uniform > reached, 0
    while steps < 90 and walks.any():
        count += walks
        steps += 1
        chance *= mean / steps
        reached += chance
        walks = uniform > reached
    return count


def normal_quantile(uniform: Floats) -> Floats:
    """Standard normal quantile (Hastings' rational form, error under 0.0005: plenty for a simulation)."""
    tail = np.clip(np.minimum(uniform, 1 - uniform), 1e-12, 0.5)
    t = np.sqrt(-2 * np.log(tail))
    z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    return np.asarray(np.where(uniform < 0.5, -z, z), dtype=np.float64)
