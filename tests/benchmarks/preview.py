"""A rule's preview on 10,000 ad sets, and on 50,000 ads: a selective rule, and one that everything matches."""

import statistics
import time
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from intelligence.metrics.table import frame_for_tick
from metaads.models import AdAccount, Level
from optimization.preview import preview
from tests.benchmarks.estate import NOW, build

RUNS = 20
LOWER = {"kind": "decrease_budget", "parameters": {"percent": 20}}
DEAR = {
    "all": [{"field": "spend_7d", "operator": ">", "value": 300}, {"field": "roas_7d", "operator": "<", "value": 0.9}]
}
SELECTIVE = {"conditions": DEAR, "actions": [LOWER]}
ALL = {"conditions": {"field": "spend_7d", "operator": ">", "value": 0}, "actions": [{"kind": "pause"}]}


def run(ad_sets: int = 10_000, ads: int = 50_000) -> dict[str, object]:
    """Milliseconds of each preview, first (nothing warm) and then the middle and the 95th percentile."""
    with transaction.atomic():
        try:
            return measured(ad_sets, ads)
        finally:
            transaction.set_rollback(True)


def measured(ad_sets: int, ads: int) -> dict[str, object]:
    account = build(campaigns=max(ad_sets // 10, 1), ad_sets=ad_sets, ads=ads, days=30)
    frame_for_tick(account, Level.AD_SET, NOW)
    frame_for_tick(account, Level.AD, NOW)
    return {
        "name": "preview",
        "ad_sets": ad_sets,
        "ads": ads,
        "database": connection.vendor,
        "some_of_the_ad_sets": _timed(account, Level.AD_SET, SELECTIVE),
        "all_ad_sets": _timed(account, Level.AD_SET, ALL),
        "all_ads": _timed(account, Level.AD, ALL, runs=5),
    }


def _timed(account: AdAccount, level: str, document: dict[str, Any], runs: int = RUNS) -> dict[str, object]:
    taken = []
    with CaptureQueriesContext(connection) as queries:
        found = preview(account, level, document, NOW)
    for _ in range(runs):
        start = time.perf_counter()
        found = preview(account, level, document, NOW)
        taken.append((time.perf_counter() - start) * 1000)
    ordered = sorted(taken)
    return {
        "matched": found.matched,
        "queries": len(queries),
        "median_ms": round(statistics.median(ordered)),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]),
    }
