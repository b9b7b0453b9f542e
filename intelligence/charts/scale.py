"""From values to percent of the plot, with round ticks."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def finite(value: float | None) -> float | None:
    """The value as a float; None for None, NaN and infinity."""
    return float(value) if value is not None and math.isfinite(value) else None


def said(value: float | None, text: Callable[[float], str]) -> str:
    """The value in words; an unknown one is `no data`, never zero."""
    number = finite(value)
    return "no data" if number is None else text(number)


def known(values: Iterable[float | None]) -> list[float]:
    """The values that are known: no None, no NaN, no infinity."""
    return [float(value) for value in values if value is not None and math.isfinite(value)]


@dataclass(frozen=True)
class Scale:
    """`low` is at the plot's bottom, `high` at its top."""

    low: float
    high: float
    step: float

    def y(self, value: float) -> float:
        """Percent from the top."""
        return 100 - (value - self.low) / (self.high - self.low) * 100

    @property
    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [self.low + i * self.step for i in range(count + 1)]


def nice_scale(values: Sequence[float], *, zero: bool, lines: int = 4, least: float = 0.0) -> Scale:
    """About `lines` round intervals over the values. `zero` forces the base to zero (money);
    `least` is the smallest step (1 for counts, which have no halves)."""
    if not values:
        return Scale(0.0, 1.0, 1.0)
    low, high = min(values), max(values)
    if zero:
        low, high = min(0.0, low), max(0.0, high)
    if math.isclose(low, high):
        low, high = (0.0, high * 1.25) if high > 0 else (0.0, 1.0) if zero and low == 0 else (low - 1.0, low + 1.0)
    raw = (high - low) / lines
    power = 10.0 ** math.floor(math.log10(raw))
    step = max(least, next(factor * power for factor in STEPS if factor * power >= raw * 0.999))
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step)


def across(i: int, n: int) -> float:
    """Percent from the left of point `i` of `n`."""
    return 50.0 if n < 2 else i / (n - 1) * 100
