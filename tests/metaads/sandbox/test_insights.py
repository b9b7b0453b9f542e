"""Insights: sums that agree with each other, in Meta's shapes."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from metaads.sandbox.graph.segments import HOURLY_BREAKDOWN
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser

WEEK = {"since": "2026-11-10", "until": "2026-11-16"}
FIELDS = "account_id,campaign_id,adset_id,ad_id,impressions,reach,clicks,spend,actions,action_values,frequency"


def rows(graph: Browser, path: str, **params: Any) -> list[dict[str, Any]]:
    params = {"fields": FIELDS, "time_range": WEEK, "limit": 500, **params}
    return [row for page in graph.pages(f"{path}/insights", **params) for row in page]


def purchases(row: dict[str, Any], kind: str = "omni_purchase") -> int:
    return sum(int(a["value"]) for a in row.get("actions", []) if a["action_type"] == kind)


def test_every_metric_is_text_and_days_are_inside_the_range(graph: Browser, act: str) -> None:
    for row in rows(graph, act, level="ad", time_increment=1):
        assert all(isinstance(row[name], str) for name in ("impressions", "clicks", "spend", "reach"))
        assert row["date_start"] == row["date_stop"]
        assert WEEK["since"] <= row["date_start"] <= WEEK["until"]


@pytest.mark.parametrize("metric", ["impressions", "clicks", "spend"])
def test_levels_and_days_add_up_to_the_account(graph: Browser, act: str, metric: str) -> None:
    totals = {
        (level, increment): sum(Decimal(r[metric]) for r in rows(graph, act, level=level, time_increment=increment))
        for level in ("account", "campaign", "adset", "ad")
        for increment in (1, "all_days")
    }
    assert len(set(totals.values())) == 1
    assert totals["account", 1] > 0


def test_reach_does_not_add_up_but_stays_between_its_parts_and_their_sum(graph: Browser, act: str) -> None:
    by_set: dict[str, list[int]] = defaultdict(list)
    for row in rows(graph, act, level="ad"):
        by_set[row["adset_id"]].append(int(row["reach"]))
    for row in rows(graph, act, level="adset"):
        parts = by_set[row["adset_id"]]
        assert max(parts) <= int(row["reach"]) <= sum(parts)
        assert int(row["reach"]) <= int(row["impressions"])
    daily = sum(int(r["reach"]) for r in rows(graph, act, level="account", time_increment=1))
    assert int(rows(graph, act, level="account")[0]["reach"]) < daily


def test_one_purchase_appears_under_several_types_with_one_value(graph: Browser, act: str) -> None:
    row = rows(graph, act, level="account")[0]
    kinds = ("omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase")
    assert len({purchases(row, kind) for kind in kinds}) == 1
    assert purchases(row) > 0
    values = {v["value"] for v in row["action_values"]}
    assert len(values) == 1
    assert Decimal(values.pop()) > 0


def test_an_ad_set_without_purchases_has_other_actions_but_no_purchase_rows(
    graph: Browser, act: str, world: World
) -> None:
    world.accounts[0].daily[:, :, 7:9] = 0
    for row in rows(graph, act, level="adset"):
        assert "action_values" not in row
        assert {a["action_type"] for a in row["actions"]} >= {"link_click"}
        assert purchases(row) == 0


def test_entities_without_delivery_have_no_row_and_rows_without_actions_no_list(
    graph: Browser, act: str, world: World
) -> None:
    account = world.accounts[0]
    account.daily[:, 0, :] = 0
    account.daily[:, 1, :] = 0
    account.daily[account.days - 5, 1, 0] = 40
    found = {row["ad_id"]: row for row in rows(graph, act, level="ad")}
    assert account.ads[0].id not in found
    assert "actions" not in found[account.ads[1].id]


def test_yen_have_no_decimals_and_euros_two(graph: Browser, world: World) -> None:
    yen = rows(graph, f"act_{world.accounts[1].id}", level="account")[0]["spend"]
    euros = rows(graph, f"act_{world.accounts[0].id}", level="account")[0]["spend"]
    assert yen.isdigit()
    assert euros[-3] == "."


def test_a_node_of_its_own_gives_its_own_row(graph: Browser, own_budget: AdSet, act: str) -> None:
    (mine,) = rows(graph, own_budget.id)
    (same,) = [r for r in rows(graph, act, level="adset") if r["adset_id"] == own_budget.id]
    assert mine == same


def test_filters_narrow_by_id_status_and_number(graph: Browser, act: str, own_budget: AdSet) -> None:
    wish = [{"field": "adset.id", "operator": "IN", "value": [own_budget.id]}]
    assert {r["adset_id"] for r in rows(graph, act, level="ad", filtering=wish)} == {own_budget.id}
    rich = [{"field": "spend", "operator": "GREATER_THAN", "value": 100}]
    found = rows(graph, act, level="ad", filtering=rich)
    assert found
    assert all(Decimal(r["spend"]) > 100 for r in found)
    assert graph.refused("GET", f"{act}/insights", filtering=[{"field": "x", "operator": "IN", "value": 1}]) == (
        100,
        None,
    )


def test_last_7d_ends_yesterday_on_the_accounts_clock(graph: Browser, world: World) -> None:
    tokyo = f"act_{world.accounts[1].id}"  # 15:00 UTC on the 20th is the 21st there
    row = graph.get(f"{tokyo}/insights", level="account", date_preset="last_7d")["data"][0]
    assert (row["date_start"], row["date_stop"]) == ("2026-11-14", "2026-11-20")


def test_time_increments_cut_the_range(graph: Browser, act: str) -> None:
    found = rows(graph, act, level="account", time_increment=3)
    assert [(r["date_start"], r["date_stop"]) for r in found] == [
        ("2026-11-10", "2026-11-12"),
        ("2026-11-13", "2026-11-15"),
        ("2026-11-16", "2026-11-16"),
    ]


def test_the_hourly_breakdown_adds_up_and_knows_no_purchases(graph: Browser, act: str) -> None:
    day = {"since": "2026-11-16", "until": "2026-11-16"}
    hours = rows(graph, act, level="campaign", time_range=day, breakdowns=HOURLY_BREAKDOWN)
    total = rows(graph, act, level="account", time_range=day)[0]
    assert sum(int(r["impressions"]) for r in hours) == int(total["impressions"])
    assert all(purchases(r) == 0 and r["reach"] == "0" and "action_values" not in r for r in hours)
    assert hours[0][HOURLY_BREAKDOWN].endswith(":59:59")


def test_an_unknown_breakdown_or_field_is_refused(graph: Browser, act: str) -> None:
    assert graph.refused("GET", f"{act}/insights", breakdowns="shoe_size") == (2, 1504041)
    assert graph.refused("GET", f"{act}/insights", fields="shoe_size") == (100, None)
    assert graph.refused("GET", f"{act}/insights", time_range={"since": "2020-01-01", "until": "2020-02-01"}) == (
        3018,
        None,
    )


def test_attribution_windows_stand_beside_the_value(graph: Browser, act: str) -> None:
    row = rows(graph, act, level="account", action_attribution_windows=["7d_click", "1d_view"])[0]
    bought = next(a for a in row["actions"] if a["action_type"] == "omni_purchase")
    assert int(bought["1d_view"]) < int(bought["7d_click"]) <= int(bought["value"])


def test_rows_can_be_sorted(graph: Browser, act: str) -> None:
    spend = [Decimal(r["spend"]) for r in rows(graph, act, level="ad", sort="spend_descending")]
    assert spend == sorted(spend, reverse=True)


def test_a_report_run_gives_the_same_rows_as_the_direct_read(graph: Browser, act: str) -> None:
    wish = {"level": "ad", "fields": FIELDS, "time_range": WEEK, "time_increment": 1}
    started = graph.post(f"{act}/insights", **wish)
    run = str(started["report_run_id"])
    assert isinstance(started["report_run_id"], int)
    assert graph.refused("GET", f"{run}/insights")[0] == 100
    statuses = [graph.get(run)["async_status"] for _ in range(2)]
    assert statuses == ["Job Running", "Job Completed"]
    found = [row for page in graph.pages(f"{run}/insights", limit=30) for row in page]
    assert found == rows(graph, act, level="ad", time_increment=1)
