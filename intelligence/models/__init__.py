"""Observed data (tables `intel_*`), one noun a file."""

from intelligence.models.frame import StoredFrame
from intelligence.models.freshness import Freshness
from intelligence.models.reading import Reading
from intelligence.models.snapshot import Snapshot
from intelligence.models.target import Target

__all__ = ["Freshness", "Reading", "Snapshot", "StoredFrame", "Target"]
