"""The fatigue of many ads at once, weighted by what they spend: `optimization.fatigue` over columns.

An ad with less than 1,000 impressions in seven days can't have tired anybody: 0. Where many saw it and nothing tells
how tired they are, it counts as worn out: unknown never passes a rail (docs/decisions/0021).
"""

import numpy as np

from intelligence.metrics.frame import Numbers, Texts
from optimization.fatigue import RESTED, WORN, WORST_FALL

FEW = 1_000
MOST = 100.0


def fatigue_scores(
    frequency: Numbers, ctr_now: Numbers, ctr_before: Numbers, impressions: Numbers, spend: Numbers
) -> Numbers:
    """(n,) scores 0 to 100; frequency and `ctr_now` of 7 days, `ctr_before` of 30."""
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = np.clip((frequency - RESTED) / (WORN - RESTED), 0, 1)
        fell = np.clip(np.where(ctr_before > 0, 1 - ctr_now / ctr_before, np.nan) / WORST_FALL, 0, 1)
    both = np.where(np.isnan(seen), fell, np.where(np.isnan(fell), seen, (seen + fell) / 2))
    silent = np.isnan(impressions) & (np.isnan(spend) | (spend == 0))
    few = (impressions < FEW) | silent
    return np.where(few, 0.0, np.where(np.isnan(both), MOST, MOST * both))


def fatigue_by(
    groups: Texts, frequency: Numbers, ctr_now: Numbers, ctr_before: Numbers, impressions: Numbers, spend: Numbers
) -> dict[str, float]:
    """Score of each group of ads, weighted by their spend; 0 for one that spends nothing."""
    scores = fatigue_scores(frequency, ctr_now, ctr_before, impressions, spend)
    names, place = np.unique(groups, return_inverse=True)
    weight = np.nan_to_num(spend)
    total = np.bincount(place, weights=weight, minlength=len(names))
    worn = np.bincount(place, weights=weight * scores, minlength=len(names))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(total > 0, worn / total, 0.0)
    return dict(zip(names.tolist(), mean.tolist(), strict=True))
