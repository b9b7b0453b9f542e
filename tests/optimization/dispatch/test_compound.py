"""Kinds of several steps against the sandbox, from a person's wish to Meta and back: asked, approved, done, undone."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from metaads.models import Ad, AdSet, Campaign
from metaads.sync.structure import sync_structure
from optimization.by_person import Wanted, propose_by_hand
from optimization.ledger import verify
from optimization.models import Action, Hold, Status
from optimization.queue import services
from optimization.queue.errors import QueueError
from tests.factories.optimization import keep_frame
from tests.optimization.conftest import NOW, Meta
from tests.optimization.dispatch.plans import swept


@pytest.fixture(autouse=True)
def _impatient(settings: Settings) -> None:
    settings.EXECUTOR_SETTLE = timedelta(0)
    settings.EXECUTOR_LEASE = timedelta(seconds=60)


def node(meta: Meta, meta_id: str) -> Any:
    return meta.app.api.world.found[meta_id][1]


def by_hand(meta: Meta, level: str, entity_id: str, kind: str, **parameters: Any) -> Action:
    wanted = Wanted(level, entity_id, kind, parameters)
    action = propose_by_hand(None, meta.account, wanted, NOW, reason="A test.", override_reason="A test.")
    assert action.status == Status.APPROVED
    assert swept(action) is Status.EXECUTED, action.outcome_note
    assert not Hold.objects.exists()
    return action


def undone(action: Action) -> Action:
    back = services.undo(action.pk, None, NOW + timedelta(minutes=1))
    assert swept(back, NOW + timedelta(minutes=1)) is Status.EXECUTED, back.outcome_note
    action.refresh_from_db()
    assert action.status == Status.REVERTED
    assert verify() == []
    return back


@pytest.fixture
def shared(meta: Meta) -> list[AdSet]:
    """Two active ad sets of one campaign without a budget of its own, with a ROAS of 1 and 4."""
    campaigns = Campaign.objects.filter(account=meta.account, daily_budget=None, status="ACTIVE").order_by("pk")
    for campaign in campaigns:
        sets = list(AdSet.objects.filter(campaign=campaign, effective_status="ACTIVE", daily_budget__gt=2000)[:2])
        if len(sets) == 2:
            others = AdSet.objects.filter(campaign=campaign).exclude(pk__in=[one.pk for one in sets])
            others.update(status="PAUSED", effective_status="PAUSED")
            columns: dict[str, list[Any]] = {
                "ids": [one.meta_id for one in sets],
                "spend_7d": [700.0, 700.0],
                "conversion_value_7d": [700.0, 2_800.0],
                "conversions_7d": [95.0, 95.0],
            }
            keep_frame(meta.account, "adset", columns)
            meta.account.minimum_budgets = {"imp": 100}
            meta.account.save()
            return sets
    pytest.skip("no campaign of this world has two such ad sets")


def test_money_moves_between_ad_sets_and_back_and_the_total_never_grows(meta: Meta, shared: list[AdSet]) -> None:
    before = {one.meta_id: meta.budget(one.meta_id) for one in shared}
    action = by_hand(meta, "campaign", shared[0].campaign.meta_id, "reallocate", members=2)
    after = {one.meta_id: meta.budget(one.meta_id) for one in shared}
    assert sum(after.values()) == sum(before.values())
    assert after[shared[0].meta_id] < before[shared[0].meta_id]
    first, second = meta.control.writes()
    assert (first["object_id"], second["object_id"]) == (shared[0].meta_id, shared[1].meta_id), "decrease first"
    undone(action)
    assert {one.meta_id: meta.budget(one.meta_id) for one in shared} == before


def test_ads_change_places_and_one_always_runs(meta: Meta) -> None:
    tired = Ad.objects.filter(account=meta.account, effective_status="ACTIVE").order_by("pk")[0]
    rested = Ad.objects.filter(ad_set=tired.ad_set).exclude(pk=tired.pk).first()
    if rested is None:
        pytest.skip("the ad set has one ad only")
    node(meta, rested.meta_id).status = "PAUSED"
    Ad.objects.filter(pk=rested.pk).update(status="PAUSED", effective_status="PAUSED")
    columns: dict[str, list[Any]] = {
        "ids": [tired.meta_id, rested.meta_id],
        "impressions_7d": [9_000.0, 0.0],
        "reach_7d": [2_000.0, None],
    }
    keep_frame(meta.account, "ad", columns)
    action = by_hand(meta, "adset", tired.ad_set.meta_id, "rotate")
    assert [(w["object_id"], w["after"]["status"]) for w in meta.control.writes()] == [
        (rested.meta_id, "ACTIVE"),
        (tired.meta_id, "PAUSED"),
    ]
    undone(action)
    assert (node(meta, tired.meta_id).status, node(meta, rested.meta_id).status) == ("ACTIVE", "PAUSED")


def test_an_ad_set_is_copied_with_its_ads_and_half_its_budget_and_its_undo_pauses_the_copy(
    meta: Meta, ad_set: AdSet
) -> None:
    ads = Ad.objects.filter(ad_set=ad_set).exclude(status__in=["ARCHIVED", "DELETED"])
    action = by_hand(meta, "adset", ad_set.meta_id, "duplicate", percent="50")
    action.refresh_from_db()
    copied = node(meta, next(one["id"] for one in action.made if one["level"] == "adset"))
    assert (copied.status, copied.daily_budget) == ("ACTIVE", round((ad_set.daily_budget or 0) / 2))
    assert len([one for one in action.made if one["level"] == "ad"]) == ads.count()
    for one in action.made:
        if one["level"] == "ad":
            made = node(meta, one["id"])
            source = next(ad for ad in meta.app.api.world.accounts[0].ads if ad.index == made.source)
            assert (made.creative, made.status) == (source.creative, source.status)
    undone(action)
    assert copied.status == "PAUSED"


def test_a_campaign_is_built_paused_from_a_document_and_started_last(meta: Meta) -> None:
    creative = meta.app.api.world.accounts[0].ads[0].creative
    document = {
        "name": "Winter",
        "objective": "OUTCOME_TRAFFIC",
        "ad_sets": [
            {
                "name": "Germany",
                "daily_budget": "20",
                "optimization_goal": "LINK_CLICKS",
                "targeting": {"geo_locations": {"countries": ["US"]}},
                "ads": [{"name": "Film", "creative_id": str(creative)}],
            }
        ],
    }
    action = by_hand(meta, "account", meta.account.meta_id, "create_campaign", **document)
    action.refresh_from_db()
    assert [one["level"] for one in action.made] == ["campaign", "adset", "ad"]
    assert [node(meta, one["id"]).status for one in action.made] == ["ACTIVE"] * 3
    assert node(meta, action.made[1]["id"]).daily_budget == 2_000
    started = [w["object_id"] for w in meta.control.writes() if w["after"] == {"status": "ACTIVE"}]
    assert started == [one["id"] for one in reversed(action.made)], "from below, the campaign last"
    sync_structure(meta.account, NOW)
    undone(action)
    assert node(meta, action.made[0]["id"]).status == "PAUSED"


def test_a_creative_is_made_once_and_cannot_be_undone(meta: Meta) -> None:
    page = str(104_000_000_000_000 + meta.app.api.world.accounts[0].number)
    action = by_hand(
        meta, "account", meta.account.meta_id, "create_creative",
        name="Blue", page_id=page, image_hash="abc123def", link="https://shop.example/", message="New",
    )  # fmt: skip
    action.refresh_from_db()
    assert [one["level"] for one in action.made] == ["creative"]
    with pytest.raises(QueueError):
        services.undo(action.pk, None, NOW)
