"""Every name, type, parameter and enum value of the sandbox is one of Meta's, by the machine-readable reference.

`meta_api_extract.json` is that reference, cut down to what is used; its own test says that it still agrees.
"""

import json
import re
from datetime import date
from typing import Any

import pytest

from metaads.sandbox.graph import (
    activities,
    choices,
    copies,
    creates,
    edges,
    known,
    pixels,
    rule_words,
    segments,
    updates,
)
from metaads.sandbox.graph.cells import Cell
from metaads.sandbox.graph.insights import LEVELS, WINDOWS
from metaads.sandbox.graph.posts import DELETES, POSTS
from metaads.sandbox.graph.render import ACCOUNT, KINDS, PIXEL
from metaads.sandbox.graph.segments import HOURLY_BREAKDOWN
from metaads.sandbox.graph.spans import preset
from metaads.sandbox.world import activity, health
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser
from tests.metaads.sandbox.extract import EXTRACT, SPEC, extract, text

META: dict[str, Any] = json.loads(EXTRACT.read_text())
NODES, STRUCTS, ENUMS = META["nodes"], META["structs"], META["enums"]
KNOWN = {kind.label: kind for kind in (ACCOUNT, PIXEL, *KINDS.values())}
# Served, but in no table of the reference: what stands there is said where they are served.
OUTSIDE = {("AdAccount", "subscriptions")}


def edge_of(node: str, endpoint: str, method: str) -> dict[str, Any]:
    """The one entry of the tables; fails where Meta has no such edge."""
    found = [e for e in NODES[node]["edges"] if (e["endpoint"], e["method"]) == (endpoint, method)]
    assert len(found) == 1, f"Meta has no {method} {endpoint} on {node}"
    return dict(found[0])


def test_the_extract_is_what_the_reference_says() -> None:
    """The reference lies beside the repository and is no part of it: a clone without it has only the extract."""
    assert any("facebook-business 26.0.3" in source for source in META["_meta"]["sources"])
    if SPEC.exists():
        assert EXTRACT.read_text() == text(extract(json.loads(SPEC.read_text())))


@pytest.mark.parametrize("label", sorted(KNOWN))
def test_every_field_of_a_node_is_metas(label: str) -> None:
    kind = KNOWN[label]
    assert kind.names | set(kind.fields) <= set(NODES[label]["fields"]) | {"advantage_state_info"}


def test_every_field_of_insights_report_runs_and_activities_is_metas() -> None:
    assert set(NODES["AdsInsights"]["fields"]) >= known.INSIGHTS
    assert set(NODES["AdReportRun"]["fields"]) == known.REPORT_RUN
    assert set(STRUCTS["AdActivity"]) == known.ACTIVITY


@pytest.mark.parametrize(("label", "name"), sorted(set(edges.SPECIAL) - OUTSIDE))
def test_every_edge_that_is_read_is_metas(label: str, name: str) -> None:
    assert edge_of(label, name, "GET")


@pytest.mark.parametrize(
    ("label", "name", "method"), sorted([(*key, "POST") for key in POSTS] + [(*key, "DELETE") for key in DELETES])
)
def test_every_write_is_metas(label: str, name: str, method: str) -> None:
    assert edge_of(label, name or "(node)", method)


@pytest.mark.parametrize(
    ("label", "endpoint", "ours"),
    [
        ("Campaign", "(node)", {*updates.CAMPAIGN, *updates._CAMPAIGN_ONLY}),
        ("AdSet", "(node)", {*updates.AD_SET}),
        ("Ad", "(node)", {*updates.AD}),
        ("AdCreative", "(node)", {*updates.CREATIVE}),
        ("Campaign", "copies", {*copies._CAMPAIGN}),
        ("AdSet", "copies", {*copies._AD_SET}),
        ("Ad", "copies", {*copies._AD}),
        ("AdAccount", "campaigns", {*creates._CAMPAIGN}),
        ("AdAccount", "adsets", {*creates._AD_SET}),
        ("AdAccount", "ads", {*creates._AD}),
        ("AdAccount", "adrules_library", {"name", "status", "evaluation_spec", "execution_spec", "schedule_spec"}),
        ("AdRule", "(node)", {"name", "status", "evaluation_spec", "execution_spec", "schedule_spec"}),
    ],
)
def test_every_parameter_of_a_write_is_metas(label: str, endpoint: str, ours: set[str]) -> None:
    assert ours <= set(edge_of(label, endpoint, "POST")["params"])


