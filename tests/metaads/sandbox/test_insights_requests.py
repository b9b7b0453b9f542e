"""What an insights request may ask: filters, orders, summaries, presets, and what is too much."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from metaads.sandbox.graph.filtering import OPERATORS, conditions
from metaads.sandbox.graph.spans import preset
from metaads.sandbox.world.nodes import AdSet
from tests.metaads.sandbox.conftest import Browser
from tests.metaads.sandbox.test_insights import WEEK, rows

CASES: list[tuple[str, object, object, object]] = [
    # operator, value asked for, a value that passes, one that does not
    ("EQUAL", "10", "10.0", "11"),
    ("NOT_EQUAL", "a", "b", "a"),
    ("GREATER_THAN", 5, "5.1", "5"),
    ("GREATER_THAN_OR_EQUAL", 5, "5", "4.9"),
    ("LESS_THAN", 5, "4", "5"),
    ("LESS_THAN_OR_EQUAL", 5, "5", "6"),
    ("IN_RANGE", [1, 3], "3", "4"),
    ("NOT_IN_RANGE", [1, 3], "0", "2"),
    ("CONTAIN", "sale", "Summer Sale", "Summer"),
    ("NOT_CONTAIN", "sale", "Summer", "summer sale"),
    ("CONTAINS_ANY", ["a", "b"], "xb", "xyz"),
    ("CONTAINS_ALL", ["a", "b"], "ab", "a"),
    ("NOT_CONTAINS_ANY", ["a", "b"], "xyz", "b"),
    ("STEM_MATCH", "walking shoes", "Shoe for long walks", "running shoes"),
    ("IN", ["a", "b"], "b", "c"),
    ("NOT_IN", ["a", "b"], "c", "a"),
    ("STARTS_WITH", "Pro", "prospecting", "no pro"),
    ("ENDS_WITH", "ing", "Prospecting", "inge"),
    ("ANY", ["a", "b"], ["b", "z"], ["z"]),
    ("ALL", ["a", "b"], ["a", "b", "c"], ["a"]),
    ("NONE", ["a", "b"], ["c"], ["a"]),
    ("AFTER", "2026-11-01", "2026-11-02", "2026-11-01"),
    ("BEFORE", "2026-11-01", "2026-10-31", "2026-11-01"),
    ("ON_OR_AFTER", "2026-11-01", "2026-11-01", "2026-10-31"),
    ("ON_OR_BEFORE", "2026-11-01", "2026-11-01", "2026-11-02"),
]


@pytest.mark.parametrize(("operator", "value", "passes", "fails"), CASES, ids=[case[0] for case in CASES])
def test_each_operator_tells_what_passes_from_what_does_not(
    operator: str, value: object, passes: object, fails: object
) -> None:
    (one,) = conditions([{"field": "f", "operator": operator, "value": value}], {"f": "f"})
    assert one.holds(passes)
    assert not one.holds(fails)


def test_every_operator_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(OPERATORS)


def test_top_keeps_the_largest(graph: Browser, act: str) -> None:
    everything = rows(graph, act, level="ad")
    wish = [{"field": "spend", "operator": "TOP", "value": 3}]
    found = rows(graph, act, level="ad", filtering=wish)
    largest = sorted((Decimal(r["spend"]) for r in everything), reverse=True)[:3]
    assert [Decimal(r["spend"]) for r in found] == largest


def test_filters_know_one_type_of_a_list(graph: Browser, act: str) -> None:
    wish = [{"field": "actions:omni_purchase", "operator": "GREATER_THAN", "value": 5}]
    found = rows(graph, act, level="ad", filtering=wish)
    assert found
    assert len(found) < len(rows(graph, act, level="ad"))
    assert all(int(next(a["value"] for a in r["actions"] if a["action_type"] == "omni_purchase")) > 5 for r in found)


def test_rows_are_ordered_by_one_type_of_a_list(graph: Browser, act: str) -> None:
    found = rows(graph, act, level="ad", sort="actions:link_click_ascending")
    clicks = [
        int(next((a["value"] for a in r.get("actions", ()) if a["action_type"] == "link_click"), 0)) for r in found
    ]
    assert clicks == sorted(clicks)
    assert clicks[0] < clicks[-1]


def test_a_summary_is_one_more_row_over_everything(graph: Browser, act: str) -> None:
    body = graph.get(f"{act}/insights", level="ad", time_range=WEEK, limit=2, summary=["spend", "impressions", "reach"])
    (whole,) = rows(graph, act, level="account")
    assert {k: body["summary"][k] for k in ("spend", "impressions", "reach")} == {
        k: whole[k] for k in ("spend", "impressions", "reach")
    }
    assert (body["summary"]["date_start"], body["summary"]["date_stop"]) == (WEEK["since"], WEEK["until"])
    assert "total_count" not in body["summary"]


def test_the_default_summary_has_the_asked_fields(graph: Browser, act: str) -> None:
    body = graph.get(f"{act}/insights", level="ad", time_range=WEEK, fields="ad_id,clicks", default_summary=True)
    assert set(body["summary"]) == {"clicks", "date_start", "date_stop"}


def test_a_summary_follows_ids_but_not_parts_of_names(graph: Browser, act: str, own_budget: AdSet) -> None:
    def spend(field: str, operator: str, value: object) -> Decimal:
        wish = [{"field": field, "operator": operator, "value": value}]
        body = graph.get(f"{act}/insights", level="adset", time_range=WEEK, filtering=wish, summary=["spend"])
        return Decimal(body["summary"]["spend"])

    (whole,) = rows(graph, act, level="account")
    assert spend("adset.name", "CONTAIN", own_budget.name) == Decimal(whole["spend"])
    assert spend("adset.id", "IN", [own_budget.id]) < Decimal(whole["spend"])


def test_without_fields_there_are_impressions_and_spend_only(graph: Browser, act: str) -> None:
    (row,) = graph.get(f"{act}/insights", time_range=WEEK)["data"]
    assert set(row) == {"impressions", "spend", "date_start", "date_stop"}


@pytest.mark.parametrize(
    ("name", "span"),
    [
        ("today", ("2026-11-20", "2026-11-20")),
        ("yesterday", ("2026-11-19", "2026-11-19")),
        ("last_3d", ("2026-11-17", "2026-11-19")),
        ("last_90d", ("2026-08-22", "2026-11-19")),
        ("this_week_mon_today", ("2026-11-16", "2026-11-20")),
        ("this_week_sun_today", ("2026-11-15", "2026-11-20")),
        ("last_week_mon_sun", ("2026-11-09", "2026-11-15")),
        ("last_week_sun_sat", ("2026-11-08", "2026-11-14")),
        ("this_month", ("2026-11-01", "2026-11-20")),
        ("last_month", ("2026-10-01", "2026-10-31")),
        ("this_quarter", ("2026-10-01", "2026-11-20")),
        ("last_quarter", ("2026-07-01", "2026-09-30")),
        ("this_year", ("2026-01-01", "2026-11-20")),
        ("last_year", ("2025-01-01", "2025-12-31")),
        ("maximum", ("2026-01-05", "2026-11-20")),
        ("data_maximum", ("2026-01-05", "2026-11-20")),
    ],
)
def test_presets_are_days_of_the_accounts_calendar(name: str, span: tuple[str, str]) -> None:
    found = preset(name, date(2026, 11, 20), date(2026, 1, 5))
    assert tuple(day.isoformat() for day in found) == span


def test_several_ranges_come_side_by_side_and_put_the_increment_aside(graph: Browser, act: str) -> None:
    ranges = [{"since": "2026-11-10", "until": "2026-11-12"}, {"since": "2026-11-01", "until": "2026-11-02"}]
    body = graph.get(f"{act}/insights", time_ranges=ranges, time_increment=1)
    assert [(r["date_start"], r["date_stop"]) for r in body["data"]] == [
        ("2026-11-10", "2026-11-12"),
        ("2026-11-01", "2026-11-02"),
    ]


def test_months_are_cut_where_they_end(graph: Browser, act: str) -> None:
    span = {"since": "2026-10-25", "until": "2026-11-10"}
    found = rows(graph, act, level="account", time_range=span, time_increment="monthly")
    assert [(r["date_start"], r["date_stop"]) for r in found] == [
        ("2026-10-25", "2026-10-31"),
        ("2026-11-01", "2026-11-10"),
    ]


def test_too_much_data_for_one_call_is_refused_but_not_for_a_report(graph: Browser, act: str) -> None:
    graph.box.api.most_rows = 50
    wish: dict[str, Any] = {"level": "ad", "time_range": WEEK, "time_increment": 1}
    assert graph.refused("GET", f"{act}/insights", **wish) == (100, 1487534)
    assert "report_run_id" in graph.post(f"{act}/insights", **wish)


def test_rankings_are_words_of_meta_and_spread_over_the_ads(graph: Browser, act: str) -> None:
    wish = "ad_id,quality_ranking,engagement_rate_ranking,conversion_rate_ranking"
    found = rows(graph, act, level="ad", fields=wish)
    words = {row["engagement_rate_ranking"] for row in found}
    assert {"ABOVE_AVERAGE", "AVERAGE"} <= words
    assert words <= {"ABOVE_AVERAGE", "AVERAGE", "BELOW_AVERAGE_35", "BELOW_AVERAGE_20", "BELOW_AVERAGE_10", "UNKNOWN"}
    assert "quality_ranking" not in rows(graph, act, level="adset", fields=wish)[0]


def test_results_follow_the_goal_and_are_missing_where_goals_differ(
    graph: Browser, act: str, own_budget: AdSet
) -> None:
    (row,) = rows(graph, own_budget.id, fields="results,cost_per_result,spend,actions")
    (result,) = row["results"]
    kind = result["indicator"].removeprefix("actions:")
    assert result["values"][0]["value"] == next(a["value"] for a in row["actions"] if a["action_type"] == kind)
    cost = float(row["cost_per_result"][0]["values"][0]["value"])
    assert abs(cost * int(result["values"][0]["value"]) - float(row["spend"])) < 0.02
    assert "results" not in rows(graph, act, level="account", fields="results,spend")[0]


def test_fewer_people_watch_the_further_a_video_goes(graph: Browser, act: str) -> None:
    depths = ["video_play_actions", *(f"video_p{part}_watched_actions" for part in (25, 50, 75, 95, 100))]
    (row,) = rows(graph, act, level="account", fields=",".join([*depths, "video_thruplay_watched_actions"]))
    seen = [int(row[name][0]["value"]) for name in depths]
    assert seen == sorted(seen, reverse=True)
    assert seen[0] > seen[-1] > 0
