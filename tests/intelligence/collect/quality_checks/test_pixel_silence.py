"""A silent pixel: hours without an event where there are usually many."""

from datetime import timedelta

import pytest

from intelligence.collect.quality_checks.pixel_silence import PIXEL_SILENCE
from intelligence.models import PixelHour
from intelligence.models.pixel_hour import ALL_EVENTS
from metaads.models import AdAccount, Pixel
from tests.factories.metaads import AdAccountFactory
from tests.intelligence.collect.quality_checks.days import NOW


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    Pixel.objects.create(account=account, meta_id="900", name="Shop", synced_at=NOW)
    return account


def hours(account: AdAccount, usual: int, last: int | None, fresh: bool = True) -> None:
    """A week of hours; the last four of them have `last` events."""
    start = NOW.replace(minute=0)
    pixel = Pixel.objects.get(account=account)
    PixelHour.objects.bulk_create(
        PixelHour(
            pixel=pixel,
            hour=start - timedelta(hours=back),
            event=ALL_EVENTS,
            count=last if back <= 4 else usual,
            read_at=NOW if fresh else NOW - timedelta(hours=9),
        )
        for back in range(1, 24 * 8)
    )


def test_events_as_usual_are_fine(account: AdAccount) -> None:
    hours(account, 60, 50)
    assert PIXEL_SILENCE.look(account, NOW).verdict == "fine"


def test_no_event_for_hours_is_doubtful_and_says_what_is_usual(account: AdAccount) -> None:
    hours(account, 60, 0)
    found = PIXEL_SILENCE.look(account, NOW)
    assert found.verdict == "doubtful"
    assert "Pixel Shop is silent: it had 0 events" in found.sentence
    assert "180 are usual" in found.sentence


def test_a_quiet_pixel_can_not_be_told_from_a_silent_one(account: AdAccount) -> None:
    hours(account, 3, 0)
    assert PIXEL_SILENCE.look(account, NOW).verdict == "unknown"


def test_hours_that_were_not_read_lately_or_contradict_themselves_say_nothing(account: AdAccount) -> None:
    hours(account, 60, None)
    assert PIXEL_SILENCE.look(account, NOW).verdict == "unknown"
    PixelHour.objects.all().delete()
    hours(account, 60, 0, fresh=False)
    assert PIXEL_SILENCE.look(account, NOW).verdict == "unknown"


def test_an_account_without_pixel_is_unknown(db: None) -> None:
    assert PIXEL_SILENCE.look(AdAccountFactory.create(), NOW).verdict == "unknown"
