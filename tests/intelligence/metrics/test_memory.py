"""A month of a large account leaves memory as soon as its table is stored."""

import ctypes
import gc
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from intelligence import memory
from intelligence.memory import LARGE, collector_paused, give_back
from intelligence.metrics.lazy import LazyColumns
from intelligence.metrics.source import Source
from intelligence.metrics.table import build_frame, frame_for_tick
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, AdFactory, AdSetFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    ad_set = AdSetFactory.create(campaign=CampaignFactory.create(account=made, meta_id="21"), meta_id="31")
    AdFactory.create(ad_set=ad_set, meta_id="41")
    for level, entity in ((Level.CAMPAIGN, "21"), (Level.AD_SET, "31"), (Level.AD, "41")):
        for ago in range(3):
            reading(made, level, (NOW - timedelta(days=ago)).date(), NOW, {entity: {"spend": 1, "impressions": 9}})
    return made


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("level", Level.values)
@pytest.mark.usefixtures("no_collector")
def test_readings_are_let_go_with_the_frame_and_need_no_collector(account: AdAccount, level: str) -> None:
    frame = build_frame(account, level, NOW)
    assert frame.columns["spend_3d"] is not None
    source = frame.columns.source  # type: ignore[attr-defined]
    assert isinstance(source, Source)
    levels = [weakref.ref(one) for one in (source, source.parents, source.children) if one is not None]
    assert len(levels) > 1
    del frame, source
    assert [one() for one in levels] == [None] * len(levels)


def test_the_frame_of_a_tick_holds_no_readings_and_still_tells_what_is_not_stored(account: AdAccount) -> None:
    frame = frame_for_tick(account, Level.AD, NOW)
    assert isinstance(frame.columns, LazyColumns)
    assert frame.columns._source is None
    assert frame.columns["spend_3d_incl_today"].tolist() == [3]


@pytest.mark.parametrize(("rows", "calls"), [(1, []), (LARGE - 1, []), (LARGE, [0]), (10_000, [0])])
def test_memory_is_given_back_after_work_on_many_rows_alone(
    rows: int, calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    monkeypatch.setattr(memory, "_trim", lambda: made.append)
    give_back(rows)
    assert made == calls


def test_where_the_c_library_has_no_such_call_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on musl and macOS: looking for the call fails."""
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    memory._trim.cache_clear()
    assert memory._trim() is None
    give_back(10_000)
    memory._trim.cache_clear()


def test_the_collector_rests_during_the_work_and_runs_again_also_after_a_failure() -> None:
    def work() -> None:
        with collector_paused():
            assert not gc.isenabled()
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        work()
    assert gc.isenabled()


@pytest.mark.usefixtures("no_collector")
def test_who_had_switched_the_collector_off_finds_it_off() -> None:
    with collector_paused():
        assert not gc.isenabled()
    assert not gc.isenabled()
