"""Saturation: an audience that has seen an ad set often buys less, and reach grows ever more slowly."""

import numpy as np

from metaads.sandbox.world.types import Floats

_FREE = 3.0
_LOSS = 0.05


def sale_factor(exposure: Floats) -> Floats:
    """Factor on the conversion rate at so many exposures per person (decayed); 1 up to three, then falling."""
    return np.asarray(1.0 / (1.0 + _LOSS * np.maximum(0.0, exposure - _FREE)), dtype=np.float64)


def reach(impressions: Floats, audience: Floats) -> Floats:
    """People reached by that many impressions thrown at random into `audience` people."""
    people = audience * -np.expm1(-impressions / audience)
    return np.minimum(np.ceil(people), impressions)
