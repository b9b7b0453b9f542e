"""Copying with Meta's own SDK: ids, names, status, limits; a copied ad set spends, learns and resembles its source."""

import copy

import numpy as np
import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.campaign import Campaign
from facebook_business.api import FacebookAdsApi

from metaads.sandbox.server import Sandbox
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.nodes import AdSet as WorldAdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox import making
from tests.metaads.sandbox.conftest import HOST, Browser, first_set
from tests.metaads.sandbox.test_sdk import connected
from tests.sandbox_adapter import Controls


@pytest.fixture(scope="module")
def pristine() -> World:
    return making.quick_world()


@pytest.fixture
def api(box: Sandbox) -> FacebookAdsApi:
    return connected(box, HOST)


@pytest.fixture
def here(world: World) -> Account:
    return world.accounts[0]


def ads_of(here: Account, ad_set: WorldAdSet) -> list[str]:
    return [ad.id for ad in here.ads if ad.ad_set == ad_set.index]


def test_a_copied_ad_set_spends_and_learns_anew(
    api: FacebookAdsApi, here: Account, own_budget: WorldAdSet, controls: Controls
) -> None:
    answer = AdSet(own_budget.id, api=api).create_copy(params={"deep_copy": True, "status_option": "ACTIVE"})
    copied = AdSet(answer["copied_adset_id"], api=api)
    kinds = [row["ad_object_type"] for row in answer["ad_object_ids"]]
    ads = ads_of(here, own_budget)
    assert kinds.count("ad_set") == 1
    assert [r["source_id"] for r in answer["ad_object_ids"] if r["ad_object_type"] == "ad"] == ads
    controls.advance(48)
    read = copied.api_get(fields=["name", "daily_budget", "source_adset_id", "learning_stage_info", "effective_status"])
    assert read["name"] == f"{own_budget.name} - Copy"
    assert (read["daily_budget"], read["source_adset_id"]) == (str(own_budget.daily_budget), own_budget.id)
    assert read["effective_status"] == "ACTIVE"
    assert read["learning_stage_info"]["status"] == "LEARNING"
    assert read["learning_stage_info"]["conversions"] > 0
    (row,) = copied.get_insights(fields=["spend"], params={"date_preset": "yesterday"})
    assert float(row["spend"]) > 0.3 * (own_budget.daily_budget or 0) / 100


def test_a_copy_resembles_its_source(graph: Browser, here: Account, own_budget: WorldAdSet) -> None:
    ids = graph.post(f"{own_budget.id}/copies", deep_copy=True)["ad_object_ids"]
    pairs = [(row["source_id"], row["copied_id"]) for row in ids if row["ad_object_type"] == "ad"]
    where = {ad.id: ad.index for ad in here.ads}
    for name in ("click_rate", "sale_rate", "cpm"):
        column = getattr(here.truth, name)
        ratio = [column[where[new]] / column[where[old]] for old, new in pairs]
        assert np.allclose(ratio, 1.0, atol=0.5), name
        assert not np.array_equal(ratio, np.ones(len(ratio))), name


def test_a_copy_shares_the_people_of_its_source_so_twice_the_money_costs_more_each(
    graph: Browser, here: Account, own_budget: WorldAdSet, controls: Controls
) -> None:
    """What a thousand impressions cost the source, with and without a running copy, at the same hours."""
    alone = copy.deepcopy(graph.box.api.world)
    graph.post(f"{own_budget.id}/copies", deep_copy=True, status_option="ACTIVE")
    controls.advance(72)
    alone.set_clock(graph.box.api.world.clock.now())
    alone.advance()
    mine = [ad.index for ad in here.ads[:24] if ad.ad_set == own_budget.index]
    crowded, free = (_cpm(account, mine) for account in (here, alone.accounts[0]))
    assert 1.05 < crowded / free < 1.35


def _cpm(account: Account, ads: list[int]) -> float:
    days = account.daily[account.days - 3 : account.days, ads]
    return float(days[:, :, Metric.SPEND].sum() / days[:, :, Metric.IMPRESSIONS].sum())


def test_copies_are_paused_unless_said_otherwise(graph: Browser, own_budget: WorldAdSet, here: Account) -> None:
    plain = graph.post(f"{own_budget.id}/copies")["copied_adset_id"]
    assert graph.get(plain, fields="status")["status"] == "PAUSED"
    inherited = graph.post(f"{own_budget.id}/copies", status_option="INHERITED_FROM_SOURCE")["copied_adset_id"]
    assert graph.get(inherited, fields="status")["status"] == "ACTIVE"
    assert graph.refused("POST", f"{own_budget.id}/copies", status_option="ARCHIVED") == (100, None)


@pytest.mark.parametrize(
    ("options", "top", "below"),
    [
        ({}, "{} - Copy", "{}"),
        ({"rename_strategy": "NO_RENAME"}, "{}", "{}"),
        ({"rename_strategy": "DEEP_RENAME", "rename_prefix": "B: "}, "B: {}", "B: {}"),
        ({"rename_suffix": " II"}, "{} II", "{}"),
    ],
)
def test_copies_are_renamed_as_asked(
    graph: Browser, here: Account, own_budget: WorldAdSet, options: dict[str, str], top: str, below: str
) -> None:
    rows = graph.post(f"{own_budget.id}/copies", deep_copy=True, rename_options=options)["ad_object_ids"]
    name = {s.id: s.name for s in here.ad_sets} | {a.id: a.name for a in here.ads}
    for row in rows:
        if row["ad_object_type"] != "unique_adcreative":
            form = top if row["ad_object_type"] == "ad_set" else below
            assert name[row["copied_id"]] == form.format(name[row["source_id"]])


