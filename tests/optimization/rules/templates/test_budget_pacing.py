"""Budget pacing."""

import pytest

from metaads.models import Level
from tests.optimization.rules.templates.worlds import NOW, asked, row, same, world

pytestmark = pytest.mark.django_db

BUDGET = {"daily_budget": 10_000}
FIVE = ("11", "12", "13", "14", "15")


def test_campaigns_far_off_their_plan_are_told() -> None:
    # By 18:00 three quarters of the budget should be spent: 75.
    rows = same(x11=row(44), x12=row(46), x13=row(104), x14=row(106), x15=row(0, views=0))
    account = world(Level.CAMPAIGN, rows, dict.fromkeys(FIVE, BUDGET) | {"15": {}})
    found = asked("budget_pacing", account, Level.CAMPAIGN)
    assert (found.matched, found.changes) == (["11", "14"], {})


def test_a_paused_campaign_and_the_morning_are_left_alone() -> None:
    resting = {**BUDGET, "status": "PAUSED", "effective_status": "PAUSED"}
    account = world(Level.CAMPAIGN, same(x11=row(10)), {"11": resting})
    assert asked("budget_pacing", account, Level.CAMPAIGN).matched == []
    morning = NOW.replace(hour=11, minute=59)
    early = world(Level.CAMPAIGN, same(x12=row(1)), {"12": BUDGET}, now=morning)
    assert asked("budget_pacing", early, Level.CAMPAIGN, morning).matched == []
