"""Checks of an account's data, one a file. Adding one: write the file, list it here. Any doubt stops moving money."""

from intelligence.collect.quality_checks.base import Check, Finding, Verdict
from intelligence.collect.quality_checks.collection_gaps import COLLECTION_GAPS
from intelligence.collect.quality_checks.level_drift import LEVEL_DRIFT
from intelligence.collect.quality_checks.pixel_silence import PIXEL_SILENCE
from intelligence.collect.quality_checks.purchases_vanish import PURCHASES_VANISH
from intelligence.collect.quality_checks.spend_collapse import SPEND_COLLAPSE

CHECKS: tuple[Check, ...] = (PURCHASES_VANISH, LEVEL_DRIFT, PIXEL_SILENCE, SPEND_COLLAPSE, COLLECTION_GAPS)
if len({check.key for check in CHECKS}) != len(CHECKS):
    raise RuntimeError("two quality checks share a key")

__all__ = ["CHECKS", "Check", "Finding", "Verdict"]
