"""Nodes and edges: what is asked comes, as Meta would send it."""

import re

import pytest

from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser


def test_the_token_sees_three_accounts_with_their_own_currency_and_zone(graph: Browser) -> None:
    rows = graph.get("me/adaccounts", fields="account_id,name,currency,timezone_name,account_status")["data"]
    assert [(r["currency"], r["timezone_name"]) for r in rows] == [
        ("EUR", "Europe/Berlin"),
        ("JPY", "Asia/Tokyo"),
        ("USD", "America/New_York"),
    ]
    assert all(r["id"] == f"act_{r['account_id']}" for r in rows)


def test_an_edge_gives_only_the_id_unless_fields_are_asked(graph: Browser, act: str) -> None:
    assert set(graph.get(f"{act}/ads")["data"][0]) == {"id"}
    assert set(graph.get(f"{act}/ads", fields="name")["data"][0]) == {"id", "name"}


@pytest.mark.parametrize("edge", ["campaigns", "adsets", "ads", "adcreatives", "adspixels"])
def test_a_field_that_meta_does_not_have_is_refused(graph: Browser, act: str, edge: str) -> None:
    assert graph.refused("GET", f"{act}/{edge}", fields="id,no_such_field") == (100, None)


def test_a_field_that_meta_has_but_the_world_has_not_is_absent(graph: Browser, act: str) -> None:
    assert set(graph.get(f"{act}/campaigns", fields="spend_cap")["data"][0]) == {"id"}


def test_budgets_are_text_in_minor_units_on_exactly_one_level(graph: Browser, act: str) -> None:
    for row in graph.get(f"{act}/adsets", fields="daily_budget,lifetime_budget,campaign{daily_budget}", limit=100)[
        "data"
    ]:
        levels = [row.get("daily_budget"), row.get("lifetime_budget"), row["campaign"].get("daily_budget")]
        given = [value for value in levels if value is not None]
        assert len(given) == 1
        assert isinstance(given[0], str)
        assert int(given[0]) > 0


def test_times_carry_the_accounts_offset_without_a_colon(graph: Browser, act: str) -> None:
    row = graph.get(f"{act}/campaigns", fields="created_time")["data"][0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]00", row["created_time"])


def test_a_paused_parent_shows_on_its_children(graph: Browser, world: World, own_budget: AdSet) -> None:
    campaign = world.accounts[0].campaigns[own_budget.campaign].id
    ad = next(
        a.id for a in world.accounts[0].ads if a.ad_set == own_budget.index and not a.review and a.status == "ACTIVE"
    )
    graph.post(own_budget.id, status="PAUSED")
    assert graph.get(ad, fields="status,effective_status") == {
        "id": ad,
        "status": "ACTIVE",
        "effective_status": "ADSET_PAUSED",
    }
    graph.post(own_budget.id, status="ACTIVE")
    graph.post(campaign, status="PAUSED")
    assert graph.get(own_budget.id, fields="effective_status")["effective_status"] == "CAMPAIGN_PAUSED"
    assert graph.get(ad, fields="effective_status")["effective_status"] == "CAMPAIGN_PAUSED"


def test_archived_objects_are_hidden_unless_named(graph: Browser, act: str, own_budget: AdSet) -> None:
    graph.post(own_budget.id, status="ARCHIVED")
    seen = {row["id"] for page in graph.pages(f"{act}/adsets", limit=3) for row in page}
    named = {row["id"] for row in graph.get(f"{act}/adsets", effective_status=["ARCHIVED"])["data"]}
    assert own_budget.id not in seen
    assert named == {own_budget.id}


def test_an_edge_can_be_filtered_by_id_and_status(graph: Browser, act: str, own_budget: AdSet) -> None:
    wish = [{"field": "adset.id", "operator": "IN", "value": [own_budget.id]}]
    assert [r["id"] for r in graph.get(f"{act}/adsets", filtering=wish)["data"]] == [own_budget.id]
    rows = graph.get(f"{act}/ads", fields="effective_status", effective_status=["ACTIVE"], limit=100)["data"]
    assert {r["effective_status"] for r in rows} == {"ACTIVE"}


def test_braces_expand_parents_and_edges(graph: Browser, act: str) -> None:
    row = graph.get(f"{act}/ads", fields="creative{id,title},adset{id,name},campaign{objective}", limit=1)["data"][0]
    assert row["creative"]["title"]
    assert row["adset"]["name"]
    assert row["campaign"]["objective"].startswith("OUTCOME_")
    nested = graph.get(f"{act}/campaigns", fields="adsets.limit(1){id,name}", limit=1)["data"][0]["adsets"]
    assert len(nested["data"]) == 1
    assert set(nested["data"][0]) == {"id", "name"}


def test_an_unknown_object_is_100_33(graph: Browser) -> None:
    assert graph.refused("GET", "999") == (100, 33)


def test_the_version_and_a_trailing_slash_do_not_matter(graph: Browser, act: str) -> None:
    for path in (f"v24.0/{act}/", f"v26.0/{act}", f"{act}"):
        assert graph.session.get(f"http://sandbox.test/{path}", timeout=5).json()["id"] == act


def test_multi_get_by_ids_is_gone(graph: Browser, act: str) -> None:
    assert graph.refused("GET", "", ids=act) == (100, None)


def test_the_learning_stage_is_an_object_with_meta_s_words(graph: Browser, act: str) -> None:
    rows = graph.get(f"{act}/adsets", fields="learning_stage_info", limit=100)["data"]
    stages = [r["learning_stage_info"] for r in rows if "learning_stage_info" in r]
    assert {s["status"] for s in stages} <= {"LEARNING", "SUCCESS", "FAIL"}
    assert stages
    assert all(isinstance(s["last_sig_edit_ts"], int) for s in stages)


def test_minimum_budgets_come_for_every_currency(graph: Browser, act: str) -> None:
    rows = {r["currency"]: r for r in graph.get(f"{act}/minimum_budgets")["data"]}
    assert set(rows) >= {"EUR", "JPY", "USD", "HUF"}
    assert rows["EUR"]["min_daily_budget_imp"] == 100


def test_changes_appear_in_the_activity_history(graph: Browser, act: str, own_budget: AdSet) -> None:
    graph.post(own_budget.id, status="PAUSED")
    row = graph.get(f"{act}/activities", fields="event_type,object_id,extra_data")["data"][0]
    assert (row["event_type"], row["object_id"]) == ("update_ad_set_run_status", own_budget.id)


def test_a_disapproved_ad_says_why(graph: Browser, world: World, act: str) -> None:
    world.accounts[0].ads[0].review = "DISAPPROVED"
    row = graph.get(world.accounts[0].ads[0].id, fields="effective_status,issues_info,ad_review_feedback")
    assert row["effective_status"] == "DISAPPROVED"
    assert row["issues_info"][0]["level"] == "AD"
