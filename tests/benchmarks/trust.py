"""What it costs an hourly look to ask whether the data can be trusted, on an account of 10,000 ads.

All five checks and the daily maturity curve, over 30 days of readings of which the last four were read hourly, a week
of hours of 4,000 ad sets, and a week of pixel hours.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from intelligence.collect.maturity import learn_maturity
from intelligence.collect.quality import assess
from intelligence.collect.quality_checks import CHECKS
from intelligence.collect.store import Slot, keep
from intelligence.columns import pack
from intelligence.metrics import windows
from intelligence.models import HourBlock, PixelHour, Reading
from intelligence.totals import Totals, unpack_totals
from metaads.models import AdAccount, Level, Pixel
from tests.benchmarks.estate import FIRST, NOW, build

HOUR = timedelta(hours=1)
SHAPE = (1000, 4000, 10_000)
HOURLY_DAYS = 3


def run(shape: tuple[int, int, int] = SHAPE) -> dict[str, Any]:
    """Seconds and queries of the whole look, of each check and of the curve."""
    with transaction.atomic():
        try:
            account = build(*shape)
            _read_hourly(account)
            _hours(account, shape[1])
            _pixel(account)
            return _measured(account, shape)
        finally:
            transaction.set_rollback(True)


def _measured(account: AdAccount, shape: tuple[int, int, int]) -> dict[str, Any]:
    figures: dict[str, Any] = {"name": "trust", "ads": shape[2]}
    for check in CHECKS:
        figures[check.key] = cost(partial(check.look, account, NOW))
    figures["assess"] = cost(lambda: assess(account, NOW).doubtful_since is None)
    figures["maturity_once_a_day"] = cost(lambda: learn_maturity(account, NOW) is not None)
    return figures


def cost(work: Callable[[], object]) -> dict[str, object]:
    with CaptureQueriesContext(connection) as queries:
        start, busy = time.perf_counter(), time.process_time()
        found = work()
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
    return {
        "seconds": round(seconds, 3),
        "cpu_s": round(busy, 3),
        "queries": len(queries),
        "found": str(getattr(found, "verdict", found)),
    }


def _read_hourly(account: AdAccount) -> None:
    """Campaigns of today and of the three days before, as hourly reads of the last day leave them."""
    today = windows.local_day(NOW, account.zone)
    for ago in range(HOURLY_DAYS + 1):
        day = today - timedelta(days=ago)
        rows = Reading.objects.filter(account=account, level=Level.CAMPAIGN, day=day).order_by("-read_at")
        last = unpack_totals(rows.values_list("packed", flat=True)[0])
        for back in range(25, 0, -1):
            read_at = NOW - back * HOUR
            if read_at > windows.day_start(day, account.zone):
                share = 1 - back * (0.04 if ago == 0 else 0.002 / ago)
                grown = {name: np.floor(column * share) for name, column in last.columns.items() if "." in name}
                clicks = {"clicks": np.floor(last.columns["clicks"] * share)}
                keep(Slot(account, Level.CAMPAIGN, day), Totals(last.ids, {**last.columns, **grown, **clicks}), read_at)
        keep(Slot(account, Level.CAMPAIGN, day), last, NOW - timedelta(minutes=10))


def _hours(account: AdAccount, count: int) -> None:
    ids = np.arange(FIRST[Level.AD_SET], FIRST[Level.AD_SET] + count, dtype=np.int64)
    rng = np.random.default_rng(7)
    for back in range(1, 8 * 24):
        hour = NOW - back * HOUR
        spend = np.round(rng.lognormal(0, 0.5, count), 2)
        columns = {"ids": ids, "spend": spend, "impressions": np.floor(spend * 100)}
        local = hour.astimezone(account.zone)
        HourBlock.objects.create(
            account=account, level=Level.AD_SET, hour=hour, since=hour, read_at=hour + HOUR, rows=count,
            local_date=local.date(), local_hour=local.hour, packed=pack(columns),
        )  # fmt: skip


def _pixel(account: AdAccount) -> None:
    pixel = Pixel.objects.create(account=account, meta_id="9", synced_at=NOW)
    PixelHour.objects.bulk_create(
        PixelHour(pixel=pixel, hour=NOW - back * HOUR, event="*", count=500, read_at=NOW - timedelta(minutes=5))
        for back in range(1, 9 * 24)
    )
