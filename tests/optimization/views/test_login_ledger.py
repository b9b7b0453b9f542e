"""Who logged in, and when, is on record."""

from django.test import Client

from optimization.models import LedgerEvent
from tests.factories.metaads import UserFactory


def test_a_log_in_is_recorded_by_id_and_a_wrong_password_is_not(db: None, client: Client) -> None:
    user = UserFactory.create(username="mia")
    client.post("/accounts/login/", {"login": "mia", "password": "wrong"})
    assert not LedgerEvent.objects.filter(kind="login").exists()

    client.post("/accounts/login/", {"login": "mia", "password": "a good long password"})
    event = LedgerEvent.objects.get(kind="login")
    assert (event.user_id, event.chain) == (user.pk, "installation")
    assert "mia" not in event.payload_text
