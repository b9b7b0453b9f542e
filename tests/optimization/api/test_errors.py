"""Every error has one shape, and says what to do."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient
from rest_framework.throttling import UserRateThrottle

from optimization.tokens import make_token, tokens_of, withdraw_token
from tests.factories.metaads import NOW
from tests.optimization.api.conftest import calling

SHAPE = {"detail", "code", "field_errors"}


def test_nobody_is_a_401_that_names_the_token() -> None:
    answer = APIClient().get("/api/accounts")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json() == {
        "detail": "Authentication credentials were not provided.", "code": "not_authenticated", "field_errors": {},
    }  # fmt: skip


def test_a_path_that_does_not_exist_is_a_json_404(api: APIClient) -> None:
    answer = api.get("/api/nothing/here")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert set(answer.json()) == SHAPE


def test_a_method_that_is_not_offered_is_a_405(api: APIClient) -> None:
    answer = api.post("/api/accounts", {})
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_a_version_that_does_not_exist_is_refused(api: APIClient) -> None:
    answer = api.get("/api/accounts", HTTP_ACCEPT="application/json; version=9.0")
    assert answer.status_code == 406
    assert set(answer.json()) == SHAPE


def test_a_session_serves_as_well_as_a_token(viewer: User) -> None:
    client = Client()
    client.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/api/accounts").status_code == 200


def test_a_withdrawn_token_is_refused(viewer: User) -> None:
    client = calling(viewer)
    assert client.get("/api/accounts").status_code == 200
    assert withdraw_token(viewer, tokens_of(viewer)[0].start, NOW)
    assert client.get("/api/accounts").status_code == 401


def test_another_ones_token_is_not_withdrawn(viewer: User, stranger: User) -> None:
    make_token(viewer, NOW)
    assert not withdraw_token(stranger, tokens_of(viewer)[0].start, NOW)
    assert len(tokens_of(viewer)) == 1


def test_who_calls_too_often_is_told_when_to_come_back(viewer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "3/min"})
    client = calling(viewer)
    answers = [client.get("/api/accounts").status_code for _ in range(3)]
    late = client.get("/api/accounts")
    assert set(answers) == {200}
    assert (late.status_code, late.json()["code"]) == (429, "throttled")
    assert int(late["Retry-After"]) > 0


def test_a_mistake_of_ours_is_json_to_programs_and_a_page_to_people(
    viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("optimization.api.structure.Accounts.get_queryset", broken)
    monkeypatch.setattr("optimization.views.queue.scope_of", broken)
    client = Client(raise_request_exception=False)
    client.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get("/api/accounts")
    assert (answer.status_code, set(answer.json()), answer.json()["code"]) == (500, SHAPE, "server_error")
    page = client.get("/actions/")
    assert page.status_code == 500
    assert "Our mistake" in page.content.decode()
