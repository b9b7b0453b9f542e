"""Breakdowns split what happened: the parts add up to the whole, and only combinations that Meta offers are given."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from metaads.sandbox.graph.segments import HOURLY_BREAKDOWN
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser
from tests.metaads.sandbox.test_insights import purchases, rows

FIELDS = "ad_id,adset_id,campaign_id,impressions,clicks,inline_link_clicks,spend,reach,actions"
COMBINATIONS = [
    ("age",),
    ("gender",),
    ("age", "gender"),
    ("country",),
    ("publisher_platform",),
    ("publisher_platform", "platform_position"),
    ("publisher_platform", "platform_position", "device_platform"),
    ("impression_device",),
]


def sums(found: list[dict[str, Any]], entity: str = "ad_id") -> dict[str, tuple[Decimal, ...]]:
    """Impressions, clicks, spend and purchases of each entity."""
    out: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    for row in found:
        parts = [Decimal(row["impressions"]), Decimal(row["clicks"]), Decimal(row["spend"]), Decimal(purchases(row))]
        out[row[entity]] = [a + b for a, b in zip(out[row[entity]], parts, strict=True)]
    return {name: tuple(values) for name, values in out.items()}


@pytest.mark.parametrize("keys", COMBINATIONS, ids="+".join)
def test_the_parts_of_a_breakdown_add_up_to_the_ads_own_row(graph: Browser, act: str, keys: tuple[str, ...]) -> None:
    parts = rows(graph, act, level="ad", fields=FIELDS, breakdowns=list(keys))
    assert all(set(keys) <= set(row) for row in parts)
    assert sums(parts) == sums(rows(graph, act, level="ad", fields=FIELDS))


def test_the_parts_of_days_and_levels_agree(graph: Browser, act: str) -> None:
    def by_part(**params: Any) -> dict[tuple[str, str], int]:
        out: dict[tuple[str, str], int] = defaultdict(int)
        for row in rows(graph, act, fields="campaign_id,impressions", breakdowns=["age", "gender"], **params):
            out[row["age"], row["gender"]] += int(row["impressions"])
        return out

    whole = by_part(level="account")
    assert whole == by_part(level="ad", time_increment=1) == by_part(level="campaign")
    assert len(whole) > 6


def test_a_part_never_has_more_clicks_than_impressions_nor_more_people(graph: Browser, act: str) -> None:
    for row in rows(graph, act, level="ad", fields=FIELDS, breakdowns=["publisher_platform"]):
        assert int(row.get("inline_link_clicks", 0)) <= int(row["clicks"])
        assert int(row["reach"]) <= int(row["impressions"])


def test_an_ad_set_is_shown_to_the_ages_that_it_targets(graph: Browser, own_budget: AdSet) -> None:
    own_budget.targeting["age_min"], own_budget.targeting["age_max"] = 25, 44
    found = {row["age"] for row in rows(graph, own_budget.id, fields=FIELDS, breakdowns="age")}
    assert found == {"25-34", "35-44"}


def test_by_region_web_purchases_are_left_out(graph: Browser, act: str) -> None:
    found = rows(graph, act, level="account", fields=FIELDS, breakdowns="region")
    assert len(found) > 2
    assert all(purchases(row) == 0 for row in found)
    assert any(purchases(row) for row in rows(graph, act, level="account", fields=FIELDS, breakdowns="country"))


@pytest.mark.parametrize("keys", [["age", "country"], ["platform_position"], ["age", HOURLY_BREAKDOWN], ["shoe_size"]])
def test_a_combination_that_meta_does_not_offer_is_refused(graph: Browser, act: str, keys: list[str]) -> None:
    assert graph.refused("GET", f"{act}/insights", breakdowns=keys) == (2, 1504041)


@pytest.mark.parametrize("level", ["account", "campaign", "adset", "ad"])
def test_hours_add_up_to_the_day_at_every_level(graph: Browser, act: str, level: str) -> None:
    day = {"since": "2026-11-16", "until": "2026-11-17"}
    fields = "account_id,campaign_id,adset_id,ad_id,impressions,clicks,spend,actions"
    hours = rows(graph, act, level=level, time_range=day, breakdowns=HOURLY_BREAKDOWN, fields=fields)
    whole = rows(graph, act, level=level, time_range=day, fields=fields)
    entity = f"{level}_id"
    without_sales = {name: values[:3] for name, values in sums(whole, entity).items()}
    assert {name: values[:3] for name, values in sums(hours, entity).items()} == without_sales
    assert len({row[HOURLY_BREAKDOWN] for row in hours}) == 24
    assert all(int(row["impressions"]) >= 0 and Decimal(row["spend"]) >= 0 for row in hours)


def test_by_the_hour_there_are_no_people_no_web_purchases_and_no_video(graph: Browser, act: str) -> None:
    found = rows(graph, act, level="adset", breakdowns=HOURLY_BREAKDOWN, fields="reach,frequency,actions")
    assert all(row["reach"] == "0" and row["frequency"] == "0" and purchases(row) == 0 for row in found)
    assert graph.refused("GET", f"{act}/insights", breakdowns=HOURLY_BREAKDOWN, fields="video_p25_watched_actions") == (
        100,
        None,
    )


def test_breakdowns_that_begin_more_than_13_months_back_silently_lose_reach(
    graph: Browser, act: str, world: World
) -> None:
    world.accounts[0].first_day -= 500
    long_ago = {"since": "2025-07-01", "until": "2025-07-20"}
    found = rows(graph, act, level="account", time_range=long_ago, breakdowns="age", fields="reach,cpp,impressions")
    assert found
    assert all(set(row) & {"reach", "cpp"} == set() for row in found)
    assert "reach" in rows(graph, act, level="account", time_range=long_ago, fields="reach")[0]
