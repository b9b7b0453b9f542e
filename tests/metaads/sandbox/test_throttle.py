"""Limits that bite: at 100 per cent an account is refused, others are not, and time gives the calls back."""

import json
from typing import Any

import pytest

from metaads.sandbox.graph.usage import TIERS, Usage
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser
from tests.sandbox_adapter import Controls


class Clock:
    """Machine time that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock(graph: Browser) -> Clock:
    made = Clock()
    graph.box.api.usage.clock = made
    return made


def row(graph: Browser, path: str, kind: str = "ads_management") -> dict[str, Any]:
    """The account's row of a type in the usage header of a call."""
    header = json.loads(graph.send("GET", path).headers["X-Business-Use-Case-Usage"])
    (rows,) = header.values()
    found: dict[str, Any] = next(one for one in rows if one["type"] == kind)
    return found


def test_an_account_over_its_calls_is_refused_until_calls_have_left_the_hour(
    graph: Browser, act: str, clock: Clock
) -> None:
    graph.box.api.usage.limit = 5
    for _ in range(5):
        assert graph.send("GET", act).status_code == 200
    assert graph.refused("GET", act) == (80004, 2446079)
    assert row(graph, act)["estimated_time_to_regain_access"] == 60
    assert row(graph, act)["call_count"] > 100
    clock.at += 3700
    assert graph.send("GET", act).status_code == 200
    assert row(graph, act)["estimated_time_to_regain_access"] == 0


def test_other_accounts_and_other_types_are_not_touched(graph: Browser, act: str, clock: Clock, world: World) -> None:
    graph.box.api.usage.limit = 3
    for _ in range(3):
        graph.get(f"{act}/campaigns")
    assert graph.refused("GET", f"{act}/ads")[0] == 80004
    assert graph.send("GET", f"{act}/insights").status_code == 200
    assert graph.send("GET", f"act_{world.accounts[1].id}").status_code == 200


def test_reports_are_refused_with_their_own_code_and_header(graph: Browser, act: str, clock: Clock) -> None:
    graph.box.api.usage.limit = 2
    for _ in range(2):
        answer = graph.send("GET", f"{act}/insights")
    assert json.loads(answer.headers["X-FB-Ads-Insights-Throttle"])["acc_id_util_pct"] == 100
    assert graph.refused("GET", f"{act}/insights") == (80000, 2446079)


def test_a_write_weighs_three_reads_and_a_full_score_bans_for_a_moment(
    graph: Browser, act: str, clock: Clock, own_budget: AdSet
) -> None:
    graph.box.api.usage.score_limit = 8
    graph.get(act)
    graph.get(act)
    for status in ("PAUSED", "ACTIVE"):
        assert graph.send("POST", own_budget.id, status=status).status_code == 200
    refused = graph.send("POST", own_budget.id, status="PAUSED")
    assert refused.json()["error"]["code"] == 17
    assert refused.json()["error"]["is_transient"] is True
    assert json.loads(refused.headers["X-Ad-Account-Usage"])["acc_id_util_pct"] >= 100
    assert own_budget.status == "ACTIVE"
    clock.at += 301
    assert graph.send("POST", own_budget.id, status="PAUSED").status_code == 200


def test_items_of_a_batch_count_one_by_one(graph: Browser, act: str, clock: Clock) -> None:
    graph.box.api.usage.limit = 3
    items = [{"method": "GET", "relative_url": act} for _ in range(5)]
    codes = [one["code"] for one in graph.send("POST", "", batch=items).json()]
    assert codes == [200, 200, 200, 400, 400]


def test_metas_tiers_can_be_put_in_force(controls: Controls, graph: Browser, act: str) -> None:
    controls("POST", "limits", tier="limited")
    header = json.loads(graph.send("GET", act).headers["X-Ad-Account-Usage"])
    assert header["ads_api_access_tier"] == "development_access"
    assert header["acc_id_util_pct"] == pytest.approx(100 / 60, abs=0.01)
    controls("POST", "limits", tier="roomy", calls=100, score=200)
    assert (graph.box.api.usage.limit, graph.box.api.usage.score_limit) == (100, 200)


@pytest.mark.parametrize(("tier", "score"), [("full", 9000), ("limited", 60)])
def test_the_tiers_are_those_of_the_reference(tier: str, score: int) -> None:
    found = TIERS[tier]
    assert found.score == score
    assert found.calls["ads_insights"] > found.calls["ads_management"]


def test_active_ads_widen_the_hour() -> None:
    def percent(ads: int) -> int:
        usage = Usage(tier="limited")
        usage.check("1", "ads_management", ads)
        for _ in range(150):
            usage.count("1", "ads_management")
        return usage.percent("1", "ads_management")

    assert percent(0) == 50
    assert percent(100) < 5
