"""Video metrics: how far people watched. Everything follows from views and thruplays."""

from collections.abc import Callable

from metaads.sandbox.graph.cells import Cell, Stats, only, price
from metaads.sandbox.world.columns import Metric

# How far between "watched it through" (0) and "began to watch" (1) the number of those lies who got to this part.
_DEPTHS = {
    "video_play_actions": 1.0,
    "video_p25_watched_actions": 0.55,
    "video_p50_watched_actions": 0.28,
    "video_p75_watched_actions": 0.10,
    "video_p95_watched_actions": 0.02,
    "video_p100_watched_actions": 0.0,
    "video_30_sec_watched_actions": 0.06,
    "video_15_sec_watched_actions": 0.22,
}


def _watched(depth: float) -> Callable[[Cell], Stats | None]:
    def read(c: Cell) -> Stats | None:
        through, begun = c[Metric.THRUPLAYS], c[Metric.VIDEO_VIEWS]
        number = round(through + depth * max(0, begun - through)) if begun else 0
        return only("video_view", str(number) if number else None)

    return read


def _seconds(c: Cell) -> Stats | None:
    """Average watch time: three seconds for who leaves at once, eighteen for who stays."""
    begun = c[Metric.VIDEO_VIEWS]
    return only("video_view", str(round(3 + 15 * min(1.0, c[Metric.THRUPLAYS] / begun))) if begun else None)


def _thruplays(c: Cell) -> Stats | None:
    return only("video_view", str(c[Metric.THRUPLAYS]) if c[Metric.THRUPLAYS] else None)


FIELDS: dict[str, Callable[[Cell], Stats | None]] = {
    **{name: _watched(depth) for name, depth in _DEPTHS.items()},
    "video_avg_time_watched_actions": _seconds,
    "video_thruplay_watched_actions": _thruplays,
    "cost_per_thruplay": lambda c: only("video_view", price(c, Metric.THRUPLAYS)),
}
