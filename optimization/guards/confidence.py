"""Confidence: the optimiser proposes from 0.65 and acts alone from 0.75; nothing at all acts alone under 0.85."""

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict
from optimization.models import Source

BY_OWN_FIGURES = frozenset({Source.OPTIMIZER.value, Source.ORCHESTRATOR.value})
"""Their pauses act alone on what they needed to be proposed."""


class Confidence(Guard):
    key = "confidence"
    label = "Confidence"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        mark = _mark(facts)
        if mark == 0.0:
            return self.passes("A person judges this one.")
        setting = f"at least {mark:.2f}"
        if facts.confidence is None:
            return self.blocks("The confidence is not computed yet.", setting)
        if not facts.confidence >= mark:  # also NaN
            return self.blocks(f"The confidence is {facts.confidence:.2f}.", setting)
        return self.passes(f"Confidence {facts.confidence:.2f}.", setting, _room(facts.confidence, mark))


def _room(confidence: float, mark: float) -> float:
    """How far above the mark, as a share of what there is above it."""
    return (confidence - mark) / (1 - mark) if mark < 1 else 0.0


def _mark(facts: Facts) -> float:
    """The strictest that applies."""
    limits, by_optimizer = facts.limits, facts.source == Source.OPTIMIZER
    mark = limits.min_confidence if by_optimizer else 0.0
    if not facts.acting_alone or (facts.kind == "pause" and facts.source in BY_OWN_FIGURES):
        return mark
    own = limits.optimizer_auto_min_confidence if by_optimizer else 0.0
    return max(mark, own, limits.min_confidence_for_auto)


CONFIDENCE = Confidence()
