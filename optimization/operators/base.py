"""What an operator of a rule is: label, the fields it takes, how its value is read and worded, and its masks.

An operator answers with two masks: where a condition *holds* and where it *fails*. Where neither is set there is no
data. A null therefore satisfies neither a comparison nor its negation, because NOT swaps the two masks.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.catalog import Field
from intelligence.metrics.frame import Numbers, Texts
from optimization.operators.values.expression import Expression
from optimization.operators.values.inputs import VALUE, Input
from optimization.operators.values.problem import ValueProblem

__all__ = ["Column", "Condition", "Mask", "Operand", "Operator", "PastSheet", "Reader", "Say", "Sheet", "ValueProblem"]

Mask = NDArray[np.bool_]
Column = Numbers | Texts
Make = Callable[["Sheet"], NDArray[Any]]

NUMBER = frozenset({"number"})
TEXT = frozenset({"text"})
TAGS = frozenset({"tags"})
ANY = NUMBER | TEXT


class Reader(Protocol):
    """What an operator may ask while it reads its value. Each raises ValueProblem with a text for people."""

    @property
    def written(self) -> str:
        """The field's name as the document has it, with or without a window."""

    def number(self, raw: object, field: Field, place: str = "") -> Expression:
        """A number, a field's name, or an expression over fields."""

    def field(self, name: str) -> Field:
        """A field of the catalogue, by name."""


class Say(Protocol):
    """Words for the values of one condition."""

    def __call__(self, term: Expression, field: Field | None = None) -> str:
        """A value with the unit of `field`, by default the condition's."""

    def name(self, field: Field) -> str:
        """A field with its window: "spend in the last 7 days"."""


class Sheet(Protocol):
    """The data that conditions are evaluated on: n rows of one frame."""

    def __len__(self) -> int: ...

    def column(self, field: Field) -> Column:
        """(n,) values: NaN or "" = unknown."""

    def value(self, expression: Expression) -> float | Numbers:
        """A constant, or (n,) values with NaN for unknown."""

    def history(self, field: Field, unit: str, count: int) -> Numbers | None:
        """(count, n) values of the last `count` complete days or hours; None = no history at all."""

    def above(self, field: Field, threshold: float | Numbers) -> Numbers | None:
        """(n,) probability that the true rate is above `threshold`, NaN = unknown; None = the field is exact."""

    def over_all(self, key: str, make: Make) -> NDArray[Any]:
        """(..., n) what `make` computes from all rows of the frame, once for each key, for these rows."""


@dataclass(frozen=True)
class PastSheet:
    """A sheet whose one column is (periods, n): the inner comparison then answers for every period at once."""

    past: Numbers
    sheet: Sheet

    def __len__(self) -> int:
        return len(self.sheet)

    def column(self, field: Field) -> Numbers:
        return self.past

    def value(self, expression: Expression) -> float | Numbers:
        return self.sheet.value(expression)

    def history(self, field: Field, unit: str, count: int) -> Numbers | None:
        return None

    def above(self, field: Field, threshold: float | Numbers) -> Numbers | None:
        return None

    def over_all(self, key: str, make: Make) -> NDArray[Any]:
        return self.sheet.over_all(key, make)


class Extra(Protocol):
    """What a value holds beside terms and texts."""

    @property
    def key(self) -> str:
        """Equal for equal meaning."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields it speaks of."""


@dataclass(frozen=True)
class Operand:
    """The value of a condition, read: numbers and expressions, or texts; a duration has an inner operator too.

    `extra`: what else an operator needs.
    """

    terms: tuple[Expression, ...] = ()
    texts: tuple[str, ...] = ()
    count: int = 0
    inner: "Operator | None" = None
    extra: "Extra | float | None" = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field that the value speaks of."""
        spoken = () if self.extra is None or isinstance(self.extra, float) else self.extra.fields
        return (*(field for term in self.terms for field in term.fields), *spoken)

    @property
    def key(self) -> str:
        """Equal for equal operands: rules that ask the same thing share one mask."""
        inner = self.inner.key if self.inner else ""
        extra = self.extra if self.extra is None or isinstance(self.extra, float) else self.extra.key
        return repr(([term.key for term in self.terms], self.texts, self.count, inner, extra))


@dataclass(frozen=True)
class Condition:
    """One leaf of a rule: field, operator, value. `field` is what the operator reads (a trend word reads the trend)."""

    field: Field
    operator: "Operator"
    operand: Operand

    @property
    def key(self) -> str:
        return repr((self.field.key, self.operator.key, self.operand.key))


class Operator(ABC):
    """One operator. `value_help` tells a person (and the rule form) what to write as its value; `inputs` are the
    controls that the form makes for it."""

    key: ClassVar[str]
    label: ClassVar[str]
    kinds: ClassVar[frozenset[str]]
    value_help: ClassVar[str]
    inputs: ClassVar[tuple[Input, ...]] = VALUE
    own_window: ClassVar[bool] = False  # its words name the span themselves
    side: ClassVar[int] = 0  # where it holds of its one threshold: 1 above, -1 below, 0 neither

    def reads(self, field: Field, reader: Reader) -> Field:
        """The field whose values decide; raises ValueProblem where the operator makes no sense for `field`."""
        if field.kind not in self.kinds:
            raise ValueProblem(f"{self.key} works on {self._works_on()} fields; {field.name} is a {field.kind} field.")
        return field

    def _works_on(self) -> str:
        return " or ".join(sorted(self.kinds))

    @abstractmethod
    def read(self, field: Field, raw: object, reader: Reader) -> Operand:
        """The operand from the document's value (None = none given); raises ValueProblem."""

    def subject(self, text: str) -> str:
        """What the sentence is about, from the field's own words."""
        return text

    @abstractmethod
    def words(self, operand: Operand, say: Say) -> str:
        """The part of the sentence after the field: "is over 50.00 EUR"."""

    @abstractmethod
    def holds(self, condition: Condition, sheet: Sheet) -> Mask:
        """(n,) true where the condition is known to be true."""

    @abstractmethod
    def fails(self, condition: Condition, sheet: Sheet) -> Mask:
        """(n,) true where the condition is known to be false."""

    def values(self, condition: Condition, sheet: Sheet) -> list[Any]:
        """Per row what a person should see as the actual value."""
        return list(sheet.column(condition.field).tolist())

    def thresholds(self, condition: Condition, sheet: Sheet) -> list[float | Numbers]:
        """What the value is held against: constants, or (n,) values."""
        return [sheet.value(term) for term in condition.operand.terms]

    def remarks(self, condition: Condition, sheet: Sheet) -> list[str]:
        """Per row what else a person should know; empty = nothing of any row."""
        return []

    def probability(self, condition: Condition, sheet: Sheet) -> Numbers | None:
        """(n,) probability that it holds on the true rates, NaN = unknown; None: the figures are exact."""
        if not self.side or not condition.operand.terms:
            return None
        above = sheet.above(condition.field, sheet.value(condition.operand.terms[0]))
        return above if above is None or self.side > 0 else 1 - above

    def missing_by(self, value: float, thresholds: tuple[float, ...]) -> float | None:
        """Signed change of the value that would bring it to the threshold; None where that says nothing."""
        return None
