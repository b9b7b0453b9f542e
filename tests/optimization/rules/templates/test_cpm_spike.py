"""CPM spike."""

import pytest

from metaads.models import Level
from tests.factories.intelligence import Row
from tests.optimization.rules.templates.worlds import Rows, asked, row, world

pytestmark = pytest.mark.django_db


def days(today: Row) -> Rows:
    """A CPM of 10 on every day but today."""
    return lambda ago: {"11": row(40, views=4000) if ago else today}


def test_half_more_for_a_thousand_views_is_told() -> None:
    account = world(Level.AD_SET, days(row(40, views=2600)), {"11": {}})
    found = asked("cpm_spike", account, Level.AD_SET)
    assert found.matched == ["11"]
    assert found.changes == {}


@pytest.mark.parametrize("today", [row(40, views=2700), row(29, views=1900), row(19, views=400)])
def test_a_usual_price_or_too_few_views_are_not(today: Row) -> None:
    account = world(Level.AD_SET, days(today), {"11": {}})
    assert asked("cpm_spike", account, Level.AD_SET).matched == []
