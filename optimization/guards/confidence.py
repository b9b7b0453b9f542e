"""Confidence: the optimiser proposes from 0.65; alone nothing acts under the account's mark (default 0.85)."""

from optimization.guards.base import BY_MACHINES, Facts, Guard, Verdict
from optimization.models import Source

TO_PROPOSE = 0.65


class Confidence(Guard):
    key = "confidence"
    label = "Confidence"
    binds = BY_MACHINES

    def check(self, facts: Facts) -> Verdict:
        mark = 0.0
        if facts.source == Source.OPTIMIZER:
            mark = TO_PROPOSE
        if facts.acting_alone:
            mark = max(mark, facts.limits.min_confidence_for_auto)
        if mark == 0.0:
            return self.passes("A person judges this one.")
        setting = f"at least {mark:.2f}"
        if facts.confidence is None:
            return self.blocks("The confidence is not computed yet.", setting)
        if not facts.confidence >= mark:  # also NaN
            return self.blocks(f"The confidence is {facts.confidence:.2f}.", setting)
        return self.passes(f"Confidence {facts.confidence:.2f}.", setting, (facts.confidence - mark) / mark)


CONFIDENCE = Confidence()