@pytest.mark.parametrize("name", sorted(choices.WITHOUT_EFFECT))
def test_parameters_without_effect_are_metas_too(name: str) -> None:
    label, edge = {
        "campaign": ("Campaign", "campaigns"), "adset": ("AdSet", "adsets"), "ad": ("Ad", "ads"),
        "creative": ("AdCreative", "adcreatives"),
    }[name]  # fmt: skip
    known_ = set(edge_of(label, "(node)", "POST")["params"]) | set(edge_of("AdAccount", edge, "POST")["params"])
    # An object may be sent with its own account, as clients do that write back what they read.
    assert known_ | {"account_id"} >= choices.WITHOUT_EFFECT[name]


def test_every_word_of_a_choice_is_metas() -> None:
    def of(enum: str, *alike: str) -> set[str]:
        return {value for name in (enum, *alike) for value in ENUMS[name]}

    assert set(choices.STATUSES) == of("Campaign.ConfiguredStatus")
    assert set(choices.STATUS_OPTIONS) == of("Campaign.StatusOption")
    assert set(choices.STRATEGIES) == of("Campaign.BidStrategy")
    assert set(choices.OBJECTIVES) <= of("Campaign.Objective")
    assert set(choices.CATEGORIES) <= of("Campaign.SpecialAdCategories")
    assert set(choices.BILLING_EVENTS) == of("AdSet.BillingEvent")
    assert set(choices.GOALS) == of("AdSet.OptimizationGoal")
    assert set(choices.DESTINATIONS) <= of("AdSet.DestinationType")
    assert set(health.Health().user_tasks) <= of("AdAccount.PermittedTasks")


def test_every_word_of_insights_is_metas() -> None:
    assert set(LEVELS) == set(ENUMS["AdsInsights.Level"])
    assert set(ENUMS["AdsInsights.ActionAttributionWindows"]) == WINDOWS
    assert {name for keys in segments.ALLOWED for name in keys} <= set(ENUMS["AdsInsights.Breakdowns"])
    today = date(2026, 11, 20)
    assert all(preset(name, today, today) for name in ENUMS["Campaign.DatePreset"])
    assert set(pixels.BUCKETS) <= set(ENUMS["AdsPixelStatsResult.Aggregation"])


def test_every_word_of_activities_and_rules_is_metas() -> None:
    assert set(activity._EVENTS.values()) <= set(ENUMS["AdActivity.EventType"])
    assert set(ENUMS["AdActivity.Category"]) == activities.CATEGORIES
    assert set(ENUMS["AdRuleEvaluationSpec.EvaluationType"]) == rule_words.EVALUATION_TYPES
    assert set(ENUMS["AdRuleFilters.Operator"]) == rule_words.OPERATORS
    done = rule_words.BOTH | rule_words.SCHEDULED | rule_words.TRIGGERED
    assert done <= set(ENUMS["AdRuleExecutionSpec.ExecutionType"])
    assert set(ENUMS["AdRuleTrigger.Type"]) == rule_words.TRIGGERS
    assert set(ENUMS["AdRule.Status"]) >= rule_words.STATUSES


def misfits(value: object, declared: str, path: str) -> list[str]:
    """Where a JSON value does not have the type that Meta declares, structs looked into; empty where all fits."""
    inner = re.fullmatch(r"list<(.+)>", declared)
    if inner:
        if not isinstance(value, list):
            return [f"{path}: {declared}"]
        return [one for item in value for one in misfits(item, inner[1], f"{path}[]")]
    if declared in STRUCTS:
        if not isinstance(value, dict):
            return [f"{path}: {declared}"]
        unknown = [f"{path}.{name} is no part of {declared}" for name in value if name not in _parts(declared)]
        fitting = [(k, v) for k, v in value.items() if k in STRUCTS[declared]]
        return unknown + [one for k, v in fitting for one in misfits(v, STRUCTS[declared][k], f"{path}.{k}")]
    if declared.startswith("enum:"):
        values = ENUMS.get(declared.removeprefix("enum:"))
        return [] if values is None or value in values else [f"{path}: {value} is no {declared}"]
    plain: dict[str, Any] = {
        "string": str, "datetime": str, "bool": bool, "int": int, "unsigned int": int, "float": (int, float),
    }  # fmt: skip
    return [] if isinstance(value, plain.get(declared, object)) else [f"{path}: {value!r} is no {declared}"]


