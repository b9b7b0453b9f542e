"""Readings: a revision is kept, a repetition is not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from intelligence.collect.store import Slot, confirmed, keep
from intelligence.models import Reading
from metaads.models import Level
from tests.factories.intelligence import totals
from tests.factories.metaads import AdAccountFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.fixture
def slot(db: None) -> Slot:
    return Slot(AdAccountFactory.create(), Level.AD, DAY)


def spent(amount: float) -> dict[str, dict[str, float]]:
    return {"41": {"spend": amount}}


def test_a_changed_value_is_a_new_reading_beside_the_old_one(slot: Slot) -> None:
    assert keep(slot, totals(spent(1)), NOW)
    assert keep(slot, totals(spent(2)), NOW + timedelta(hours=1))
    assert Reading.objects.count() == 2


def test_the_same_values_again_only_confirm_the_reading(slot: Slot) -> None:
    keep(slot, totals(spent(1)), NOW)
    later = NOW + timedelta(hours=1)
    assert not keep(slot, totals(spent(1)), later)
    assert confirmed(slot.account, slot.level, (DAY, DAY)) == {DAY: later}
    assert Reading.objects.get().read_at == NOW


def test_the_same_moment_read_twice_leaves_one_reading_with_the_newest_values(slot: Slot) -> None:
    keep(slot, totals(spent(1)), NOW)
    keep(slot, totals(spent(3)), NOW)
    assert Reading.objects.get().digest != ""
    assert not keep(slot, totals(spent(3)), NOW)


def test_a_value_that_comes_back_is_a_revision_too(slot: Slot) -> None:
    for hours, amount in enumerate((1, 2, 1)):
        assert keep(slot, totals(spent(amount)), NOW + timedelta(hours=hours))
    assert Reading.objects.count() == 3


def test_days_that_were_never_read_are_not_confirmed(slot: Slot) -> None:
    assert confirmed(slot.account, slot.level, (DAY, DAY)) == {}
