"""Faults that make lists and reports lie: pages twice or swapped, rows with holes, figures that stand still."""

import json
from typing import Any

import pytest

from metaads.sandbox.world.account import Account
from metaads.sandbox.world.nodes import AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser
from tests.sandbox_adapter import Controls

TODAY = {"level": "ad", "fields": "ad_id,spend,impressions", "date_preset": "today", "limit": "100"}


def ids(graph: Browser, act: str, limit: int = 4) -> list[str]:
    """Ads in the order in which the pages bring them; never more pages than a client would follow."""
    found: list[str] = []
    for number, rows in enumerate(graph.pages(f"{act}/ads", limit=str(limit), fields="id")):
        assert number < 40, "the list never ends"
        found += [row["id"] for row in rows]
    return found


def rows(graph: Browser, act: str, **params: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = graph.get(f"{act}/insights", **{**TODAY, **params})["data"]
    return found


def test_swapped_pages_bring_each_object_once_in_another_order(graph: Browser, controls: Controls, act: str) -> None:
    true = ids(graph, act)
    controls.fault("swapped_pages", count=None, path="/ads$")
    swapped = ids(graph, act)
    assert swapped != true
    assert sorted(swapped) == sorted(true)


def test_a_repeated_page_comes_once_more(graph: Browser, controls: Controls, act: str) -> None:
    true = ids(graph, act)
    controls.fault("repeated_page", path="/ads$")
    twice = ids(graph, act)
    assert twice == true[:4] + true


def test_rows_with_holes_keep_their_ids_and_dates(graph: Browser, controls: Controls, act: str) -> None:
    controls.fault("missing_fields", fields=["spend", "ad_id", "date_start"])
    found = rows(graph, act)
    assert len(found) > 3
    assert all({"ad_id", "date_start"} <= row.keys() for row in found)
    assert {"spend" in row for row in found[::2]} == {False}
    assert {"spend" in row for row in found[1::2]} == {True}


def test_the_newest_day_can_be_missing_and_other_calls_go_on(graph: Browser, controls: Controls, act: str) -> None:
    controls.fault("newest_missing", count=None)
    week = {"date_preset": "", "time_increment": "1", "level": "account", "fields": "spend"}
    dates = [row["date_start"] for row in rows(graph, act, **week)]
    assert graph.get(act)["id"] == act
    controls("DELETE", "faults")
    assert dates == [row["date_start"] for row in rows(graph, act, **week)][:-1]


def test_stale_figures_stand_still_while_the_world_goes_on(graph: Browser, controls: Controls, act: str) -> None:
    before = rows(graph, act)
    controls.fault("stale", count=None)
    assert rows(graph, act) == before
    controls.advance(2)
    assert rows(graph, act) == before
    controls("DELETE", "faults")
    after = rows(graph, act)
    assert sum(float(row["spend"]) for row in after) > sum(float(row["spend"]) for row in before)


def test_stale_figures_survive_an_ad_made_meanwhile(
    graph: Browser, controls: Controls, act: str, world: World, own_budget: AdSet
) -> None:
    before = rows(graph, act)
    controls.fault("stale", count=None)
    rows(graph, act)
    copied = graph.post(f"{own_budget.id}/copies", deep_copy="true", status_option="PAUSED")
    assert "error" not in copied
    assert rows(graph, act) == before


@pytest.mark.parametrize(
    ("kind", "status"),
    [("report_failed", "Job Failed"), ("report_skipped", "Job Skipped"), ("report_stuck", "Job Running")],
)
def test_reports_end_badly_or_never(graph: Browser, controls: Controls, act: str, kind: str, status: str) -> None:
    run = graph.post(f"{act}/insights", level="account", fields="spend", date_preset="last_7d")["report_run_id"]
    controls.fault(kind, count=None)
    for _ in range(3):
        controls.advance(1)
        answer = graph.get(str(run), fields="async_status,async_percent_completion")
        assert answer["async_status"] == status
        assert answer["async_percent_completion"] < 100
    assert graph.get(act)["id"] == act, "only reports are struck"


def test_only_the_named_account_is_struck_also_by_calls_that_name_a_node(
    graph: Browser, controls: Controls, world: World
) -> None:
    one, other = world.accounts[:2]
    controls.fault("revoked", account=f"act_{one.id}", count=None)
    assert graph.refused("GET", one.ad_sets[0].id) == (190, 460)
    assert graph.refused("POST", one.ads[0].id, status="PAUSED") == (190, 460)
    assert graph.refused("GET", f"act_{one.id}/campaigns") == (190, 460)
    assert graph.get(other.ad_sets[0].id)["id"] == other.ad_sets[0].id
    assert graph.get("me/adaccounts")["data"]


def batch(graph: Browser, account: Account) -> list[Any]:
    items = [{"method": "GET", "relative_url": f"{s.id}?fields=id"} for s in account.ad_sets[:3]]
    answer = graph.session.post(
        "http://sandbox.test/v26.0/", data={"batch": json.dumps(items), "include_headers": "true"}, timeout=(1, 5)
    )
    found: list[Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("kind", "code"), [("error_500", 500), ("html_502", 502), ("rate_limit", 400), ("error_503", 503)]
)
def test_one_item_of_a_batch_fails_and_the_others_do_not(
    graph: Browser, controls: Controls, world: World, kind: str, code: int
) -> None:
    account = world.accounts[0]
    controls.fault(kind, path=f"^/{account.ad_sets[1].id}")
    assert [item["code"] for item in batch(graph, account)] == [200, code, 200]


def test_an_item_that_got_no_answer_is_null_and_one_may_break_off(
    graph: Browser, controls: Controls, world: World
) -> None:
    account = world.accounts[0]
    controls.fault("timeout_before", path=f"^/{account.ad_sets[0].id}")
    controls.fault("malformed", path=f"^/{account.ad_sets[2].id}")
    first, second, third = batch(graph, account)
    assert first is None
    assert json.loads(second["body"])["id"] == account.ad_sets[1].id
    with pytest.raises(ValueError, match=r".*"):
        json.loads(third["body"])


@pytest.mark.parametrize(
    ("kind", "code", "subcode"),
    [
        ("app_limit", 4, 1504022),
        ("account_limit", 613, 1487742),
        ("write_limit", 613, 5044001),
        ("abuse_limit", 613, None),
        ("creation_limit", 613, 1_487_225),
        ("archive_full", 100, 1_487_990),
        ("expired", 190, 463),
        ("no_permission", 200, None),
    ],
)
def test_refusals_have_meta_s_codes(
    graph: Browser, controls: Controls, act: str, kind: str, code: int, subcode: int | None
) -> None:
    controls.fault(kind)
    assert graph.refused("GET", act) == (code, subcode)


def test_a_503_has_no_json(graph: Browser, controls: Controls, act: str) -> None:
    controls.fault("error_503")
    answer = graph.send("GET", act)
    assert (answer.status_code, answer.text) == (503, "")
