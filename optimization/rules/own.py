"""Metrics of one's own: the names of a document, the catalogue's and those that its formulas give.

`{"profit": "conversion_value * 0.6 - spend"}` makes `profit` a field like any other: `profit_7d` computes from the
figures of 7 days, `profit` from those of the default window. A formula may name other metrics of one's own.
"""

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from intelligence.metrics import catalog, windows
from intelligence.metrics.catalog import Field, UnknownField, all_names
from intelligence.metrics.families.own import Own
from intelligence.metrics.families.relative import PREFIXES, Relative
from intelligence.metrics.field import NUMBER, unknown
from optimization.operators.values.expression import Expression, ExpressionError, parse
from optimization.operators.values.units import unit_of

MOST = 20
DEEPEST = 3
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PROBES = ("7d", "3d")  # two windows: a formula that reads the same in both has none of its own


class BadMetric(ValueError):
    """The metric cannot be used; the text says why, for people."""


@dataclass(frozen=True)
class Names:
    """Every name that one document may use. `formulas`: its own metrics, as written."""

    default_window: str = "7d"
    formulas: Mapping[str, str] = attribute(default_factory=dict)

    def resolve(self, name: str, window: str | None = None) -> Field:
        """The field of this name; without a window of its own it gets `window`, else the default one.

        Raises UnknownField, and BadMetric where a metric of one's own has a fault.
        """
        return self._resolve(name, window or self.default_window, ())

    def _resolve(self, name: str, window: str, above: tuple[str, ...]) -> Field:
        base, own_window = windows.split(name)
        if base in self.formulas:
            return self._own(name, base, own_window, window, above)
        try:
            return catalog.resolve(name, window)
        except UnknownField:
            around = Relative().resolve(name, window, lambda rest, at: self._resolve(rest, at, above))
            if around is not None:
                return around
            ours = [f"{own}{end}" for own in self.formulas for end in ("", "_today", "_3d", "_7d", "_14d")]
            raise unknown(name, (*ours, *all_names())) from None

    def _own(self, name: str, base: str, asked: str | None, window: str, above: tuple[str, ...]) -> Field:
        if base in above:
            raise BadMetric(f"{base} is made of itself: {' → '.join((*above[above.index(base) :], base))}.")
        if len(above) == DEEPEST:
            raise BadMetric(f"metrics made of metrics end after {DEEPEST} steps; write {base} out.")
        if not self._windowed(base, above):
            if asked:
                raise UnknownField(name, (base,))
            return _field(base, base, None, self._formula(base, window, above))
        at = asked or window
        return _field(f"{base}_{at}", base, at, self._formula(base, at, above))

    def _windowed(self, base: str, above: tuple[str, ...]) -> bool:
        first, second = (self._formula(base, window, above) for window in _PROBES)
        return first.key != second.key

    def _formula(self, base: str, window: str, above: tuple[str, ...]) -> Expression:
        try:
            formula = parse(self.formulas[base], lambda name: self._resolve(name, window, (*above, base)))
        except ExpressionError as problem:
            raise BadMetric(str(problem)) from None
        if not formula.fields:
            raise BadMetric("a metric is made of fields; this one names none.")
        return formula

    def formula(self, name: str) -> Expression | None:
        """How a metric of one's own reads over the default window."""
        formula = self.resolve(name).formula
        return formula if isinstance(formula, Expression) else None

    def faults(self) -> list[tuple[str, str]]:
        """(name, why it cannot be used) of each metric with a fault, in the document's order."""
        if len(self.formulas) > MOST:
            return [("", f"{len(self.formulas)} metrics are too many; at most {MOST} are read.")]
        return [(name, why) for name in self.formulas if (why := _bad_name(name) or self._fault(name))]

    def _fault(self, name: str) -> str:
        try:
            self.resolve(name)
        except BadMetric as problem:
            return str(problem)
        except UnknownField as problem:
            return unknown_text(problem)
        return ""


def unknown_text(problem: UnknownField) -> str:
    """The sentence for a field that does not exist, with the nearest that do."""
    hint = f" Did you mean {' or '.join(problem.nearest)}?" if problem.nearest else ""
    return f"there is no field {problem.name!r}.{hint}"


def _field(name: str, base: str, window: str | None, formula: Expression) -> Field:
    return Field(name, base, window, NUMBER, unit_of(formula), Own.key, formula=formula)


def _bad_name(name: str) -> str:
    """Why a metric cannot be called this; empty = it can."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        return f"{name!r} is no name: small letters, digits and _ only, a letter first, at most 40."
    if windows.split(name)[1]:
        return f"{name!r} ends like a window; call it {windows.split(name)[0]} and ask for the window where you use it."
    if name.partition("_")[0] in PREFIXES and "_" in name:
        return f"{name!r} begins like a comparison ({name.partition('_')[0]}_...); choose another beginning."
    if name.endswith("_trend"):
        return f"{name!r} ends like a trend; choose another ending."
    try:
        catalog.resolve(name)
    except UnknownField:
        return ""
    return f"{name!r} is a field already; choose another name."
