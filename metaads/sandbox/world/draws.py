"""When something that comes over an account by itself begins: drawn by period, so that nothing depends on who asks."""

from metaads.sandbox.world import noise
from metaads.sandbox.world.options import WorldOptions

PERIOD = 30 * 86_400
_HOUR = 3600


def begun(
    options: WorldOptions, number: int, purpose: int, period: int, expected: float
) -> list[tuple[int, list[float]]]:
    """Beginnings in a period of 30 days, `expected` on average: Unix second (a full hour) and three uniform numbers."""
    if expected <= 0:
        return []
    random = noise.stream(options.seed, number, purpose, period)
    starts = [int(random.integers(0, PERIOD // _HOUR)) * _HOUR for _ in range(int(random.poisson(expected)))]
    return [(period * PERIOD + start, random.random(3).tolist()) for start in sorted(starts)]
