"""Comparing what Meta shows with what we wanted and what we saw before."""

from enum import StrEnum

from metaads.executor.change import Change
from metaads.executor.read import Live


class Finding(StrEnum):
    THERE = "there"
    UNCHANGED = "unchanged"
    DRIFTED = "drifted"
    UNKNOWN = "unknown"


def compare(change: Change, live: Live) -> Finding:
    """THERE: the wanted value stands. UNCHANGED: the old one does. DRIFTED: a third one. UNKNOWN: not told."""
    if live.value is None:
        return Finding.UNKNOWN
    if live.value == change.new:
        return Finding.THERE
    return Finding.UNCHANGED if live.value == change.old else Finding.DRIFTED
