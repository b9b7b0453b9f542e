"""Pixels, event quality, activities, minimum budgets and account health as Meta gives them."""

import json
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from metaads.sandbox.graph.pixels import SOURCES
from metaads.sandbox.world import pixel_events
from metaads.sandbox.world.activity import PERSON, note
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.standard_events import Event
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser
from tests.sandbox_adapter import Controls


def counts(graph: Browser, pixel: str, event: str = "Purchase", **params: Any) -> dict[str, int]:
    """Count of an event by the hour in which its bucket begins."""
    pages = graph.pages(f"{pixel}/stats", limit=100, **params)
    found = [(row["start_time"], one) for page in pages for row in page for one in row["data"]]
    return {start: one["count"] for start, one in found if one["value"] == event}


@pytest.fixture
def pixel(world: World) -> str:
    return world.accounts[0].pixel


def test_a_pixel_says_who_it_is_and_when_it_last_fired(graph: Browser, act: str, pixel: str) -> None:
    wish = "id,name,creation_time,last_fired_time,is_unavailable,owner_ad_account"
    (found,) = graph.get(f"{act}/adspixels", fields=wish)["data"]
    assert found == graph.get(pixel, fields=wish)
    assert found["owner_ad_account"]["id"] == act
    assert datetime.fromisoformat(found["last_fired_time"]).isoformat() == "2026-11-20T16:00:00+01:00"


def test_a_pixel_that_never_fired_has_no_last_time(graph: Browser, pixel: str, world: World) -> None:
    world.accounts[0].events[:] = 0
    assert "last_fired_time" not in graph.get(pixel, fields="last_fired_time")
    assert graph.get(f"{pixel}/stats")["data"] == []


def test_statistics_come_by_the_hour_for_seven_days_at_most(graph: Browser, pixel: str) -> None:
    found = counts(graph, pixel, "PageView", start_time="2026-10-01", end_time="2026-11-20T12:00:00+00:00")
    assert len(found) == 7 * 24 - 2
    assert all(start.endswith(":00:00+0100") for start in found)
    assert min(found) == "2026-11-13T16:00:00+0100"


def test_the_pixel_hears_more_than_is_attributed(graph: Browser, pixel: str, world: World) -> None:
    account = world.accounts[0]
    heard = sum(counts(graph, pixel).values())
    attributed = int(account.daily[account.days - 7 : account.days, :, Metric.PURCHASES].sum())
    assert sum(counts(graph, pixel, "PageView").values()) > sum(counts(graph, pixel, "AddToCart").values()) > heard
    assert heard > attributed > 0


def test_ways_of_sending_and_single_events_can_be_asked_for(graph: Browser, pixel: str) -> None:
    both = sum(counts(graph, pixel, "PageView").values())
    for source, part in SOURCES.items():
        assert sum(counts(graph, pixel, "PageView", event_source=source).values()) == pytest.approx(
            both * part, rel=0.01
        )
    (only,) = {one["value"] for row in graph.get(f"{pixel}/stats", event="Lead")["data"] for one in row["data"]} or {""}
    assert only in ("", "Lead")
    assert graph.refused("GET", f"{pixel}/stats", event_source="PIGEON") == (100, None)
    assert graph.refused("GET", f"{pixel}/stats", aggregation="colour") == (100, None)


def test_a_tracking_outage_silences_the_pixel_while_money_goes_on(
    graph: Browser, pixel: str, controls: Controls, world: World
) -> None:
    controls("POST", "happenings", kind="tracking_outage", hours=6, strength=1.0)
    before = int(world.accounts[0].daily[:, :, Metric.SPEND].sum())
    controls.advance(6)
    silent = counts(graph, pixel, "PageView", start_time="2026-11-20T15:00:00+00:00")
    assert silent == {}
    assert int(world.accounts[0].daily[:, :, Metric.SPEND].sum()) > before
    assert graph.get(pixel, fields="last_fired_time")["last_fired_time"] == "2026-11-20T16:00:00+0100"
    controls.advance(2)
    assert len(counts(graph, pixel, "PageView", start_time="2026-11-20T15:00:00+00:00")) == 2


def test_hours_are_absolute_also_where_clocks_change(world: World) -> None:
    account = world.accounts[0]
    first = pixel_events.first_hour(account)
    starts = [at for at, _ in pixel_events.heard_between(account, first, account.simulated_to)]
    assert starts
    assert all(b - a == 3600 for a, b in pairwise(starts))
    assert set(pixel_events.heard_between(account, first, first)) == set()


