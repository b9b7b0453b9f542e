"""Days from the frame's readings, hours from hour blocks."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from intelligence.metrics.catalog import resolve
from intelligence.metrics.frame import Frame, Numbers
from intelligence.models import HourBlock
from metaads.models import AdAccount
from optimization.rules.evaluate import evaluate
from optimization.rules.history import context_for, history_for
from tests.factories.intelligence import hour_block
from tests.factories.metaads import AdAccountFactory
from tests.optimization.rules.build import column, compiled, leaf

READ_AT = datetime(2026, 11, 20, 12, 20, tzinfo=UTC)
LAST_HOUR = datetime(2026, 11, 20, 11, tzinfo=UTC)


def made(account: AdAccount, **columns: list[float | None]) -> Frame:
    held = {name.replace("__", "_@"): column(values) for name, values in columns.items()}
    return Frame(account.pk, "adset", READ_AT, READ_AT, np.array(["1", "2"]), held)


def hour(account: AdAccount, start: datetime, rows: Mapping[str, Mapping[str, float]], **fields: Any) -> None:
    """By default from readings taken five minutes past each full hour."""
    hour_block(account, "adset", start, rows, **fields)


def asked(account: AdAccount, frame: Frame, name: str, unit: str, count: int) -> Numbers:
    past = history_for(account, frame)(resolve(name), unit, count)
    assert past is not None
    return past


@pytest.fixture
def account(db: None) -> AdAccount:
    return AdAccountFactory()


def test_days_come_oldest_first_and_today_is_left_out(account: AdAccount) -> None:
    frame = made(account, spend__0=[9, 9], spend__1=[3, None], spend__2=[2, 2], spend__3=[1, 1])
    days = asked(account, frame, "spend_yesterday", "day", 2)
    np.testing.assert_array_equal(days, [[2, 2], [3, np.nan]])


def test_a_ratio_of_a_day_is_that_of_the_days_sums(account: AdAccount) -> None:
    frame = made(account, spend__1=[10, 10], conversions__1=[4, 0])
    days = asked(account, frame, "cpa_yesterday", "day", 1)
    np.testing.assert_array_equal(days, [[2.5, np.nan]])


def test_a_day_that_the_frame_lacks_is_unknown(account: AdAccount) -> None:
    days = asked(account, made(account, spend__1=[10, 10]), "spend_yesterday", "day", 3)
    np.testing.assert_array_equal(days, [[np.nan] * 2, [np.nan] * 2, [10, 10]])


def test_hours_end_with_the_last_complete_one(account: AdAccount) -> None:
    for ago, spend in enumerate([5, 4, 3]):
        others = {"3": {"spend": 99}} if not ago else {}
        hour(account, LAST_HOUR - timedelta(hours=ago), {"1": {"spend": spend}, **others})
    hour(account, LAST_HOUR + timedelta(hours=1), {"1": {"spend": 99}})
    hours = asked(account, made(account, spend_7d=[1, 1]), "spend_1h", "hour", 2)
    np.testing.assert_array_equal(hours, [[4, np.nan], [5, np.nan]])


def test_hours_start_at_the_accounts_own_half_hour(db: None) -> None:
    account = AdAccountFactory(timezone_name="Asia/Kolkata")
    hour(account, datetime(2026, 11, 20, 10, 30, tzinfo=UTC), {"1": {"spend": 5}})
    hours = asked(account, made(account, spend_7d=[1, 1]), "spend_1h", "hour", 1)
    np.testing.assert_array_equal(hours, [[5, np.nan]])


def test_an_interval_of_several_hours_says_nothing_of_one(account: AdAccount) -> None:
    hour(account, LAST_HOUR - timedelta(hours=1), {"1": {"spend": 5}}, hours=2)
    hours = asked(account, made(account, spend_7d=[1, 1]), "spend_1h", "hour", 2)
    assert np.isnan(hours).all()


def test_an_hour_of_which_a_part_was_seen_is_unknown(account: AdAccount) -> None:
    rows = {"1": {"spend": 5.0}, "2": {"spend": 5.0}}
    hour(account, LAST_HOUR, rows, read_at=LAST_HOUR + timedelta(minutes=40))
    hour(account, LAST_HOUR - timedelta(hours=1), rows, since=LAST_HOUR - timedelta(minutes=100))
    assert np.isnan(asked(account, made(account, spend_7d=[1, 1]), "spend_1h", "hour", 2)).all()


def test_an_hour_that_was_read_after_the_frame_is_not_known_to_it(account: AdAccount) -> None:
    """A frame of then is asked again in a back-test: what was read later must not speak."""
    later, since = READ_AT + timedelta(minutes=1), LAST_HOUR + timedelta(minutes=10)
    hour(account, LAST_HOUR, {"1": {"spend": 5}}, read_at=later, since=since)
    assert np.isnan(asked(account, made(account), "spend_1h", "hour", 1)[0, 0])
    HourBlock.objects.update(read_at=READ_AT)
    assert asked(account, made(account), "spend_1h", "hour", 1)[0, 0] == 5


def test_ratios_and_action_types_of_an_hour(account: AdAccount) -> None:
    first = {"spend": 10, "conversions": 4, "actions.lead": 5}
    hour(account, LAST_HOUR, {"1": first, "2": {"spend": 10, "conversions": 0}})
    frame = made(account, spend_7d=[1, 1])
    np.testing.assert_array_equal(asked(account, frame, "cpa_1h", "hour", 1), [[2.5, np.nan]])
    np.testing.assert_array_equal(asked(account, frame, "cost_per.lead_1h", "hour", 1), [[2, np.nan]])
    np.testing.assert_array_equal(asked(account, frame, "actions.lead_1h", "hour", 1), [[5, np.nan]])


def test_reach_has_no_hours(account: AdAccount) -> None:
    hour(account, LAST_HOUR, {"1": {"impressions": 100, "reach": 50}})
    hours = asked(account, made(account, spend_7d=[1, 1]), "frequency_1h", "hour", 1)
    assert np.isnan(hours).all()


def test_another_account_or_level_is_not_read(account: AdAccount) -> None:
    hour(AdAccountFactory(), LAST_HOUR, {"1": {"spend": 5}})
    hours = asked(account, made(account, spend_7d=[1, 1]), "spend_1h", "hour", 1)
    assert np.isnan(hours).all()


def test_a_rule_fires_on_what_held_every_day(account: AdAccount) -> None:
    frame = made(account, spend__1=[10, 10], conversion_value__1=[5, 5], spend__2=[10, 10], conversion_value__2=[5, 50])
    rule = compiled(leaf("roas", "for_days", {"days": 2, "operator": "<", "value": 1}))
    assert evaluate(rule, frame, context_for(account, frame)).matched.tolist() == [True, False]
