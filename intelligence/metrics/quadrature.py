"""Integrating over a scale that few entities tell badly: its belief as three weighted values.

How much true rates differ is itself only estimated; taken as known it makes small accounts too sure of themselves. Its
logarithm has a normal prior round USUAL; with the likelihood on a coarse grid it is taken as normal again, and three
nodes of Gauss and Hermite stand for it (Naylor & Smith, Applied Statistics 31, 1982).
"""

from collections.abc import Callable

import numpy as np

USUAL = 0.5
"""Squared coefficient of variation of true rates among siblings (conversions per click between ads: 0.64)."""
DOUBT = 1.0
"""Standard deviation of its logarithm from one account to the next. Ours, not Meta's."""
LEAST, MOST = 0.08, 4.0
"""However alike siblings look, one may still be a dud: below this, nothing it does would be believed of it."""
_GRID = np.linspace(np.log(LEAST), np.log(MOST), 7)
_STEP = float(_GRID[1] - _GRID[0])
_NODES = ((1 / 6, -(3**0.5)), (2 / 3, 0.0), (1 / 6, 3**0.5))

Weighted = tuple[tuple[float, float], ...]
"""Weight (they sum to 1) and value."""
ONLY_USUAL: Weighted = tuple((weight, float(USUAL * np.exp(DOUBT * place))) for weight, place in _NODES)
"""Where nothing tells."""


def believed(likelihood: Callable[[float], float]) -> Weighted:
    """Of a squared coefficient of variation with this logarithm of its likelihood."""
    told = np.array([likelihood(float(np.exp(place))) for place in _GRID])
    score = told - (_GRID - np.log(USUAL)) ** 2 / (2 * DOUBT**2)
    middle, width = _normal(score)
    ends = np.log(LEAST / 2), np.log(MOST * 2)
    return tuple((weight, float(np.exp(np.clip(middle + width * place, *ends)))) for weight, place in _NODES)


def _normal(score: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation: by the parabola through the top where it is narrow, else by sums over the grid."""
    best = int(score.argmax())
    if 0 < best < len(score) - 1:
        slope = (score[best + 1] - score[best - 1]) / (2 * _STEP)
        bend = (score[best + 1] - 2 * score[best] + score[best - 1]) / _STEP**2
        width = float((-bend) ** -0.5) if bend < 0 else np.inf
        if width < _STEP:
            return float(_GRID[best] - slope / bend), width
    weights = np.exp(score - score.max())
    middle = float(np.average(_GRID, weights=weights))
    return middle, float(np.average((_GRID - middle) ** 2, weights=weights) ** 0.5)
