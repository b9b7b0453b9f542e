"""Guessing passwords is slowed down, nobody signs up by themselves, and pages of others stay closed."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories.metaads import UserFactory

pytestmark = pytest.mark.django_db
WRONG = {"login": "mia", "password": "wrong"}


@pytest.fixture(autouse=True)
def _forgotten_attempts() -> None:
    cache.clear()


def test_the_sixth_wrong_password_is_not_even_tried(client: Client) -> None:
    UserFactory.create(username="mia")
    for _ in range(5):
        assert client.post(reverse("account_login"), WRONG).status_code == 200
    right = {"login": "mia", "password": "a good long password"}
    client.post(reverse("account_login"), right)
    assert "_auth_user_id" not in client.session, "the account is held shut for a while, whatever the password"


def test_the_right_password_opens_the_dashboard(client: Client) -> None:
    UserFactory.create(username="mia")
    answer = client.post(reverse("account_login"), {"login": "mia", "password": "a good long password"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


def test_nobody_signs_up_by_themselves(client: Client) -> None:
    answer = client.post(reverse("account_signup"), {"username": "eve", "password1": "a good long password"})
    assert "_auth_user_id" not in client.session
    assert answer.status_code in (200, 302)


@pytest.mark.parametrize("name", ["dashboard", "actions"])
def test_a_stranger_is_sent_to_the_log_in(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
    assert reverse("account_login") in answer.headers["Location"]


def test_admin_uses_the_same_guarded_log_in(client: Client) -> None:
    answer = client.get(reverse("admin:login"))
    assert answer.status_code == 302
    assert reverse("account_login") in answer.headers["Location"]
