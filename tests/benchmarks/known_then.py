"""A month of virtual time in the sandbox, looked at every three hours: is every table rebuilt as it was known then?

Each stored table of each tick (campaigns, ad sets, ads) is built anew from readings and states with `known_at` of its
tick and compared with what was stored, row by row and column by column. People edit, tracking fails, Meta restates.
"""

import time
from typing import Any

from django.db import transaction
from django.test import override_settings

from intelligence.models import Reading, State, StoredFrame
from intelligence.observe import observe
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import create
from tests.intelligence.conftest import NOW, connect
from tests.intelligence.test_known_then import differences

HOURS = 3
WORLD = WorldOptions(
    accounts=1,
    campaigns=4,
    ad_sets=12,
    ads=30,
    history_days=35,
    step_minutes=60,
    human_edits=2.0,
    tracking_outages=1.0,
    promotions=2.0,
)


def run(days: int = 30) -> dict[str, Any]:
    """Tables and cells compared, how many differed (0), revisions that came in between, seconds."""
    with transaction.atomic(), override_settings(INITIAL_HISTORICAL_DAYS=30):
        try:
            return measured(days)
        finally:
            transaction.set_rollback(True)


def measured(days: int) -> dict[str, Any]:
    meta = connect("", 0, create(WORLD, NOW.timestamp(), frozen=True))
    start = time.perf_counter()
    observe(meta.account, meta.now)
    for _ in range(days * 24 // HOURS):
        observe(meta.account, meta.advance(HOURS))
    observed = time.perf_counter()
    frames = StoredFrame.objects.select_related("account").order_by("at", "level")
    wrong = {f"{frame.level} {frame.at:%d %H:%M}": found for frame in frames if (found := differences(frame))}
    readings = Reading.objects.filter(window=Reading.DAY)
    return {
        "name": "known_then",
        "days": days,
        "ticks": frames.values("at").distinct().count(),
        "tables": frames.count(),
        "tables_that_differ": len(wrong),
        "first_differences": list(wrong.items())[:3],
        "readings": readings.count(),
        "revisions": readings.count() - readings.values("level", "day").distinct().count(),
        "states": State.objects.count(),
        "observe_s": round(observed - start, 1),
        "compare_s": round(time.perf_counter() - observed, 1),
    }
