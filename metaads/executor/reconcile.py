"""Comparing what Meta shows with what we wanted and what we saw before."""

from metaads.executor.change import Change
from metaads.executor.operations import OPERATIONS
from metaads.executor.seen import Finding, Live


def compare(change: Change, live: Live) -> Finding:
    """THERE: it stands. UNCHANGED: nothing of it. DRIFTED: a third value. UNKNOWN: not told."""
    return OPERATIONS[change.op].compare(change, live)
