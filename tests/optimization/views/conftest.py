"""A small desk: two accounts in two currencies, a manager, a viewer, a stranger, and actions to decide on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from metaads.models import AdAccount
from optimization.ledger import record
from optimization.models import Action, Status
from tests.factories.metaads import AdAccountFactory, AdSetFactory
from tests.optimization.people import euro, manager, viewer

__all__ = ["euro", "make_action", "manager", "page", "signed_in", "viewer"]

TRACE = {
    "node": "all",
    "path": "conditions",
    "result": "true",
    "children": [
        {
            "node": "leaf",
            "path": "conditions.all[0]",
            "field": "cpa_7d",
            "label": "CPA over 7 days",
            "base": "cpa",
            "window": "7d",
            "unit": "money",
            "operator": ">",
            "value": 48.2,
            "threshold": 40.0,
            "expression": "target_cpa * 2",
            "result": "true",
            "age_minutes": 4,
            "near_miss": None,
            "text": "CPA over 7 days is above target_cpa * 2",
        },
        {
            "node": "leaf",
            "path": "conditions.all[1]",
            "field": "ctr_7d",
            "label": "CTR over 7 days",
            "base": "ctr",
            "window": "7d",
            "unit": "percent",
            "operator": "<",
            "value": 1.4,
            "threshold": 1.3,
            "expression": "",
            "result": "false",
            "age_minutes": 4,
            "near_miss": -0.1,
            "text": "CTR over 7 days is below 1.3 %",
        },
    ],
}
VERDICTS = [
    {"guard": "data_age", "outcome": "pass", "reason": "Data 4 min old.", "setting": "at most 3 h", "remaining": 0.9},
    {
        "guard": "budget_step",
        "outcome": "trim",
        "reason": "Trimmed from -50 % to -30 %.",
        "setting": "at most -30 %",
        "remaining": 0.0,
    },
]
MakeAction = Callable[..., Action]


@pytest.fixture
def yen(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create(name="Kanto", currency="JPY", timezone_name="Asia/Tokyo")
    return account


@pytest.fixture
def page(manager: User) -> Client:
    """A browser in which the manager is logged in."""
    return signed_in(manager)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


WANTED: dict[str, Any] = {
    "level": "adset",
    "kind": "decrease_budget",
    "source": "rule",
    "field": "daily_budget",
    "value_before": 12_000,
    "value_wanted": 6_000,
    "value_final": 8_400,
    "at_stake": 3_600,
    "reason": "CPA 48.20 against a target of 20.00.",
    "trace": TRACE,
    "verdicts": VERDICTS,
    "status": Status.PENDING,
}


@pytest.fixture
def make_action(db: None) -> MakeAction:
    """An action on an ad set of its own, lowering 120.00 to 84.00 a day unless told otherwise."""

    def make(account: AdAccount, **changes: Any) -> Action:
        now = timezone.now()
        values = {**WANTED, **changes}
        ad_set = AdSetFactory.create(campaign__account=account)
        if isinstance(values["value_before"], int):
            ad_set.daily_budget = values["value_before"]
            ad_set.save()
        times: dict[str, Any] = {"proposed_at": now, "refreshed_at": now, "expires_at": now + timedelta(hours=48)}
        of: dict[str, Any] = {
            "entity_id": ad_set.meta_id,
            "entity_name": ad_set.name,
            "campaign_id": ad_set.campaign.meta_id,
        }
        read: dict[str, Any] = {
            "data_read_at": now - timedelta(minutes=4),
            "currency": account.currency,
            "account": account,
        }
        action = Action.objects.create(**{**times, **of, **read, **values})
        told: dict[str, Any] = {
            "account_id": account.pk,
            "action_id": action.public_id,
            "payload": {"reason": action.reason},
        }
        record("optimization_suggested", actor="rule", now=now, **told)
        return action

    return make
