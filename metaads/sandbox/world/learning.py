"""The learning phase of an ad set: noisy and dear until 50 results, restarted by significant edits."""

import numpy as np

from metaads.sandbox.world.types import Bools, Floats, Ints

NONE, LEARNING, SUCCESS, FAIL = 0, 1, 2, 3
WORDS = {LEARNING: "LEARNING", SUCCESS: "SUCCESS", FAIL: "FAIL"}
RESULTS_TO_EXIT = 50
DAYS_TO_FAIL = 7
LARGE_CHANGE = 0.20
LONG_PAUSE = 7 * 86_400
_PRICE = 1.12
_SALES = 0.88
_NOISE = 0.30


def progress(state: Ints, results: Floats, since: Ints, now: int) -> Ints:
    """The next state: SUCCESS at 50 results; FAIL (learning limited) when seven days brought fewer."""
    done = (state != NONE) & (state != SUCCESS) & (results >= RESULTS_TO_EXIT)
    late = (state == LEARNING) & ~done & (now - since >= DAYS_TO_FAIL * 86_400)
    return np.where(done, SUCCESS, np.where(late, FAIL, state)).astype(np.int64)


def is_significant(before: int | None, after: int | None) -> bool:
    """Whether a budget or bid change is large enough to restart learning: more than 20 % of the old value."""
    if not before or not after:
        return before != after
    return abs(after - before) > LARGE_CHANGE * before


def price_factor(state: Ints) -> Floats:
    """CPM is higher while the system tries things out."""
    return np.where(state == LEARNING, _PRICE, 1.0)


def sale_factor(state: Ints) -> Floats:
    """Fewer of the clicks buy while it learns; limited learning keeps half of that loss."""
    return np.where(state == LEARNING, _SALES, np.where(state == FAIL, (1 + _SALES) / 2, 1.0))


def noise(state: Ints) -> Floats:
    """Extra standard deviation of the log conversion rate while learning."""
    return np.where(state == LEARNING, _NOISE, 0.0)


def restarted(state: Ints, touched: Bools) -> Ints:
    """`state` with the touched ad sets back in LEARNING (where learning applies at all)."""
    return np.where(touched & (state != NONE), LEARNING, state).astype(np.int64)
