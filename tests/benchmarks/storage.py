"""Storing what was read of 10,000 ads: seconds of an hour, bytes of each kind of row, seconds of a roll-up.

`bytes_per_entity` is what one entity takes in one row (ids here follow each other; Meta's own add some 4 bytes).
"""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Model, Sum
from django.db.models.functions import Length

from intelligence.collect.creatives import keep_creatives
from intelligence.collect.hours import keep_hours
from intelligence.collect.retention import roll_up
from intelligence.collect.store import Slot, keep
from intelligence.metrics.states import keep_states
from intelligence.metrics.table import build_frame, store_frame
from intelligence.models import CreativeDay, DayProfile, HourBlock, Reading, State, StoredFrame, Week
from intelligence.totals import Totals
from metaads.models import Ad, AdAccount, Level
from tests.benchmarks.estate import NOW, build

HOURS = 24
KINDS: tuple[type[Model], ...] = (Reading, HourBlock, State, StoredFrame, CreativeDay, DayProfile, Week)


def run(ads: int = 10_000) -> dict[str, Any]:
    with transaction.atomic():
        try:
            return measured(ads)
        finally:
            transaction.set_rollback(True)


def measured(ads: int) -> dict[str, Any]:
    account = build(campaigns=max(ads // 10, 1), ad_sets=max(4 * ads // 10, 1), ads=ads, days=1)
    Reading.objects.filter(account=account).delete()
    CreativeDay.objects.filter(account=account).delete()
    rng = np.random.default_rng(7)
    ids = np.array(sorted(int(one) for one in Ad.objects.values_list("meta_id", flat=True)), dtype=np.int64)
    totals = _grow(Totals(ids, {}), rng)
    day = NOW.date()
    start = datetime(day.year, day.month, day.day, tzinfo=NOW.tzinfo) - timedelta(hours=1)
    hours = []
    for hour in range(1, HOURS):
        totals = _grow(totals, rng)
        hours.append(_an_hour(account, day, totals, start + timedelta(hours=hour)))
    looked, sizes = _seconds(lambda: _look(account)), _sizes()
    rolled = _seconds(lambda: roll_up(account, NOW + timedelta(days=9)))
    return {
        "name": "storage",
        "ads": ads,
        "database": connection.vendor,
        "store_hour_s": {part: round(float(np.median([one[part] for one in hours])), 3) for part in hours[0]},
        "frame_and_state_s": looked,
        "roll_up_s": rolled,
        "bytes_per_entity": {**_sizes(), **sizes},
    }


def _an_hour(account: AdAccount, day: date, totals: Totals, at: datetime) -> dict[str, float]:
    """What a collection stores of one level; the reading has the rows per creative with it."""
    return {
        "hours": _seconds(lambda: keep_hours(account, Level.AD, day, totals, at)),
        "creatives_again": _seconds(lambda: keep_creatives(account, day, totals, at)),
        "reading_and_creatives": _seconds(lambda: keep(Slot(account, Level.AD, day), totals, at)),
    }


def _look(account: AdAccount) -> None:
    keep_states(account, NOW)
    store_frame(build_frame(account, Level.AD, NOW))


def _grow(before: Totals, rng: np.random.Generator) -> Totals:
    """An hour more of delivery: cents, and lists as Meta sends them for a shop; a third of the ads stand still."""
    count = len(before.ids)
    live = rng.random(count) < 0.66
    shown = np.where(live, rng.poisson(120, count), 0).astype(np.float64)
    clicks, bought = rng.binomial(shown.astype(int), 0.012), rng.binomial(shown.astype(int), 0.0004)
    added = {
        "impressions": shown,
        "reach": np.floor(shown * 0.8),
        "clicks": clicks * 1.3 // 1,
        "inline_link_clicks": clicks,
        "spend": np.round(shown * 0.0093, 2),
        "thruplays": shown // 20,
        "actions.link_click": clicks,
        "actions.landing_page_view": clicks * 3 // 4,
        "actions.post_engagement": clicks * 2,
        "actions.omni_purchase": bought,
        "action_values.omni_purchase": np.round(bought * 47.9, 2),
    }
    columns = {name: np.round(before.columns.get(name, 0.0) + more, 2) for name, more in added.items()}
    marks = {mark: np.ones(count) for mark in ("actions", "action_values")}
    return Totals(before.ids, {**columns, **marks})


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return round(time.perf_counter() - start, 3)


def _sizes() -> dict[str, float]:
    """Bytes of one entity in one row, of the kinds that are kept now."""
    sums = {model.__name__: model._default_manager.aggregate(b=Sum(Length("packed")), r=Sum("rows")) for model in KINDS}
    return {name: round(found["b"] / found["r"], 1) for name, found in sums.items() if found["r"]}
