"""What was known then: a table rebuilt from readings and states equals, row for row, the one stored at that moment."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from intelligence.columns import unpack
from intelligence.metrics.table import STORED, build_frame
from intelligence.models import Reading, State, StoredFrame
from intelligence.observe import observe
from metaads.graph.client import adapters
from metaads.models import AdAccount, AdSet, Level
from metaads.sandbox.world.options import WorldOptions
from metaads.sandbox.world.world import create
from tests.intelligence.conftest import HOST, NOW, Meta, connect

TICK_HOURS = (1, 359)
"""A month in 5 looks: an hour apart, and a fortnight missed. Every three hours of it: `make bench`."""
WORLD = WorldOptions(
    accounts=1, campaigns=3, ad_sets=6, ads=12, history_days=10, step_minutes=60, human_edits=1.0, tracking_outages=1.0
)


@pytest.fixture
def meta(db: None, settings: Any) -> Iterator[Meta]:
    settings.INITIAL_HISTORICAL_DAYS = 7
    yield connect("", 0, create(WORLD, NOW.timestamp(), frozen=True))
    adapters.pop(HOST, None)


def rebuilt(account: AdAccount, level: str, at: datetime) -> dict[str, Any]:
    frame = build_frame(account, level, at, known_at=at)
    return {"ids": frame.ids, **dict(frame.columns), **{name: frame.columns[name] for name in STORED}}


def differences(stored: StoredFrame) -> list[str]:
    """Columns in which the rebuilt table differs from the stored one, in any row; and any that only one has."""
    held, again = unpack(stored.packed), rebuilt(stored.account, stored.level, stored.at)
    assert len(held["ids"]) == stored.rows
    return [
        name for name in sorted({*held, *again}) if name not in held or name not in again or not same(held, again, name)
    ]


def same(held: dict[str, Any], again: dict[str, Any], name: str) -> bool:
    return np.array_equal(held[name], again[name], equal_nan=held[name].dtype.kind == "f")


def a_month(meta: Meta) -> Iterator[int]:
    """Virtual time passes; answers the number of each look."""
    hours = 0
    number = 0
    while hours < 30 * 24:
        step = TICK_HOURS[number % len(TICK_HOURS)]
        meta.advance(step)
        hours, number = hours + step, number + 1
        yield number


def changed_at_meta(meta: Meta, number: int) -> None:
    """What people do there: names, states, budgets, and an ad set that goes."""
    theirs = meta.wire.app.api.world.accounts[0]
    ad_set = theirs.ad_sets[number % len(theirs.ad_sets)]
    ad_set.name = f"{ad_set.name} ({number})"
    if number % 5 == 0:
        ad_set.daily_budget = (ad_set.daily_budget or 1000) + 100
    if number == 4:
        AdSet.objects.filter(account=meta.account, meta_id=ad_set.id).update(deleted_at=meta.now)


def test_a_month_of_tables_is_rebuilt_as_it_was_known(meta: Meta) -> None:
    observe(meta.account, meta.now)
    for number in a_month(meta):
        changed_at_meta(meta, number)
        if number == 3:
            meta.breaks("error_500", "level=adset")
        observe(meta.account, meta.now)
        meta.mended()
    frames = list(StoredFrame.objects.select_related("account").order_by("at", "level"))
    assert len(frames) == 3 * 5
    revised = Reading.objects.filter(window=Reading.DAY, day__lt=meta.now.date() - timedelta(days=3))
    assert revised.count() > revised.values("level", "day").distinct().count() + 20  # Meta did restate
    assert {stored.pk: differences(stored) for stored in frames} == {stored.pk: [] for stored in frames}


def test_today_differs_from_what_was_known_then(meta: Meta) -> None:
    """The comparison above can fail: what came later changes a past table."""
    observe(meta.account, meta.now)
    then = meta.now
    changed_at_meta(meta, 0)
    observe(meta.account, meta.advance(30))
    stored = StoredFrame.objects.select_related("account").get(level=Level.AD_SET, at=then)
    assert differences(stored) == []
    State.objects.filter(at=then).delete()
    assert "name" in differences(stored)
