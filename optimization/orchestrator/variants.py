"""Ways of scaling that are compared: each goal has one, by a stable hash, for as long as the list stays the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optimization.models import Goal, OrchestratorSettings
from optimization.orchestrator.refused import GoalRefused
from optimization.trial.shares import share_of

FIXED, CONFIDENT = "fixed", "confident"
METHODS = (FIXED, CONFIDENT)


class BadVariants(GoalRefused):
    """The list cannot be used; the text says why."""


@dataclass(frozen=True)
class Variant:
    """`step` as a fraction (0.2 = 20 %). Method fixed: the whole step; confident: times the probability that the cost
    per event is stable or better."""

    name: str
    step: float
    method: str = FIXED

    def raise_by(self, probability: float) -> float:
        return self.step * probability if self.method == CONFIDENT else self.step


def variants_of(row: OrchestratorSettings) -> list[Variant]:
    """Raises BadVariants."""
    return [_read(one) for one in row.scaling_variants] or [Variant("standard", row.scaling_step)]


def _read(one: Mapping[str, Any]) -> Variant:
    try:
        found = Variant(str(one["name"]), float(one["step"]), str(one.get("method", FIXED)))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadVariants(f"scaling_variants: {one!r} needs a name and a step such as 0.2.") from None
    if not 0 < found.step <= 1 or found.method not in METHODS:
        raise BadVariants(f"scaling_variants: {found.name} needs a step in 0 to 1, and a method of {METHODS}.")
    return found


def variant_of(goal: Goal, row: OrchestratorSettings) -> Variant:
    """The goal's own."""
    offered = variants_of(row)
    return offered[int(share_of("scaling", goal.public_id) * len(offered))]
