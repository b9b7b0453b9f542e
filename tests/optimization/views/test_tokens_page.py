"""One's own API tokens: shown once, listed by their beginning, withdrawn."""

import re

from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from optimization.models import LedgerEvent
from tests.factories.metaads import UserFactory
from tests.optimization.views.conftest import signed_in


def made(page: Client) -> str:
    found = re.search(r'id="fresh-token">([0-9a-f]+)<', page.post("/tokens/").content.decode())
    assert found
    return found[1]


def test_a_token_is_shown_once_and_works(page: Client, manager: User) -> None:
    token = made(page)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.get("/api/accounts").status_code == 200
    later = page.get("/tokens/").content.decode()
    assert token not in later
    assert token[:15] in later


def test_the_database_holds_no_token_that_could_be_used(page: Client) -> None:
    token = made(page)
    row = AuthToken.objects.get()
    assert token not in (row.digest, row.token_key)


def test_withdrawing_takes_it_from_the_list_and_into_the_ledger(page: Client, manager: User) -> None:
    start = made(page)[:15]
    page.post("/tokens/withdraw/", {"start": start})
    assert not AuthToken.objects.exists()
    events = [(e.payload["what"], e.user_id) for e in LedgerEvent.objects.filter(kind="token_changed")]
    assert events == [("api_token_made", manager.pk), ("api_token_withdrawn", manager.pk)]


def test_nobody_lists_or_withdraws_another_ones_tokens(page: Client) -> None:
    start = made(page)[:15]
    other = signed_in(UserFactory.create())
    assert start not in other.get("/tokens/").content.decode()
    other.post("/tokens/withdraw/", {"start": start})
    assert AuthToken.objects.count() == 1


def test_the_administrator_withdraws_a_token_in_admin(page: Client, manager: User) -> None:
    made(page)
    root = UserFactory.create(is_staff=True, is_superuser=True)
    row = AuthToken.objects.get()
    signed_in(root).post(f"/admin/knox/authtoken/{row.pk}/delete/", {"post": "yes"})
    assert not AuthToken.objects.exists()
    event = LedgerEvent.objects.filter(kind="token_changed").latest("id")
    assert (event.user_id, event.payload["owner"]) == (root.pk, manager.pk)
