"""How tired an ad is, 0 to 100, from how often people saw it and how far their clicks fell. Pure.

Half each: frequency from 1.5 (nobody tires of that) to 4.5 a week, and the CTR of 7 days against that of 30, from no
fall to a fall of 40 %. Both are piecewise linear. What is unknown drops out and the other half counts whole; both
unknown = unknown.
"""

RESTED, WORN = 1.5, 4.5
WORST_FALL = 0.4


def score(frequency: float | None, ctr_now: float | None, ctr_before: float | None) -> float | None:
    """`frequency` of 7 days; CTR in percent, of 7 and of 30 days."""
    parts = []
    if frequency is not None:
        parts.append((frequency - RESTED) / (WORN - RESTED))
    if ctr_now is not None and ctr_before:
        parts.append((1 - ctr_now / ctr_before) / WORST_FALL)
    if not parts:
        return None
    return 100 * sum(min(max(part, 0.0), 1.0) for part in parts) / len(parts)
