"""Frames made by hand, for tests of pure steps."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.frame import Frame

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NAN = float("nan")


def frame(**columns: list[Any]) -> Frame:
    """`frame(spend_7d=[1, NAN], name=["a", "b"])`: numbers become float64, texts stay texts."""
    made: dict[str, Any] = {
        name.replace("__", "."): np.array(values, dtype=np.str_ if isinstance(values[0], str) else np.float64)
        for name, values in columns.items()
    }
    count = len(next(iter(made.values())))
    return Frame(1, "adset", NOW, NOW, np.array([str(i) for i in range(count)]), made)


def values(held: Frame, name: str) -> list[float | str | None]:
    """A field of every entity; None = unknown."""
    return [None if value != value else value for value in column(held, resolve(name)).tolist()]
