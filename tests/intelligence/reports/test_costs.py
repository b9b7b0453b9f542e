"""Cost per any result type."""

from collections.abc import Callable
from datetime import timedelta

from intelligence.reports import ResultCost, result_costs
from metaads.models import AdAccount, Level
from tests.intelligence.reports.conftest import NOW, TODAY, row

WEEK = (TODAY - timedelta(days=7), TODAY - timedelta(days=1))


def test_each_type_has_its_count_cost_and_value(account: AdAccount, days: Callable[..., None]) -> None:
    days(Level.CAMPAIGN, {"21": {**row(10, 2, 40), "actions.link_click": 40.0, "actions.lead": 0.0}})
    assert result_costs(account, Level.CAMPAIGN, "21", WEEK, NOW) == (
        ResultCost("link_click", 280, 0.25, None),
        ResultCost("omni_purchase", 14, 5, 280),
    )
