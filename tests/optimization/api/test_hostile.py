"""What no honest program sends is answered with the one shape of errors, and never with a mistake of ours."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient
from rest_framework.throttling import UserRateThrottle

from metaads.models import AdAccount
from tests.factories.metaads import AdSetFactory, CampaignFactory
from tests.optimization.api.conftest import calling

SHAPE = {"detail", "code", "field_errors"}
EVENT = '{"event_id":"a","time":"%s","value":"1","currency":"EUR"}'


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/campaigns?cursor=cD1hYmM%3D", 404),
        ("/api/metrics/account/a%00b", 404),
        ("/api/metrics/adset/1%00", 404),
        ("/api/metrics/ad%00/1", 404),
        ("/api/reports/daily?account=%00", 400),
        ("/api/campaigns?name=%00", 400),
        ("/api/intelligence/performance/account/{a}/compare?since=0001-01-01", 400),
        ("/api/intelligence/performance/account/{a}/compare?until=0001-01-02", 400),
        ("/api/intelligence/performance/account/{a}/compare?since=9999-12-30&until=9999-12-31", 400),
        ("/api/intelligence/performance/account/{a}/compare?since=2005-01-01", 400),
        ("/api/reports/daily?account={a}&day=0001-01-01", 400),
        ("/api/offline-conversions?since=0001-01-01T00:00:00%2B10:00", 400),
        ("/api/offline-conversions?until=9999-12-31T23:59:59-10:00", 400),
    ],
)
def test_odd_addresses_are_refused(path: str, code: int, api: APIClient, euro: AdAccount) -> None:
    answer = api.get(path.replace("{a}", euro.meta_id))
    assert (answer.status_code, set(answer.json())) == (code, SHAPE)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * 100_000, 400),
        (b'{"accounts":' + b"[" * 5000 + b"]" * 5000 + b"}", 400),
        (b'{"accounts":["' + b"9" * 3_000_000 + b'"]}', 413),
        (b'{"accounts":["\\u0000"]}', 400),
        (b'{"accounts":["\\ud800"]}', 400),
        (b'{"accounts":["1"],"window":NaN}', 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
    ],
)
def test_odd_bodies_are_refused(body: bytes, code: int, api: APIClient) -> None:
    answer = api.generic("POST", "/api/metrics/blended-roas", body, "application/json")  # type: ignore[arg-type]
    assert (answer.status_code, set(answer.json())) == (code, SHAPE)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "1999-12-31T00:00:00Z"])
def test_a_sale_of_before_facebook_is_refused(time: str, manager: User, euro: AdAccount) -> None:
    body = f'{{"account":"{euro.meta_id}","events":[{EVENT % time}]}}'
    answer = calling(manager).generic("POST", "/api/offline-conversions", body, content_type="application/json")
    assert answer.json()["refused"][0]["reason"] == "Its time lies before Facebook began."


def test_an_account_that_was_never_read_has_no_figures(api: APIClient, euro: AdAccount) -> None:
    values = api.get(f"/api/metrics/account/{euro.meta_id}").json()["values"]
    assert set(values.values()) == {None}


def test_an_expired_token_is_refused(viewer: User) -> None:
    client = calling(viewer)
    token = AuthToken.objects.get(user=viewer)
    token.expiry = token.created - timedelta(seconds=1)
    token.save()
    assert client.get("/api/accounts").status_code == 401


def test_a_deactivated_users_token_is_refused(viewer: User) -> None:
    client = calling(viewer)
    viewer.is_active = False
    viewer.save()
    assert client.get("/api/accounts").status_code == 401


def test_who_lost_the_account_finds_nothing_of_it_with_an_old_token(viewer: User, euro: AdAccount) -> None:
    client, ad_set = calling(viewer), AdSetFactory.create(campaign__account=euro)
    assert client.get(f"/api/metrics/adset/{ad_set.meta_id}").status_code == 200
    euro.memberships.all().delete()
    assert client.get(f"/api/metrics/adset/{ad_set.meta_id}").status_code == 404
    assert client.get("/api/adsets").json()["results"] == []


def test_a_session_posts_with_its_csrf_token_alone(manager: User, euro: AdAccount) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")
    body = {"accounts": [euro.meta_id]}
    refused = client.post("/api/metrics/blended-roas", body, content_type="application/json")
    assert (refused.status_code, set(refused.json())) == (403, SHAPE)
    client.get("/tokens/")
    token = {"X-CSRFToken": client.cookies["csrftoken"].value}
    fine = client.post("/api/metrics/blended-roas", body, content_type="application/json", headers=token)
    assert fine.status_code == 200


def test_tokens_of_one_user_share_one_allowance(viewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "3/min"})
    clients = [calling(viewer) for _ in range(4)]
    assert [client.get("/api/accounts").status_code for client in clients] == [200, 200, 200, 429]


def test_the_account_at_meta_answers_before_a_file_with_the_same_id(viewer: User, euro: AdAccount) -> None:
    from_file = CampaignFactory.create(account__read_only=True, account__name="Aside", meta_id="4711")
    from_file.account.memberships.create(user=viewer, role="viewer")
    CampaignFactory.create(account=euro, meta_id="4711")
    assert calling(viewer).get("/api/metrics/campaign/4711").json()["account"] == euro.meta_id
