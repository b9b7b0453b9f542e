"""A rule that only suggests shows on its page how its suggestions would have done."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from metaads.models import AdAccount
from optimization.models import Rule, Status
from tests.factories.optimization import budget_action, make_rule
from tests.optimization.rules.build import leaf
from tests.optimization.views.shop import NOW, Shop, open_shop
from tests.optimization.views.test_campaigns import html

LOWER = {"kind": "decrease_budget", "parameters": {"percent": 20}}


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(euro: AdAccount) -> Shop:
    return open_shop(euro)


def suggests(shop: Shop, mode: str = "suggestion_only") -> Rule:
    rule = make_rule(shop.account, leaf("spend_7d", ">", 50), LOWER, mode=mode)
    shop.ad_set.daily_budget = 10_000
    shop.ad_set.save()
    budget_action(
        shop.ad_set,
        8_000,
        rule_version=rule.current,
        status=Status.SUGGESTED,
        proposed_at=NOW - timedelta(days=4),
        refreshed_at=NOW - timedelta(days=4),
    )
    return rule


def test_suggestions_are_judged_by_what_happened_after(page: Client, shop: Shop) -> None:
    text = html(page, f"/rules/{suggests(shop).public_id}/")
    assert "Its suggestions, judged" in text
    assert "In the last 30 days it suggested 1 change:" in text
    assert "Had all been followed: about" in text
    assert "less spend and" in text
    assert "Alpha set" in text


def test_a_rule_that_acts_has_no_shadow(page: Client, shop: Shop) -> None:
    text = html(page, f"/rules/{suggests(shop, 'approval_required').public_id}/")
    assert "Its suggestions, judged" not in text
