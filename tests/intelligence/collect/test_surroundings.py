"""What surrounds the figures is trimmed: old rows go, the newest state and what the ledger lacks stay."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from intelligence.collect.retention import roll_up
from intelligence.models import Gap, MaturityCurve, PixelHour, PixelQuality, QualityChange
from metaads.models import AccountHealth, AdAccount, OutsideChange, Pixel
from tests.factories.metaads import AdAccountFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
MODELS: tuple[Any, ...] = (PixelHour, PixelQuality, OutsideChange, Gap, QualityChange, AccountHealth)


def surroundings(account: AdAccount, days: int) -> None:
    """One row of each, so many days old."""
    at, day = NOW - timedelta(days=days), TODAY - timedelta(days=days)
    pixel, _ = Pixel.objects.get_or_create(account=account, meta_id="7", defaults={"synced_at": NOW})
    PixelHour.objects.create(pixel=pixel, hour=at, event="*", count=1, read_at=at)
    PixelQuality.objects.create(pixel=pixel, event="Purchase", day=day, read_at=at)
    change: dict[str, Any] = {"account": account, "level": "campaign", "entity_id": "1", "source": "difference"}
    OutsideChange.objects.create(key=f"{days}", at=at, noticed_at=at, **change)
    Gap.objects.create(account=account, since=at - timedelta(hours=2), until=at, found_at=at)
    QualityChange.objects.create(account=account, kind="doubtful", at=at, recorded=True)
    AccountHealth.objects.create(account=account, day=day, read_at=at, severity="ok")
    MaturityCurve.objects.create(account=account, day=day, made_at=at, shares=[], conversions=0, days=0)


def counts() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in (*MODELS, MaturityCurve)}


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    return account


def test_each_kind_goes_after_its_own_time(account: AdAccount) -> None:
    for days in (1, 89, 91, 364, 367):
        surroundings(account, days)
    surroundings(AdAccountFactory.create(), 367)
    roll_up(account, NOW)
    left = {"PixelHour": 2, "PixelQuality": 2, "MaturityCurve": 2}
    assert counts() == {model.__name__: 1 + left.get(model.__name__, 4) for model in (*MODELS, MaturityCurve)}


def test_settings_say_how_long(account: AdAccount, settings: Any) -> None:
    settings.RETAIN_PIXELS_DAYS, settings.RETAIN_CHANGES_DAYS, settings.RETAIN_DAILY_DAYS = 10, 40, 35
    for days in (1, 20, 50):
        surroundings(account, days)
    roll_up(account, NOW)
    left = {"PixelHour": 1, "PixelQuality": 1}
    assert counts() == {model.__name__: left.get(model.__name__, 2) for model in (*MODELS, MaturityCurve)}


def test_the_newest_health_and_curve_stay_and_what_the_ledger_lacks(account: AdAccount) -> None:
    surroundings(account, 800)
    QualityChange.objects.update(recorded=False)
    roll_up(account, NOW)
    left = {"QualityChange": 1, "AccountHealth": 1, "MaturityCurve": 1}
    assert counts() == {model.__name__: left.get(model.__name__, 0) for model in (*MODELS, MaturityCurve)}


def test_doing_it_again_deletes_nothing_more(account: AdAccount) -> None:
    for days in (1, 500):
        surroundings(account, days)
    roll_up(account, NOW)
    assert roll_up(account, NOW).deleted in ({}, {"frames": 0})
