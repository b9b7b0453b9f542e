"""The schema is what the API does: complete, valid, and held against answers to generated requests."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from schemathesis.specs.openapi.checks import response_schema_conformance

from metaads.models import AdAccount
from optimization.api.meta_urls import urlpatterns as of_meta
from optimization.api.urls import urlpatterns as of_api
from optimization.tokens import make_token
from tests.factories.metaads import NOW, AdFactory

EXAMPLES = 12
CONFORMS = [response_schema_conformance]


@pytest.fixture
def open_connection() -> Iterator[None]:
    """A served request closes idle connections when it ends; here that would be the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def schema(open_connection: None, viewer: User, euro: AdAccount, monkeypatch: pytest.MonkeyPatch) -> Any:
    AdFactory.create(ad_set__campaign__account=euro)
    headers = {"Authorization": f"Token {make_token(viewer, NOW)}"}
    loaded = schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application(), headers=headers)
    loaded.config.headers = headers
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.allow_request", lambda *a: True)
    return loaded


def test_every_path_is_in_the_schema(schema: Any) -> None:
    described = {operation.ok().path for operation in schema.get_all_operations()}
    hidden = {"api-docs", "api-unknown", "api-schema"}
    shown = [one.name for one in [*of_api, *of_meta] if one.name not in hidden]
    assert len(described - {"/api/schema/"}) == len(shown)


def test_answers_keep_to_the_schema_whatever_is_asked(schema: Any) -> None:
    """Each answer is judged in `_statuses`; where no id must be guessed, some must be answers and not errors."""
    operations = [operation.ok() for operation in schema.get_all_operations()]
    guessed = {(one.method.upper(), one.path): _statuses(one) for one in operations}
    assert all(statuses for statuses in guessed.values())
    lists = ["/api/accounts", "/api/campaigns", "/api/adsets", "/api/ads", "/api/reports/daily"]
    lists += ["/api/intelligence/rules", "/api/optimization/rules", "/api/jobs", "/api/intelligence/rules/export.yaml"]
    lists += ["/api/intelligence/actions", "/api/optimization/actions", "/api/intelligence/actions/stats"]
    lists += ["/meta/optimization/queue"]
    lists += ["/meta/optimization/stats"]
    assert {path: 200 in guessed["GET", path] for path in lists} == dict.fromkeys(lists, True)


def _statuses(operation: Any) -> set[int]:
    """Status codes of the answers to generated requests. Fails for a 500 and for a body that is not as described."""
    seen: set[int] = set()

    @hypothesis.given(case=operation.as_strategy())
    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    def held(case: Any) -> None:
        answer = case.call()
        seen.add(answer.status_code)
        assert answer.status_code < 500, f"{case.method} {case.path}: {answer.status_code}"
        if answer.status_code >= 400:
            assert set(answer.json()) == {"detail", "code", "field_errors"}
        else:
            case.validate_response(
                answer, checks=[schemathesis.checks.CHECKS.get_by_names(["response_schema_conformance"])[0]]
            )

    held()
    return seen


def test_the_reference_is_for_those_who_are_logged_in(viewer: User) -> None:
    client = Client()
    assert client.get("/api/docs/").status_code == 302
    client.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "//cdn" not in page.content.decode()
