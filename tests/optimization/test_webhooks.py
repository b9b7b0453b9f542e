"""Rules that call a webhook: one call when the condition begins to hold, then once a day, never an action."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from metaads.models import AdAccount, AdSet
from notifications.models import WebhookCall
from optimization.cycle import run_cycle
from optimization.kinds import KINDS
from optimization.models import Action
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, keep_frame, make_rule
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
CALL = {"kind": "call_webhook", "parameters": {"url": "https://hooks.example.com/ads", "secret": "team"}}
SPENDS = leaf("spend_7d", ">", 50)


@pytest.fixture
def sets() -> list[AdSet]:
    first: AdSet = AdSetFactory.create()
    return [first, AdSetFactory.create(campaign=first.campaign)]


@pytest.fixture
def look(sets: list[AdSet]) -> Any:
    def evaluate(*spent: float, hours: float = 0) -> None:
        now, account = NOW + timedelta(hours=hours), sets[0].account
        columns: dict[str, list[Any]] = {
            "ids": [one.meta_id for one in sets],
            "name": [one.name for one in sets],
            "spend_7d": list(spent),
        }
        keep_frame(account, "adset", columns, now)
        run_cycle(account, now)

    return evaluate


@pytest.fixture
def account(sets: list[AdSet]) -> AdAccount:
    return sets[0].account


def test_it_is_called_when_the_condition_begins_to_hold_and_then_once_a_day(
    look: Any, account: AdAccount, sets: list[AdSet]
) -> None:
    make_rule(account, SPENDS, CALL, name="Tired")
    look(60, 0)
    look(61, 0, hours=1)
    look(62, 70, hours=2)
    called = [one.payload["entity"]["id"] for one in WebhookCall.objects.order_by("pk")]
    assert called == [sets[0].meta_id, sets[1].meta_id]
    look(63, 0, hours=24)
    assert WebhookCall.objects.count() == 3
    assert not Action.objects.exists()


def test_the_call_says_rule_entity_figures_reason_account_and_time(
    look: Any, account: AdAccount, sets: list[AdSet]
) -> None:
    rule = make_rule(account, SPENDS, CALL, name="Tired")
    look(60, 0)
    stored = WebhookCall.objects.get()
    assert (stored.url, stored.secret, stored.subject) == (
        "https://hooks.example.com/ads",
        "team",
        f"account:{account.pk}",
    )
    assert stored.payload == {
        "event": "rule_matched",
        "rule": {"id": rule.pk, "name": "Tired", "version": 1},
        "account": {"id": account.meta_id, "name": account.name, "currency": "EUR"},
        "entity": {"level": "adset", "id": sets[0].meta_id, "name": sets[0].name},
        "figures": {"spend_7d": 60.0},
        "reason": "Spend 60.00 EUR in the last 7 days.",
        "time": "2026-11-20T13:00:00+01:00",
    }


def test_it_may_stand_beside_a_change_and_is_never_one(look: Any, account: AdAccount) -> None:
    make_rule(account, SPENDS, {"kind": "pause"}, CALL)
    look(60, 0)
    assert WebhookCall.objects.count() == 1
    assert [action.kind for action in Action.objects.all()] == ["pause"]
    assert not KINDS["call_webhook"].changes_meta


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example.com/", "hooks.example.com", "https://a:b@c.test/", "https://x:99999/", "https:///x", ""],
)
def test_only_https_addresses_can_be_written(url: str) -> None:
    with pytest.raises(ValidationError, match="https"):
        KINDS["call_webhook"].Parameters.model_validate({"url": url})
