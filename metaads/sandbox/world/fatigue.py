"""Creative fatigue: the click rate of an ad wears off with exposure, and drifts with age."""

import numpy as np

from metaads.sandbox.world.types import Floats

HALF_LIFE_DAYS = 21.0
_FLOOR = 0.2


def forget(exposure: Floats, hours: float) -> Floats:
    """Exposure (impressions per person of the audience) after `hours` without seeing the ad."""
    return np.asarray(exposure * 0.5 ** (hours / 24 / HALF_LIFE_DAYS), dtype=np.float64)


def click_factor(exposure: Floats, wear: Floats, drift: Floats, age_days: Floats) -> Floats:
    """Factor on CTR. `wear` per exposure; `drift` is the change of the log in ten days (calibration: median -0.15)."""
    aged = drift * np.clip(age_days, 0.0, 45.0) / 10.0
    return np.clip(np.exp(aged - wear * exposure), _FLOOR, 1.6)
