"""Every request that the product reads with, run against the sandbox: edges, parameters, fields are Meta's."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from metaads.executor.fields import BUDGETS, FIELDS
from metaads.graph.client import adapters, client_for
from metaads.models import AdAccount, Level, Pixel
from metaads.reader import activity, entity, insights, narrowed, native_rules, pixels, reports, structure
from metaads.sandbox.graph.render import find
from metaads.sandbox.world.world import World
from metaads.sync.check import check_connection
from tests.factories.metaads import NOW
from tests.metaads.conftest import HOST, Meta
from tests.metaads.sandbox.test_conformity import META, NODES, STRUCTS, edge_of, misfits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_impatient")]
COMMON = frozenset({"access_token", "appsecret_proof", "fields", "limit", "after", "before", "summary"})
# Roots that are no nodes of the tables: described in sections 1.2 and 5 of the reference.
ROOTS = frozenset({"debug_token", "dataset_quality"})


def everything(meta: Meta) -> None:
    """Each public read of `metaads.reader` once, and the check of the connection."""
    account = meta.accounts[0]
    client = client_for(account)
    structure.read_account(client, account)
    structure.read_health(client, account)
    for read in (
        structure.read_campaigns, structure.read_ad_sets, structure.read_ads, structure.read_creatives,
        structure.read_minimum_budgets,
    ):  # fmt: skip
        list(read(client, account))
    list(activity.read_activities(client, account, NOW - timedelta(days=3), NOW))
    activity.read_business_id(client, account)
    list(native_rules.read_rules(client, account))
    native_rules.read_governing(client, [meta.app.api.world.accounts[0].ad_sets[0].id])
    _pixels(meta, account)
    _insights(meta, account)
    entity.read_fields(client, meta.app.api.world.accounts[0].ad_sets[0].id, ("status", "effective_status", *BUDGETS))
    check_connection(meta.connection, NOW)


def _pixels(meta: Meta, account: AdAccount) -> None:
    client = client_for(account)
    list(pixels.read_pixels(client, account))
    pixel = Pixel(account=account, meta_id=meta.app.api.world.accounts[0].pixel)
    for source in ("", pixels.BROWSER, pixels.SERVER):
        pixels.read_counts(client, pixel, NOW - timedelta(hours=5), NOW, source)
    pixels.read_quality(client, pixel)


def _insights(meta: Meta, account: AdAccount) -> None:
    client, day = client_for(account), date(2026, 11, 18)
    for level in Level:
        list(insights.read_insights(client, account, level, day, day, ids=["1"]))
        list(insights.read_insights(client, account, level, day, day, increment=insights.ALL_DAYS))
    list(narrowed.read_where(client, account, Level.AD, day, narrowed.active(Level.AD)))
    run = reports.start_run(client, account, narrowed.hourly_params(day, day))
    while not reports.run_status(client, run).finished:
        pass
    list(reports.run_pages(client, run))


@pytest.fixture
def asked(meta: Meta) -> list[requests.PreparedRequest]:
    everything(meta)
    found: list[requests.PreparedRequest] = adapters[HOST].sent  # type: ignore[attr-defined]
    return found


def calls(request: requests.PreparedRequest) -> Iterator[tuple[str, tuple[str, ...], dict[str, str]]]:
    """Method, path without the version, parameters; a batch is its items."""
    body = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
    path, params = _address(request.url or "")
    params |= dict(parse_qsl(body))
    if "batch" not in params:
        yield str(request.method), path, params
        return
    for item in json.loads(params["batch"]):
        yield (str(item["method"]), *_address("/v26.0/" + item["relative_url"]))


def _address(url: str) -> tuple[tuple[str, ...], dict[str, str]]:
    parts = urlsplit(url)
    return tuple(part for part in parts.path.split("/") if part)[1:], dict(parse_qsl(parts.query))


def label_of(world: World, first: str) -> str:
    """The kind of node that an id in a path stands for."""
    if first == "me":
        return "User"
    return "AdReportRun" if len(first) == 16 and first.isdigit() else find(world, first, 0).kind.label


def wrong(world: World, method: str, path: tuple[str, ...], params: dict[str, str]) -> list[str]:
    """What of a call is not in Meta's tables."""
    label = label_of(world, path[0])
    if label == "User":
        fields = params.get("fields", "").split(",")
        return [f"me/adaccounts: {name}" for name in fields if name not in NODES["AdAccount"]["fields"]]
    edge = edge_of(label, path[1] if len(path) > 1 else "(node)", method)
    found = [f"{path}: {name}" for name in params if name not in edge["params"] and name not in COMMON]
    for name, value in params.items():
        if name in edge["params"]:
            found += misfits(_value(value, edge["params"][name]), edge["params"][name], name)
    back = "AdsInsights" if path[-1] == "insights" else edge["return"]
    known = NODES[back]["fields"] if back in NODES else STRUCTS[back]
    named = [name for name in params.get("fields", "").split(",") if name]
    return found + [f"{path}: field {name}" for name in named if name not in known]


