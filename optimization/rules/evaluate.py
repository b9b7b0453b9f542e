"""Rules on a frame: whole columns at a time, no Python call per entity.

The result depends on the rule and the frame alone; other rules evaluated beside it only save work.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intelligence.metrics.frame import Frame
from optimization.operators import Mask
from optimization.rules.compile import CompiledRule, Plan, Probe
from optimization.rules.sheet import Context, FrameSheet
from optimization.rules.trace import trace_rows


@dataclass(frozen=True)
class Outcome:
    """What one rule says of each row. `matched` is read-only: it may be shared with other rules."""

    rule: CompiledRule
    sheet: FrameSheet = field(repr=False)
    matched: Mask = field(repr=False)

    @cached_property
    def covered(self) -> Mask:
        """Rows that the rule's filters let in."""
        covers = self.rule.covers
        return np.ones(len(self.sheet), np.bool_) if covers is None else _mask(covers, self.sheet)

    @cached_property
    def unknown(self) -> Mask:
        """Covered rows where data are missing that would decide. Computed when asked for."""
        return self.covered & ~self.matched & ~_mask(self.rule.fails, self.sheet)

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """Positions of the matches in the frame."""
        return np.flatnonzero(self.matched)

    def traces(self, rows: NDArray[np.intp] | None = None, currency: str = "") -> list[dict[str, Any]]:
        """The condition tree with its values for each of `rows` (default: the matches)."""
        return trace_rows(self.rule, self.sheet, self.rows if rows is None else rows, currency)


def evaluate(compiled: CompiledRule, frame: Frame, context: Context | None = None) -> Outcome:
    """One rule on one frame."""
    return evaluate_many([compiled], frame, context)[0]


def evaluate_many(rules: Iterable[CompiledRule], frame: Frame, context: Context | None = None) -> list[Outcome]:
    """Several rules on one frame, in their order; equal conditions, columns and expressions are computed once."""
    rules = list(rules)
    sheet = FrameSheet(frame, context, _asked_twice(rules))
    return [Outcome(rule, sheet, _matched(rule, sheet)) for rule in rules]


def _asked_twice(rules: list[CompiledRule]) -> set[tuple[str, bool]]:
    """Masks that several plans need. Only these are kept: fresh memory for all of them costs more than the work."""
    counted = Counter(probe.mask_key for rule in rules for probe in rule.probes)
    return {key for key, times in counted.items() if times > 1}


def _matched(rule: CompiledRule, sheet: FrameSheet) -> Mask:
    matched = _mask(rule.matches, sheet)
    matched = matched if rule.covers is None else matched & _mask(rule.covers, sheet)
    matched.flags.writeable = False
    return matched


def _mask(plan: Plan, sheet: FrameSheet) -> Mask:
    """Joined in place, in the first part's own memory; a shared mask is read-only and never written into."""
    if isinstance(plan, Probe):
        return sheet.mask(plan.condition, plan.mask_key)
    join = np.logical_and if plan.every else np.logical_or
    result = _mask(plan.parts[0], sheet)
    for part in plan.parts[1:]:
        result = join(result, _mask(part, sheet), out=result if result.flags.writeable else None)
    return result
