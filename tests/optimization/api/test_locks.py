"""Locks over the API."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from metaads.models import Ad, AdAccount
from optimization.models import EntityLock
from tests.factories.metaads import AdFactory
from tests.optimization.api.conftest import calling

LOCKS = "/api/optimization/locks"


@pytest.fixture
def ad(euro: AdAccount) -> Ad:
    made: Ad = AdFactory.create(ad_set__campaign__account=euro)
    return made


def test_set_listed_and_released(manager: User, viewer: User, stranger: User, ad: Ad) -> None:
    api = calling(manager)
    until = timezone.now() + timedelta(days=3)
    body = {"level": "ad", "id": ad.meta_id, "reason": "Legal", "until": until.isoformat()}
    made = api.post(LOCKS, body, format="json")
    assert made.status_code == 201
    assert made.json()["locked_by"] == manager.username
    assert [row["entity_id"] for row in calling(viewer).get(LOCKS).json()["results"]] == [ad.meta_id]
    assert calling(stranger).get(LOCKS).json()["results"] == []
    one = f"{LOCKS}/{made.json()['id']}"
    assert calling(viewer).delete(one).status_code == 403
    assert calling(stranger).delete(one).status_code == 404
    assert api.delete(one).status_code == 204
    assert (api.delete(one).status_code, api.delete(one).json()["code"]) == (409, "already_decided")
    assert api.get(LOCKS).json()["results"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"reason": ""}, "reason"), ({"until": "2001-01-01T00:00:00Z"}, "until"), ({"level": "planet"}, "level")],
)
def test_what_is_wrong_is_named(manager: User, ad: Ad, changes: dict[str, str], field: str) -> None:
    answer = calling(manager).post(
        LOCKS, {"level": "ad", "id": ad.meta_id, "reason": "Legal", **changes}, format="json"
    )
    assert (answer.status_code, set(answer.json()["field_errors"])) == (400, {field})
    assert not EntityLock.objects.exists()


def test_a_viewer_locks_nothing(viewer: User, ad: Ad) -> None:
    body = {"level": "ad", "id": ad.meta_id, "reason": "No"}
    assert calling(viewer).post(LOCKS, body, format="json").status_code == 403
