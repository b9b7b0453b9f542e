"""The plan of the response curves on an action's page: its curve, and every change of the same look."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from metaads.models import AdAccount
from optimization.models import Run, Source
from optimization.optimizer.telling import RESPONSE
from tests.optimization.views.conftest import MakeAction
from tests.optimization.views.test_timeline import html

CURVE = {
    "spend": [0, 10_000, 20_000],
    "low": [0, 25_000, 40_000],
    "expected": [0, 30_000, 49_000],
    "high": [0, 36_000, 58_000],
}


def told(gain: list[int], **more: Any) -> dict[str, Any]:
    return {RESPONSE: {"gain_a_day": gain, "old": 10_000, "new": 12_000, "elasticity": 0.68, "spread": 0.07, **more}}


@pytest.fixture
def run(euro: AdAccount) -> Run:
    made: Run = Run.objects.create(account=euro, kind="optimize", slot="now", started_at=timezone.now())
    return made


def test_the_page_draws_the_curve_and_lists_the_plan(
    page: Client, euro: AdAccount, make_action: MakeAction, run: Run
) -> None:
    shared = {"source": Source.OPTIMIZER, "run": run}
    action = make_action(euro, kind="increase_budget", metrics=told([900, 2_150, 3_300], curve=CURVE), **shared)
    other = make_action(euro, kind="pause", metrics=told([400, 1_000, 1_900], new=0), **shared)
    make_action(euro, metrics={}, **shared)
    text = html(page, f"/actions/{action.public_id}/")
    assert "Response and plan" in text
    assert "today 100.00 EUR" in text
    assert "planned 120.00 EUR" in text
    assert "+21.50 EUR" in text
    assert "+9.00 to +33.00 EUR" in text
    assert f"/actions/{other.public_id}/" in text
    assert "+31.50 EUR" in text, "all together"
    assert "to the power 0.68" in text


def test_an_action_of_a_rule_has_no_such_panel(page: Client, euro: AdAccount, make_action: MakeAction) -> None:
    assert "Response and plan" not in html(page, f"/actions/{make_action(euro).public_id}/")
