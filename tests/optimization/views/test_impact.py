"""The action's page and the dashboard: what was expected, what was measured, and what cannot be told."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from metaads.models import AdSet, Role
from optimization.models import Action, Effect, Horizon, Outcome, Status
from tests.factories.metaads import AdSetFactory, MembershipFactory, UserFactory
from tests.factories.optimization import budget_action

pytestmark = pytest.mark.django_db
FIGURES = {"money": {"actual": 90_00, "without": 60_00, "effect": 30_00, "low": 10_00, "high": 50_00}}
EXPECTED = {"days": 7, "figures": {"money": [5_00, 12_34, 20_00]}, "method": "last week", "why": ""}


@pytest.fixture
def action() -> Action:
    ad_set: AdSet = AdSetFactory.create(daily_budget=10_000)
    now = timezone.now()
    return budget_action(ad_set, expected=EXPECTED, status=Status.EXECUTED, executed_at=now, finished_at=now)


@pytest.fixture
def page(action: Action, client: Client) -> Client:
    user: User = UserFactory.create()
    MembershipFactory.create(user=user, account=action.account, role=Role.VIEWER)
    client.force_login(user)
    return client


def measured(action: Action, verdict: Effect, **columns: Any) -> None:
    at = timezone.now()
    told = {"effect": 30_00, "low": 10_00, "high": 50_00, "figures": FIGURES, **columns}
    Outcome.objects.create(
        action=action, horizon=Horizon.DAY, due_at=at, measured_at=at + timedelta(0), verdict=verdict, **told
    )


def text_of(page: Client, action: Action) -> str:
    return page.get(reverse("action", args=[action.public_id])).content.decode()


def test_before_it_is_measured_the_page_says_when_and_what_is_expected(page: Client, action: Action) -> None:
    text = text_of(page, action)
    assert "It is measured 24, 48 and 72 hours after." in text
    assert "12.34" in text
    assert "Effect in" not in text


def test_what_was_measured_stands_beside_what_was_expected(page: Client, action: Action) -> None:
    measured(action, Effect.BETTER)
    text = text_of(page, action)
    assert "Effect in 24 hours" in text
    for figure in ("12.34", "90.00", "60.00", "30.00"):
        assert figure in text


def test_an_interval_around_zero_is_called_what_it_is(page: Client, action: Action) -> None:
    measured(action, Effect.CANNOT_TELL, low=-10_00)
    assert "the figures cannot tell" in text_of(page, action)


def test_the_dashboard_sums_only_what_is_sure_and_says_what_cannot_be_told(page: Client, action: Action) -> None:
    measured(action, Effect.CANNOT_TELL, low=-10_00)
    assert "of 1 change cannot be told" in page.get("/").content.decode()
    Outcome.objects.update(verdict=Effect.BETTER, low=10_00)
    text = page.get("/").content.decode()
    assert "30.00" in text
    assert "cannot be told" not in text
