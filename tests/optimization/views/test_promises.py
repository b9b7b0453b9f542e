"""The case page says when a change is undone by itself, offers to keep it, and says what could act alone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from metaads.models import AdSet, Role
from optimization.models import Action, Approval, Status
from tests.factories.metaads import AdSetFactory, MembershipFactory, UserFactory
from tests.factories.optimization import budget_action, make_rule, version_of
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
STEP = {"kind": "decrease_budget", "parameters": {"percent": 20}, "timed": {"undo_after_hours": 48}}


@pytest.fixture
def action() -> Action:
    ad_set: AdSet = AdSetFactory.create(daily_budget=10_000)
    rule = make_rule(ad_set.account, leaf("spend_7d", ">", 50), STEP)
    return budget_action(ad_set, rule_version=version_of(rule))


def seen_by(role: Role, action: Action, client: Client) -> User:
    user: User = UserFactory.create()
    MembershipFactory.create(user=user, account=action.account, role=role)
    client.force_login(user)
    return user


def page(client: Client, action: Action) -> str:
    return client.get(reverse("action", args=[action.public_id])).content.decode()


def in_effect(action: Action) -> None:
    now = timezone.now()
    Action.objects.filter(pk=action.pk).update(
        status=Status.EXECUTED, executed_at=now, finished_at=now, undo_at=now + timedelta(hours=48)
    )


def test_a_proposal_says_for_how_long_it_is_meant(action: Action, client: Client) -> None:
    seen_by(Role.MANAGER, action, client)
    assert "It is meant for 48 h, from when it takes effect." in page(client, action)


def test_keep_is_offered_once_it_is_in_effect_and_then_says_so(action: Action, client: Client) -> None:
    user = seen_by(Role.MANAGER, action, client)
    in_effect(action)
    assert "Keep it" in page(client, action)
    answer = client.post(reverse("action-keep", args=[action.public_id]), follow=True)
    action.refresh_from_db()
    assert action.kept_by == user
    text = answer.content.decode()
    assert "no longer undone by itself" in text
    assert "Keep it" not in text


def test_a_viewer_sees_when_but_cannot_keep_it(action: Action, client: Client) -> None:
    seen_by(Role.VIEWER, action, client)
    in_effect(action)
    text = page(client, action)
    assert "it is undone by itself at" in text
    assert "Keep it" not in text
    assert client.post(reverse("action-keep", args=[action.public_id])).status_code == 403


def test_what_cannot_be_kept_says_why_where_it_was_asked(action: Action, client: Client) -> None:
    seen_by(Role.MANAGER, action, client)
    answer = client.post(reverse("action-keep", args=[action.public_id]))
    assert answer.status_code == 409
    assert "already waiting for approval" in answer.content.decode().lower()


def test_what_could_act_alone_says_that_it_waits(action: Action, client: Client) -> None:
    seen_by(Role.MANAGER, action, client)
    Action.objects.filter(pk=action.pk).update(may_act_alone=True, why_not_alone="Not now.")
    assert "Its source is automatic, yet it waits for a person. Not now." in page(client, action)


def test_the_page_names_both_who_approved(action: Action, client: Client) -> None:
    seen_by(Role.MANAGER, action, client)
    ben, mia = UserFactory.create(username="ben"), UserFactory.create(username="mia")
    for user in (ben, mia):
        Approval.objects.create(action=action, version=1, user=user, at=timezone.now())
    Action.objects.update(status=Status.APPROVED, decided_at=timezone.now(), decided_by=mia)
    assert "ben and mia" in page(client, action)


def test_an_undo_after_a_loss_is_no_persons(action: Action, client: Client) -> None:
    seen_by(Role.MANAGER, action, client)
    in_effect(action)
    budget_action(AdSet.objects.get(), source="undo", undo_of=action, reason_code="loss", kind="set_budget")
    undo = Action.objects.get(undo_of=action)
    text = page(client, undo)
    assert "lost more than the account's limit" in text
    assert "A person took back" not in text