def test_event_quality_gives_the_named_parts_under_web(graph: Browser, pixel: str) -> None:
    wish = "web{event_name,event_match_quality{composite_score},event_coverage{percentage,goal_percentage}}"
    found = graph.get("dataset_quality", dataset_id=pixel, fields=wish)["web"]
    assert {one["event_name"] for one in found} <= set(Event.__members__)
    for one in found:
        assert set(one) == {"event_name", "event_match_quality", "event_coverage"}
        assert 0 <= one["event_match_quality"]["composite_score"] <= 10
        assert set(one["event_match_quality"]) == {"composite_score"}
    assert graph.get("dataset_quality", dataset_id=pixel)["web"][0].keys() == {"event_name"}
    assert graph.refused("GET", "dataset_quality", dataset_id=pixel, fields="web{colour}") == (100, None)
    assert graph.refused("GET", "dataset_quality", fields="web{event_name}") == (100, None)
    assert graph.refused("GET", "dataset_quality", dataset_id="17") == (100, 33)


def test_changes_stand_in_the_history_with_who_and_what(graph: Browser, act: str, own_budget: AdSet) -> None:
    before = own_budget.daily_budget
    graph.post(own_budget.id, daily_budget=4200)
    wish = "event_time,event_type,actor_id,application_id,object_id,object_type,extra_data"
    row = graph.get(f"{act}/activities", fields=wish)["data"][0]
    assert row["event_type"] == "update_ad_set_budget"
    assert row["application_id"] == graph.box.api.credentials.app_id
    assert row["object_id"] == own_budget.id
    extra = json.loads(row["extra_data"])
    assert (extra["old_value"], extra["new_value"]) == (before, 4200)


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({}, 2),
        ({"category": "BUDGET"}, 1),
        ({"category": "STATUS"}, 1),
        ({"category": "TARGETING"}, 0),
        ({"since": "2026-11-20T14:59:00+00:00", "until": "2026-11-20T15:01:00+00:00"}, 2),
        ({"until": "2026-11-20T14:00:00+00:00", "since": "2026-11-20T13:00:00+00:00"}, 0),
        ({"uid": PERSON.id}, 1),
    ],
)
def test_the_history_can_be_narrowed(
    graph: Browser, act: str, own_budget: AdSet, world: World, params: dict[str, str], count: int
) -> None:
    world.accounts[0].activities.clear()
    graph.post(own_budget.id, daily_budget=4200)
    note(world.accounts[0], int(world.clock.now()), own_budget, {"status": "ACTIVE"}, {"status": "PAUSED"})
    assert len(graph.get(f"{act}/activities", **params)["data"]) == count


def test_the_history_of_an_object_can_take_in_what_lies_below(
    graph: Browser, act: str, own_budget: AdSet, world: World
) -> None:
    world.accounts[0].activities.clear()
    graph.post(own_budget.id, status="PAUSED")
    campaign = world.accounts[0].campaigns[own_budget.campaign].id
    assert graph.get(f"{act}/activities", oid=campaign)["data"] == []
    assert len(graph.get(f"{act}/activities", oid=campaign, add_children=True)["data"]) == 1
    assert graph.refused("GET", f"{act}/activities", category="WEATHER") == (100, None)
    assert graph.refused("GET", f"{act}/activities", fields="colour") == (100, None)


def test_a_healthy_account_can_pay_and_has_no_blockers(graph: Browser, act: str) -> None:
    wish = "account_status,disable_reason,spend_cap,amount_spent,balance,funding_source_details,failed_delivery_checks"
    found = graph.get(act, fields=wish + ",user_tasks")
    assert (found["account_status"], found["disable_reason"], found["spend_cap"]) == (1, 0, "0")
    assert int(found["amount_spent"]) > 0
    assert found["failed_delivery_checks"] == []
    assert {"ADVERTISE", "ANALYZE"} <= set(found["user_tasks"])


def test_trouble_with_an_account_shows_and_stops_delivery(graph: Browser, act: str, controls: Controls) -> None:
    controls("POST", "health", account=act, account_status=3, funded=False, user_tasks=["ANALYZE"])
    found = graph.get(act, fields="account_status,user_tasks,funding_source_details,failed_delivery_checks")
    assert (found["account_status"], found["user_tasks"]) == (3, ["ANALYZE"])
    assert "funding_source_details" not in found
    assert found["failed_delivery_checks"][0]["check_name"] == "no_payment_method"
    before = int(graph.get(act, fields="amount_spent")["amount_spent"])
    controls.advance(3)
    assert int(graph.get(act, fields="amount_spent")["amount_spent"]) == before


def test_minimum_budgets_have_one_row_per_currency(graph: Browser, act: str) -> None:
    found = graph.get(f"{act}/minimum_budgets", limit=100)["data"]
    assert len({row["currency"] for row in found}) == len(found)
    assert {"EUR", "JPY", "USD"} <= {row["currency"] for row in found}
    assert all(isinstance(row["min_daily_budget_imp"], int) for row in found)
