"""Insights rows: exact numbers, absent stays absent."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from metaads.graph.client import client_for
from metaads.graph.errors import OutcomeUnknown
from metaads.models import AdAccount, Level
from metaads.reader.insights import ALL_DAYS, InsightRow, nested, parse, read_insights
from tests.metaads.stub import Stub

DAY = date(2026, 9, 1)
FULL: dict[str, Any] = {
    "adset_id": "2",
    "date_start": "2026-09-01",
    "date_stop": "2026-09-01",
    "spend": "12.34",
    "impressions": "1500",
    "reach": "1200",
    "clicks": "40",
    "inline_link_clicks": "31",
    "actions": [
        {"action_type": "link_click", "value": "31"},
        {"action_type": "omni_purchase", "value": "3", "7d_click": "2", "1d_view": "1"},
    ],
    "action_values": [{"action_type": "omni_purchase", "value": "149.70"}],
    "video_thruplay_watched_actions": [{"action_type": "video_view", "value": "210"}],
}


def test_a_full_row_is_read_exactly() -> None:
    assert parse(FULL, Level.AD_SET) == InsightRow(
        entity_id="2",
        day=DAY,
        last_day=DAY,
        impressions=1500,
        reach=1200,
        clicks=40,
        inline_link_clicks=31,
        spend=Decimal("12.34"),
        thruplays=210,
        actions={"link_click": Decimal(31), "omni_purchase": Decimal(3)},
        action_values={"omni_purchase": Decimal("149.70")},
    )


def test_what_meta_leaves_out_is_unknown_and_not_zero() -> None:
    row = parse({"ad_id": "3", "date_start": "2026-09-01", "date_stop": "2026-09-01"}, Level.AD)
    assert row == InsightRow("3", DAY, DAY)
    assert row.actions is None
    assert row.spend is None


def test_an_empty_list_of_actions_is_a_report_of_none() -> None:
    assert parse({**FULL, "actions": []}, Level.AD_SET).actions == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"spend": "NaN"},
        {"spend": "12,34"},
        {"impressions": "many"},
        {"impressions": "1.5"},
        {"date_start": "yesterday"},
        {"adset_id": None, "date_start": None},
        {"actions": {"link_click": 1}},
        {"actions": [{"value": "1"}]},
        {"actions": [{"action_type": "x", "value": None, "1d_view": "3"}, "y"]},
    ],
)
def test_half_a_number_is_no_number(wrong: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        parse({**FULL, **wrong}, Level.AD_SET)


def test_rows_nested_under_ads_are_read_by_the_same_code() -> None:
    raw = {key: value for key, value in FULL.items() if key != "adset_id"}
    assert nested({"id": "9", "insights": {"data": [raw]}}, Level.AD)[0].entity_id == "9"
    assert nested({"id": "9"}, Level.AD) == []


def test_nested_rows_that_go_on_elsewhere_are_not_taken_for_all() -> None:
    with pytest.raises(OutcomeUnknown):
        nested({"id": "9", "insights": {"data": [], "paging": {"next": "http://x"}}}, Level.AD)


@pytest.mark.parametrize("level", list(Level))
def test_one_call_asks_for_a_whole_level_by_day(account: AdAccount, stub: Stub, level: Level, settings: Any) -> None:
    settings.INSIGHTS_PAGE_SIZE = 500
    stub.says({"data": []})
    assert list(read_insights(client_for(account), account, level, DAY, date(2026, 9, 3))) == []
    query = stub.calls[0].query
    assert stub.calls[0].path.endswith("/act_111/insights")
    assert (query["level"], query["limit"], query["time_increment"]) == (level.value, "500", "1")
    assert query["time_range"].replace(" ", "") == '{"since":"2026-09-01","until":"2026-09-03"}'
    assert query["fields"].startswith(f"{level.value}_id,")
    assert "filtering" not in query


def test_ids_and_whole_ranges_can_be_asked_for(account: AdAccount, stub: Stub) -> None:
    stub.says({"data": [{**FULL, "date_stop": "2026-09-07"}]})
    pages = list(read_insights(client_for(account), account, "adset", DAY, date(2026, 9, 7), ["2"], ALL_DAYS))
    assert pages[0][0].last_day == date(2026, 9, 7)
    query = stub.calls[0].query
    assert query["time_increment"] == "all_days"
    assert '"adset.id"' in query["filtering"]
    assert '["2"]' in query["filtering"]
