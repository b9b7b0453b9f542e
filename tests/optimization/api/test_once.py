"""A request sent again with its key has its effect once, also when both arrive at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from rest_framework.test import APIClient

from metaads.models import AdAccount
from optimization.models import LedgerEvent, RequestKey, Rule
from tests.optimization.api.conftest import calling
from tests.optimization.api.test_rules import LOSS

RULES = "/api/intelligence/rules"
KEY = "3f6c7a52-1"


@pytest.fixture
def body(euro: AdAccount) -> dict[str, Any]:
    told = {"name": "Stop loss", "category": "loss_prevention", "level": "adset"}
    return {**told, "accounts": [euro.meta_id], "document": LOSS}


def sent(client: APIClient, body: dict[str, Any], key: str = KEY, path: str = RULES) -> Any:
    return client.post(path, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_the_second_gets_the_first_ones_answer_and_does_nothing(manager: User, body: dict[str, Any]) -> None:
    client = calling(manager)
    first, second = sent(client, body), sent(client, dict(reversed(body.items())))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Rule.objects.count() == 1
    assert LedgerEvent.objects.filter(kind="rule_changed").count() == 1


def test_another_key_or_none_is_another_request(manager: User, body: dict[str, Any]) -> None:
    client = calling(manager)
    assert [sent(client, body, key).status_code for key in ("a", "b")] == [201, 201]
    assert client.post(RULES, body, format="json").status_code == 201
    assert Rule.objects.count() == 3


def test_the_same_key_with_another_body_is_refused(manager: User, body: dict[str, Any]) -> None:
    client = calling(manager)
    sent(client, body)
    answer = sent(client, {**body, "name": "Another"})
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert Rule.objects.count() == 1


def test_a_key_is_ones_own_and_of_one_path(manager: User, euro: AdAccount, body: dict[str, Any]) -> None:
    from tests.factories.metaads import MembershipFactory

    other: User = MembershipFactory.create(account=euro, role="manager").user
    assert [sent(calling(user), body).status_code for user in (manager, other)] == [201, 201]
    assert sent(calling(manager), body, path="/api/optimization/rules").status_code == 201
    assert Rule.objects.count() == 3


def test_an_error_is_not_kept_so_the_request_may_be_corrected(manager: User, body: dict[str, Any]) -> None:
    client = calling(manager)
    assert sent(client, {**body, "name": ""}).status_code == 400
    assert not RequestKey.objects.exists()
    assert sent(client, body).status_code == 201


def test_a_key_is_forgotten_after_a_day(manager: User, body: dict[str, Any]) -> None:
    client = calling(manager)
    sent(client, body)
    held = RequestKey.objects.get()
    RequestKey.objects.update(created_at=held.created_at - timedelta(hours=24))
    assert "Idempotency-Replayed" not in sent(client, body).headers
    assert Rule.objects.count() == 2
    assert RequestKey.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201])
def test_an_odd_key_is_refused_at_its_name(manager: User, body: dict[str, Any], key: str) -> None:
    answer = sent(calling(manager), body, key)
    assert answer.status_code == 400
    assert set(answer.json()["field_errors"]) == {"Idempotency-Key"}
    assert not Rule.objects.exists()


def test_of_four_at_once_one_has_its_effect_and_all_get_its_answer(
    transactional_db: None, manager: User, body: dict[str, Any]
) -> None:
    clients = [calling(manager) for _ in range(4)]
    together = Barrier(len(clients), timeout=30)

    def one(client: APIClient) -> Any:
        try:
            together.wait()
            return sent(client, body)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(one, clients))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert Rule.objects.count() == RequestKey.objects.count() == 1
