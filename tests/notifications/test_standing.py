"""What stands is said once, goes when it is no more, and is new again when it comes back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from notifications.models import Notification
from notifications.selectors import for_subjects
from notifications.standing import Standing, hold

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
DISABLED = Standing("error", "Shop: disabled", "See Ads Manager.")


def seen(now: datetime) -> list[str]:
    return [row.title for row in for_subjects(["account:1"], AnonymousUser(), now)]


def test_what_stands_is_said_once_however_often_it_is_looked_at() -> None:
    assert hold("account:1", "health", {"status": DISABLED}, NOW) == 1
    assert hold("account:1", "health", {"status": DISABLED}, LATER) == 0
    assert Notification.objects.get().count == 1
    assert seen(LATER) == ["Shop: disabled"]


def test_what_is_no_more_so_goes_and_comes_back_as_new() -> None:
    hold("account:1", "health", {"status": DISABLED}, NOW)
    hold("account:1", "health", {}, LATER)
    assert seen(LATER) == []
    assert hold("account:1", "health", {"status": DISABLED}, LATER + timedelta(hours=1)) == 1
    assert seen(LATER + timedelta(hours=1)) == ["Shop: disabled"]
    assert Notification.objects.get().count == 2


def test_the_words_stay_true() -> None:
    hold("account:1", "health", {"cap": Standing("warning", "10 EUR are left", "")}, NOW)
    hold("account:1", "health", {"cap": Standing("error", "Nothing is left", "")}, LATER)
    row = Notification.objects.get()
    assert (row.title, row.severity, row.count) == ("Nothing is left", "error", 1)


def test_other_subjects_and_topics_are_left_alone() -> None:
    hold("account:1", "health", {"status": DISABLED}, NOW)
    hold("account:2", "health", {}, NOW)
    hold("account:1", "rules", {}, NOW)
    assert seen(LATER) == ["Shop: disabled"]
