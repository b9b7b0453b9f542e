"""Back-test: one rule over 30 days by the hour on 1,000 ad sets, and a lived month replayed as it was recorded."""

import time
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.test import override_settings

from intelligence.metrics.frame import Frame
from intelligence.metrics.table import build_frame, store_frame
from intelligence.models import StoredFrame
from metaads.models import AdAccount, Level
from optimization.backtest import AS_RECORDED, Unsaved, backtest
from tests.benchmarks.estate import NOW, build
from tests.optimization.backtest.living import live

DEAR = {
    "all": [{"field": "spend_7d", "operator": ">", "value": 100}, {"field": "roas_3d", "operator": "<", "value": 1}]
}
LOWER = {"kind": "decrease_budget", "parameters": {"percent": 10}}
LIVED = 30
"""Days: each takes some ten seconds to live."""
RULE = {"conditions": DEAR, "actions": [LOWER], "safety": {"cooldown_hours": 24}}


def run(ad_sets: int = 1000, days: int = 30) -> dict[str, object]:
    """Seconds of each, firings, and how many proposals of the lived days the replay makes otherwise (0)."""
    with transaction.atomic(), override_settings(INITIAL_HISTORICAL_DAYS=14):
        try:
            return {"name": "backtest", "database": connection.vendor, **_large(ad_sets, days), "lived": _lived(LIVED)}
        finally:
            transaction.set_rollback(True)


def _large(ad_sets: int, days: int) -> dict[str, Any]:
    account = build(campaigns=max(ad_sets // 10, 1), ad_sets=ad_sets, ads=0, days=days)
    hours = days * 24 - 1
    _store_hours(account, hours)
    start = time.perf_counter()
    since = NOW - timedelta(hours=hours)
    found = backtest(account, [Unsaved(Level.AD_SET, RULE)], since, NOW, now=NOW)
    taken = time.perf_counter() - start
    return {
        "ad_sets": ad_sets,
        "moments": sum(found.resolutions.values()),
        "firings": len(found.firings),
        "spend_cut": found.totals()["spend_cut"],
        "seconds": round(taken, 1),
    }


def _store_hours(account: AdAccount, hours: int) -> None:
    """A table an hour and level, each a little different from the one before."""
    rng = np.random.default_rng(7)
    for level in (Level.CAMPAIGN, Level.AD_SET):
        base = build_frame(account, level, NOW)
        store_frame(base)
        columns: dict[str, Any] = dict(base.columns)
        for ago in range(1, hours + 1):
            at = NOW - timedelta(hours=ago)
            moved = {
                name: np.round(c * rng.uniform(0.8, 1.25, len(c)), 2) if "_7d" in name or "_3d" in name else c
                for name, c in columns.items()
            }
            store_frame(Frame(account.pk, level, at, at - timedelta(minutes=5), base.ids, moved))


def _lived(days: int) -> dict[str, Any]:
    """Six hours between two looks; people approve, reject, cancel and leave."""
    StoredFrame.objects.all().delete()
    start = time.perf_counter()
    life = live(days, 6)
    lived = time.perf_counter()
    found = backtest(life.account, life.rules, life.since, life.until, now=life.until, mode=AS_RECORDED)
    recorded = found.recorded or {}
    return {
        "looks": len(life.moments),
        "proposals_the_same": recorded["same"],
        "only_replayed": len(recorded["only_replayed"]),
        "only_recorded": len(recorded["only_recorded"]),
        "lived_s": round(lived - start, 1),
        "replayed_s": round(time.perf_counter() - lived, 1),
    }