def _value(text: str, declared: str) -> Any:
    """A parameter's value as JSON, or as the text that it is."""
    if declared.startswith(("list<", "map", "bool", "int", "unsigned", "float")) or declared[:1].isupper():
        try:
            return json.loads(text)
        except ValueError:
            return text.split(",") if declared.startswith("list<") else text
    return text


def test_every_request_is_one_that_meta_knows(asked: list[requests.PreparedRequest], meta: Meta) -> None:
    found = [call for request in asked for call in calls(request)]
    assert len(found) > 25
    problems = [one for call in found if call[1][0] not in ROOTS for one in wrong(meta.app.api.world, *call)]
    assert problems == []


def test_nothing_was_left_out(asked: list[requests.PreparedRequest], meta: Meta) -> None:
    """Each edge that the product reads was among them; a new one has to be added here, and is then judged too."""
    edges = {call[1][-1] for request in asked for call in calls(request) if len(call[1]) > 1}
    assert edges == {
        "campaigns", "adsets", "ads", "adcreatives", "minimum_budgets", "activities", "adrules_library",
        "adrules_governed", "adspixels", "stats", "insights", "adaccounts",
    }  # fmt: skip


@pytest.mark.parametrize("label", ["Campaign", "AdSet", "Ad"])
def test_what_is_written_is_a_parameter_of_the_object(label: str) -> None:
    params = edge_of(label, "(node)", "POST")["params"]
    assert set(params) >= ({"status"} if label == "Ad" else {"status", *BUDGETS})
    assert set(META["enums"]["Campaign.ConfiguredStatus"]) >= {"ACTIVE", "PAUSED"}


def test_every_field_that_can_be_set_is_a_parameter_of_ad_sets_or_campaigns() -> None:
    params = {name for label in ("Campaign", "AdSet") for name in edge_of(label, "(node)", "POST")["params"]}
    told = {name for label in ("Campaign", "AdSet") for name in META["nodes"][label]["fields"]}
    assert {name for field in FIELDS.values() for name in field.reads} <= params & told


@pytest.mark.parametrize(("label", "edge"), [("Campaign", "copies"), ("AdSet", "copies"), ("Ad", "copies")])
def test_a_copy_is_asked_for_with_parameters_of_its_edge(label: str, edge: str) -> None:
    assert {"status_option", "rename_options"} <= set(edge_of(label, edge, "POST")["params"])


def test_a_made_up_name_would_be_found(meta: Meta) -> None:
    world = meta.app.api.world
    path = (f"act_{world.accounts[0].id}", "campaigns")
    assert wrong(world, "GET", path, {"fields": "name,colour", "shape": "1"}) == [
        f"{path}: shape", f"{path}: field colour",
    ]  # fmt: skip
    assert wrong(world, "GET", (path[0], "insights"), {"level": "keyword"}) == [
        "level: keyword is no enum:AdsInsights.Level"
    ]
