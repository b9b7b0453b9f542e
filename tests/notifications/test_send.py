"""Saying something once: a repeat raises a count, and only those concerned read it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from notifications.models import Notification
from notifications.selectors import for_subjects
from notifications.send import notify
from tests.factories.metaads import UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def say(key: str = "k", subject: str = "account:1", now: datetime = NOW, **more: Any) -> Notification:
    values: dict[str, Any] = {"kind": "alert", "severity": "error", "title": "Stop", "body": "why", "link": "/"}
    return notify(subject=subject, key=key, now=now, **{**values, **more})


def test_a_message_keeps_what_it_was_given() -> None:
    made = say(link="/actions/")
    assert (made.subject, made.kind, made.severity, made.title, made.body, made.link) == (
        "account:1",
        "alert",
        "error",
        "Stop",
        "why",
        "/actions/",
    )
    assert (made.count, made.created_at, made.updated_at, made.user) == (1, NOW, NOW, None)


def test_a_repeat_raises_the_count_and_brings_the_newest_words() -> None:
    first = say()
    again = say(now=NOW + timedelta(hours=1), title="Stop again", body="still")
    assert (again.pk, again.count, again.title, again.body) == (first.pk, 2, "Stop again", "still")
    assert (again.created_at, again.updated_at) == (NOW, NOW + timedelta(hours=1))


def test_a_very_long_title_is_cut_instead_of_failing() -> None:
    assert len(say(title="x" * 500).title) == 200
    assert len(say(title="y" * 500).title) == 200


def test_only_what_is_about_ones_subjects_or_everybody_is_shown_the_newest_first() -> None:
    mine, all_of_us = say("a"), say("b", subject="", now=NOW + timedelta(minutes=1))
    say("c", subject="account:2")
    user = UserFactory.create()
    assert list(for_subjects(["account:1"], user, NOW)) == [all_of_us, mine]
    assert list(for_subjects([], user, NOW)) == [all_of_us]


def test_a_message_to_one_user_is_for_nobody_else() -> None:
    user, other = UserFactory.create(), UserFactory.create()
    private = say(user=user)
    assert list(for_subjects(["account:1"], user, NOW)) == [private]
    assert list(for_subjects(["account:1"], other, NOW)) == []
    assert list(for_subjects(["account:1"], AnonymousUser(), NOW)) == []


def test_an_expired_message_is_left_out() -> None:
    say()
    Notification.objects.update(expires_at=NOW + timedelta(hours=1))
    user = UserFactory.create()
    assert for_subjects(["account:1"], user, NOW).count() == 1
    assert for_subjects(["account:1"], user, NOW + timedelta(hours=1)).count() == 0
