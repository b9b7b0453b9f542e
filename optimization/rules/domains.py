"""What constraints leave of one field: a range of numbers, some texts, some tags. Pure."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Range:
    """Which numbers are left."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    among: set[float] | None = None
    never: set[float] = field(default_factory=set)

    def over(self, value: float, strict: bool) -> None:
        if value > self.low or (value == self.low and strict):
            self.low, self.open_low = value, strict

    def under(self, value: float, strict: bool) -> None:
        if value < self.high or (value == self.high and strict):
            self.high, self.open_high = value, strict

    def one_of(self, values: Iterable[float]) -> None:
        self.among = set(values) if self.among is None else self.among & set(values)

    def holds(self, value: float) -> bool:
        above = value > self.low or (value == self.low and not self.open_low)
        below = value < self.high or (value == self.high and not self.open_high)
        return above and below and value not in self.never

    @property
    def possible(self) -> bool:
        if self.among is not None:
            return any(self.holds(value) for value in self.among)
        return self.low < self.high or (self.low == self.high and self.holds(self.low))

    @property
    def is_zero(self) -> bool:
        if self.among is not None:
            return {value for value in self.among if self.holds(value)} <= {0.0}
        return self.high == 0 and self.low in (0, -math.inf)


@dataclass
class Texts:
    """Which texts are left. `parts` must stand in it and `lacks` must not, whatever the letter case."""

    among: set[str] | None = None
    never: set[str] = field(default_factory=set)
    parts: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)
    patterns: list[tuple[re.Pattern[str], bool]] = field(default_factory=list)

    def one_of(self, values: Iterable[str]) -> None:
        self.among = set(values) if self.among is None else self.among & set(values)

    def holds(self, text: str) -> bool:
        low = text.casefold()
        return (
            text not in self.never
            and all(part in low for part in self.parts)
            and not any(lack in low for lack in self.lacks)
            and all((pattern.search(text) is not None) == wanted for pattern, wanted in self.patterns)
        )

    @property
    def possible(self) -> bool:
        if self.among is not None:
            return any(self.holds(text) for text in self.among)
        return not any(lack in part for lack in self.lacks for part in self.parts)


@dataclass
class Tags:
    """`needs`: lists of which one tag each must be there."""

    needs: list[set[str]] = field(default_factory=list)
    never: set[str] = field(default_factory=set)

    @property
    def possible(self) -> bool:
        return not any(need <= self.never for need in self.needs)


Domain = Range | Texts | Tags


def narrow(domain: Domain, operator: str, numbers: tuple[float, ...], texts: tuple[str, ...]) -> None:
    """What one leaf leaves; an operator that is not known here leaves all."""
    if isinstance(domain, Range):
        _narrow_range(domain, operator, numbers)
    elif isinstance(domain, Texts):
        _narrow_texts(domain, operator, texts)
    elif operator == "has_tag":
        domain.needs.append(set(texts))
    else:
        domain.never.update(texts)


def _narrow_range(domain: Range, operator: str, values: tuple[float, ...]) -> None:
    if operator in (">", ">="):
        domain.over(values[0], operator == ">")
    elif operator in ("<", "<="):
        domain.under(values[0], operator == "<")
    elif operator == "between":
        domain.over(min(values), False)
        domain.under(max(values), False)
    elif operator == "inside":
        domain.over(min(values), True)
        domain.under(max(values), True)
    elif operator in ("=", "in"):
        domain.one_of(values)
    elif operator in ("!=", "not_in"):
        domain.never.update(values)


def _narrow_texts(domain: Texts, operator: str, texts: tuple[str, ...]) -> None:
    if operator in ("is", "=", "in"):
        domain.one_of(texts)
    elif operator in ("is_not", "!=", "not_in"):
        domain.never.update(texts)
    elif operator == "contains":
        domain.parts.append(texts[0].casefold())
    elif operator == "not_contains":
        domain.lacks.append(texts[0].casefold())
    else:
        domain.patterns.append((re.compile(texts[0], re.IGNORECASE), operator == "matches"))
