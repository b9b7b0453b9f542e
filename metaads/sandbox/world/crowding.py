"""Ad sets that address the same people bid against each other and tire the same eyes: a copy has no own people."""

import numpy as np

from metaads.sandbox.world.types import Floats, Ints


def together(values: Floats, crowd: Ints) -> Floats:
    """For each ad set the sum over all that share its people (`Settings.crowd`); its own value where it is alone."""
    return np.asarray(np.bincount(crowd, weights=values, minlength=len(values))[crowd], dtype=np.float64)