def test_a_deep_copy_of_more_than_three_ads_at_once_is_refused(
    graph: Browser, here: Account, own_budget: WorldAdSet, controls: Controls
) -> None:
    path = f"{own_budget.id}/copies"
    while len(ads_of(here, own_budget)) < 4:
        graph.post(f"{ads_of(here, own_budget)[0]}/copies")
    known = len(controls.writes())
    error = graph.post(path, deep_copy=True)["error"]
    assert (error["code"], error["error_subcode"]) == (100, 1885194)
    assert "at most 3" in error["error_user_msg"]
    assert len(controls.writes()) == known
    shell = graph.post(path)["copied_adset_id"]
    for ad in ads_of(here, own_budget):
        assert graph.post(f"{ad}/copies", adset_id=shell)["copied_ad_id"]
    assert len(ads_of(here, here.ad_sets[-1])) >= 4


def test_an_ad_copied_with_the_sdk_shows_the_same_creative(api: FacebookAdsApi, here: Account) -> None:
    source = here.ads[0]
    answer = Ad(source.id, api=api).create_copy(params={"rename_options": {"rename_suffix": " v2"}})
    read = Ad(answer["copied_ad_id"], api=api).api_get(
        fields=["name", "creative", "adset_id", "source_ad_id", "status"]
    )
    assert (read["name"], read["creative"]["id"]) == (f"{source.name} v2", source.creative)
    assert (read["adset_id"], read["source_ad_id"]) == (here.ad_sets[source.ad_set].id, source.id)
    assert read["status"] == "PAUSED"


def test_an_ad_copied_with_other_creative_parameters_shows_another_creative(graph: Browser, here: Account) -> None:
    changed = {"url_tags": "utm_source=test"}
    copied = graph.post(f"{here.ads[0].id}/copies", creative_parameters=changed)["copied_ad_id"]
    creative = graph.get(copied, fields="creative{url_tags,title}")["creative"]
    assert creative["url_tags"] == "utm_source=test"
    assert creative["id"] != here.ads[0].creative
    assert creative["title"] == here.creatives[0].title


def test_a_campaign_is_copied_with_what_lies_below_it(api: FacebookAdsApi, here: Account, graph: Browser) -> None:
    source = here.campaigns[3]
    for ad in here.ads:
        if here.ad_sets[ad.ad_set].campaign == source.index and ad.index > 6:
            graph.send("DELETE", ad.id)
    answer = Campaign(source.id, api=api).create_copy(params={"deep_copy": True})
    sets = [s for s in here.ad_sets if here.campaigns[s.campaign].id == answer["copied_campaign_id"]]
    kinds = [row["ad_object_type"] for row in answer["ad_object_ids"]]
    assert len(sets) == kinds.count("ad_set") == len([s for s in here.ad_sets[:10] if s.campaign == source.index])
    assert kinds.count("ad") > 0
    copied = here.campaigns[-1]
    assert (copied.daily_budget, copied.objective) == (source.daily_budget, source.objective)
    assert (copied.status, copied.name) == ("PAUSED", f"{source.name} - Copy")


def test_a_finished_ad_set_is_copied_to_start_now_for_as_long_as_it_ran(
    graph: Browser, here: Account, own_budget: WorldAdSet, controls: Controls, world: World
) -> None:
    length = int(world.clock.now()) + 7200 - own_budget.start
    graph.post(own_budget.id, end_time=own_budget.start + length)
    controls.advance(5)
    copied = graph.post(f"{own_budget.id}/copies")["copied_adset_id"]
    read = graph.get(copied, fields="start_time,end_time")
    made = here.ad_sets[-1]
    assert made.start == int(world.clock.now())
    assert made.end == made.start + length
    assert read["end_time"] != graph.get(own_budget.id, fields="end_time")["end_time"]


def test_a_copy_goes_where_it_fits(
    graph: Browser, here: Account, own_budget: WorldAdSet, shared_budget: WorldAdSet
) -> None:
    cbo = here.campaigns[shared_budget.campaign]
    abo = here.campaigns[own_budget.campaign]
    if cbo.objective == abo.objective:
        moved = graph.post(f"{own_budget.id}/copies", campaign_id=cbo.id)["copied_adset_id"]
        assert "daily_budget" not in graph.get(moved, fields="daily_budget,campaign_id")
        assert graph.refused("POST", f"{shared_budget.id}/copies", campaign_id=abo.id) == (100, 1885621)
    else:
        assert graph.refused("POST", f"{own_budget.id}/copies", campaign_id=cbo.id) == (100, None)


def test_copies_can_t_be_tried_without_effect_and_deleted_objects_can_t_be_copied(
    graph: Browser, own_budget: WorldAdSet
) -> None:
    only = ["validate_only"]
    assert graph.refused("POST", f"{own_budget.id}/copies", execution_options=only) == (100, None)
    graph.send("DELETE", own_budget.id)
    assert graph.refused("POST", f"{own_budget.id}/copies") == (100, 1487056)


def test_a_copy_shown_in_europe_needs_somebody_who_pays(graph: Browser, here: Account) -> None:
    ad_set = first_set(graph.box.api.world, lambda s, c: s.daily_budget is not None)
    ad_set.dsa_payor = None
    assert graph.refused("POST", f"{ad_set.id}/copies") == (100, 3858079)
    ad_set.dsa_payor, ad_set.dsa_beneficiary = "Northwind", None
    assert graph.refused("POST", f"{ad_set.id}/copies") == (100, 3858081)
