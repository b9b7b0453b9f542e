"""The status model: reviews that turn ads down, issues that stop or slow delivery, paused parents."""

from dataclasses import replace

import pytest

from metaads.sandbox.world import reviews
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.nodes import Ad, AdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox import making
from tests.metaads.sandbox.conftest import Browser
from tests.sandbox_adapter import Controls


@pytest.fixture(scope="module")
def pristine() -> World:
    return making.quick_world()


@pytest.fixture
def here(world: World) -> Account:
    return world.accounts[0]


def status(graph: Browser, node_id: str) -> str:
    found: str = graph.get(node_id, fields="effective_status")["effective_status"]
    return found


def verdicts(here: Account, count: int) -> list[Ad]:
    """Reviews of so many different new ads."""
    ads = []
    for number in range(count):
        ad = replace(here.ads[0], id=str(number), creative=str(number))
        reviews.begin(here, 7, ad, 1_800_000_000)
        ads.append(ad)
    here.in_review = []
    return ads


def test_a_few_ads_in_a_hundred_are_turned_down_within_four_hours(here: Account) -> None:
    ads = verdicts(here, 1000)
    assert 15 < sum(ad.review == "DISAPPROVED" for ad in ads) < 50
    waits = [(ad.review_until - 1_800_000_000) / 60 for ad in ads]
    assert 5 <= min(waits) <= 8
    assert 120 < max(waits) <= 240


def test_a_declined_ad_never_delivers_and_says_why(
    graph: Browser, here: Account, act: str, own_budget: AdSet, controls: Controls
) -> None:
    ad = graph.post(f"{act}/ads", **making.ad(own_budget.id, here.creatives[0].id))["id"]
    here.ads[-1].review = "DISAPPROVED"
    assert "issues_info" not in graph.get(ad, fields="issues_info,ad_review_feedback")
    controls.advance(20)
    read = graph.get(ad, fields="effective_status,status,issues_info,ad_review_feedback")
    assert (read["effective_status"], read["status"]) == ("DISAPPROVED", "ACTIVE")
    assert read["issues_info"][0]["level"] == "AD"
    assert read["ad_review_feedback"]["global"]
    assert not here.daily[: here.days, -1].any()
    assert here.activities[-1].event_type == "ad_review_declined"


def test_a_creative_that_was_approved_is_approved_again(here: Account, graph: Browser, act: str) -> None:
    good = next(a for a in here.ads if not a.review)
    for _ in range(40):
        graph.post(f"{act}/ads", **making.ad(here.ad_sets[0].id, good.creative))
    assert {ad.review for ad in here.ads[24:]} == {""}


def test_a_hard_issue_stops_an_ad_set_until_it_is_gone(
    graph: Browser, world: World, here: Account, own_budget: AdSet, controls: Controls
) -> None:
    world.afflict(own_budget.id, "failed_processing")
    spent = float(here.live.spent_ever[own_budget.index])
    controls.advance(5)
    read = graph.get(own_budget.id, fields="effective_status,issues_info,status")
    assert (read["effective_status"], read["status"]) == ("WITH_ISSUES", "ACTIVE")
    (issue,) = read["issues_info"]
    assert (issue["level"], issue["error_code"], issue["error_type"]) == ("AD_SET", 567, "HARD_ERROR")
    assert here.live.spent_ever[own_budget.index] == spent
    world.afflict(own_budget.id, "")
    controls.advance(5)
    assert status(graph, own_budget.id) == "ACTIVE"
    assert here.live.spent_ever[own_budget.index] > spent


def test_a_soft_issue_slows_an_ad_set_that_stays_active(
    graph: Browser, world: World, here: Account, own_budget: AdSet
) -> None:
    free = here.settings
    world.afflict(own_budget.id, "flagged_audience")
    read = graph.get(own_budget.id, fields="effective_status,issues_info")
    assert read["effective_status"] == "ACTIVE"
    assert read["issues_info"][0]["error_type"] == "SOFT_ERROR"
    world.set_clock(world.clock.now() + 3600)
    world.advance()
    assert here.settings is not None
    assert free is not None
    assert here.settings.own[own_budget.index] == pytest.approx(0.6 * free.own[own_budget.index])


def test_an_unknown_issue_is_refused(world: World, own_budget: AdSet) -> None:
    with pytest.raises(ValueError, match="known issue"):
        world.afflict(own_budget.id, "bad mood")


@pytest.mark.parametrize(("level", "word"), [("campaign", "CAMPAIGN_PAUSED"), ("adset", "ADSET_PAUSED")])
def test_a_paused_parent_shows_on_the_ad_whose_own_status_stays(
    graph: Browser, here: Account, own_budget: AdSet, level: str, word: str
) -> None:
    ad = next(a for a in here.ads if a.ad_set == own_budget.index and a.status == "ACTIVE" and not a.review)
    parent = here.campaigns[own_budget.campaign].id if level == "campaign" else own_budget.id
    graph.post(parent, status="PAUSED")
    assert graph.get(ad.id, fields="effective_status,status") == {
        "effective_status": word, "status": "ACTIVE", "id": ad.id,
    }  # fmt: skip
    graph.post(parent, status="DELETED")
    assert status(graph, ad.id) == "DELETED"


def test_deleting_ends_delivery_and_hides_but_keeps_the_figures(
    graph: Browser, here: Account, act: str, own_budget: AdSet, controls: Controls
) -> None:
    ad = next(a for a in here.ads if a.ad_set == own_budget.index and a.status == "ACTIVE" and not a.review)
    assert graph.send("DELETE", ad.id).json() == {"success": True}
    before = here.daily[: here.days, ad.index, 0].sum()
    controls.advance(6)
    assert here.daily[: here.days, ad.index, 0].sum() == before > 0
    assert ad.id not in {row["id"] for row in graph.get(f"{own_budget.id}/ads", limit="100")["data"]}
    assert graph.get(ad.id, fields="status")["status"] == "DELETED"
    assert graph.refused("DELETE", act) == (100, 33)


def test_the_end_of_learning_is_in_the_history(
    graph: Browser, here: Account, act: str, own_budget: AdSet, controls: Controls
) -> None:
    graph.post(own_budget.id, targeting=own_budget.targeting | {"genders": [1]})
    here.live.results[own_budget.index] = 49
    controls.advance(30)
    (row,) = [
        a for a in here.activities if a.event_type == "di_ad_set_learning_stage_exit" and a.object_id == own_budget.id
    ]
    assert row.extra["new_value"] == "SUCCESS"
    assert row.application_name == "Meta"


def test_an_issue_can_be_brought_over_an_object_by_control(
    controls: Controls, graph: Browser, own_budget: AdSet
) -> None:
    controls("POST", "issues", object=own_budget.id, issue="failed_processing")
    assert status(graph, own_budget.id) == "WITH_ISSUES"
    controls("POST", "issues", object=own_budget.id, issue="")
    assert status(graph, own_budget.id) == "ACTIVE"
