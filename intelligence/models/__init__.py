"""Observed data (tables `intel_*`), one noun a file."""

from intelligence.models.backfill import Backfill, ReportRun
from intelligence.models.calendar import CalendarEvent
from intelligence.models.creative_day import CreativeDay
from intelligence.models.frame import StoredFrame
from intelligence.models.freshness import Freshness
from intelligence.models.gap import Gap
from intelligence.models.hours import HourBlock
from intelligence.models.maturity import MaturityCurve
from intelligence.models.offline import OfflineConversion, OfflineUpload
from intelligence.models.pixel_hour import PixelHour, PixelQuality
from intelligence.models.profile import DayProfile
from intelligence.models.quality import QualityChange, QualityState
from intelligence.models.reading import Reading
from intelligence.models.rollup import Week
from intelligence.models.state import State
from intelligence.models.tag import EntityTag
from intelligence.models.target import Target

__all__ = [
    "Backfill",
    "CalendarEvent",
    "CreativeDay",
    "DayProfile",
    "EntityTag",
    "Freshness",
    "Gap",
    "HourBlock",
    "MaturityCurve",
    "OfflineConversion",
    "OfflineUpload",
    "PixelHour",
    "PixelQuality",
    "QualityChange",
    "QualityState",
    "Reading",
    "ReportRun",
    "State",
    "StoredFrame",
    "Target",
    "Week",
]