# Keys that the tables leave out: windows beside a value, and a severity that the reference names (3.6).
_BESIDE = {
    "AdCampaignIssuesInfo": {"error_type"}, "AdgroupIssuesInfo": {"error_type"},
    "AdsActionStats": {"default", "action_type", "value"}, "AdgroupReviewFeedback": {"global"},
}  # fmt: skip


def _parts(struct: str) -> set[str]:
    return set(STRUCTS[struct]) | _BESIDE.get(struct, set())


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("", "AdAccount"), ("/campaigns", "Campaign"), ("/adsets", "AdSet"), ("/ads", "Ad"),
        ("/adcreatives", "AdCreative"), ("/adspixels", "AdsPixel"), ("/adrules_library", "AdRule"),
    ],
)  # fmt: skip
def test_every_value_has_metas_type_down_to_the_parts_of_structs(
    graph: Browser, act: str, own_budget: AdSet, world: World, path: str, label: str
) -> None:
    own_budget.issue = "flagged_audience"
    world.accounts[0].health.failed_delivery_checks = [{"check_name": "x", "summary": "y", "description": "z"}]
    wish = ",".join(sorted(KNOWN[label].fields))
    body = graph.get(f"{act}{path}", fields=wish, limit=100)
    found = body["data"] if path else [body]
    assert found
    wrong = [m for row in found for k, v in row.items() for m in misfits(v, NODES[label]["fields"].get(k, "Object"), k)]
    assert wrong == []


def test_every_value_of_insights_has_metas_type(graph: Browser, act: str) -> None:
    asked = sorted(known.INSIGHTS)
    windows = ["1d_click", "7d_click", "28d_click", "1d_view", "default"]
    for keys in ([], ["age", "gender"], [HOURLY_BREAKDOWN]):
        fields = [name for name in asked if not (keys and name.startswith("video_"))]
        body = graph.get(
            f"{act}/insights", level="ad", fields=fields, limit=50, action_attribution_windows=windows, breakdowns=keys
        )
        types = NODES["AdsInsights"]["fields"]
        wrong = [m for row in body["data"] for k, v in row.items() for m in misfits(v, types.get(k, "string"), k)]
        assert wrong == []


@pytest.mark.parametrize(
    ("path", "struct"),
    [
        ("activities", "AdActivity"), ("minimum_budgets", "MinimumBudget"),
        ("adrules_history", "AdAccountAdRulesHistory"), ("subscribed_apps", "AdAccountSubscribedApps"),
    ],
)  # fmt: skip
def test_rows_of_edges_that_are_no_nodes_are_metas(
    graph: Browser, act: str, own_budget: AdSet, path: str, struct: str
) -> None:
    graph.post(own_budget.id, status="PAUSED")
    graph.post(f"{act}/subscribed_apps")
    asked = {"fields": sorted(known.ACTIVITY)} if struct == "AdActivity" else {}
    found = graph.get(f"{act}/{path}", **asked)["data"]
    assert found or path == "adrules_history"
    rows = [{k: v for k, v in row.items() if k != "id"} for row in found]
    assert [m for row in rows for m in misfits(row, struct, path)] == []


def test_buckets_of_pixel_statistics_are_metas(graph: Browser, world: World) -> None:
    pixel = world.accounts[0].pixel
    for aggregation in pixels.BUCKETS:
        found = graph.get(f"{pixel}/stats", aggregation=aggregation)["data"]
        assert found
        assert [m for row in found for m in misfits(row, "AdsPixelStatsResult", aggregation)] == []


def test_a_wrong_type_or_name_would_be_found() -> None:
    assert misfits("5", "int", "x") == ["x: '5' is no int"]
    assert misfits([{"error_cod": 1}], "list<AdgroupIssuesInfo>", "i") == [
        "i[].error_cod is no part of AdgroupIssuesInfo"
    ]
    assert misfits("NEVER", "enum:AdRule.Status", "s") == ["s: NEVER is no enum:AdRule.Status"]
    assert Cell((0,), None, 1).windows == ()
