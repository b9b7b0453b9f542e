"""create_ad_set: made paused in a campaign that is there, its ads started first; a budget only where the campaign has
none. A copy into a campaign of its own is made with it."""

from typing import Any

import pytest

from metaads.models import Level
from optimization.entities import account_entity, load_one
from optimization.kinds import KINDS, Refusal
from optimization.live_world import LiveWorld
from optimization.steps import Plan, net_change
from tests.factories.metaads import AdFactory, AdSetFactory, CampaignFactory
from tests.optimization.conftest import NOW

pytestmark = pytest.mark.django_db


def asked(campaign_id: str, **more: Any) -> dict[str, Any]:
    document: dict[str, Any] = {
        "campaign_id": campaign_id,
        "name": "Broad",
        "optimization_goal": "LINK_CLICKS",
        "targeting": {"geo_locations": {"countries": ["US"]}},
        "ads": [{"name": "Film", "creative_id": "7"}, {"name": "Still", "creative_id": "8"}],
    }
    return {**document, **more}


def planned(campaign: Any, kind: str, parameters: dict[str, Any]) -> Any:
    return KINDS[kind].plan(account_entity(campaign.account), parameters, LiveWorld(campaign.account, NOW))


def test_it_is_built_paused_in_the_campaign_and_started_from_below() -> None:
    campaign = CampaignFactory.create(daily_budget=None)
    plan = planned(campaign, "create_ad_set", asked(campaign.meta_id, daily_budget="5"))
    assert isinstance(plan, Plan)
    assert [(step.op, step.level, step.entity_id) for step in plan.steps] == [
        ("create", "adset", campaign.meta_id),
        ("create", "ad", "$1"),
        ("create", "ad", "$1"),
        ("set", "ad", "$2"),
        ("set", "ad", "$3"),
        ("set", "adset", "$1"),
    ]
    assert net_change(plan.steps) == plan.steps[0].params["daily_budget"]


@pytest.mark.parametrize(("budget", "more"), [(None, {}), (5_000, {"daily_budget": "5"})])
def test_a_budget_stands_in_one_place(budget: int | None, more: dict[str, str]) -> None:
    campaign = CampaignFactory.create(daily_budget=budget)
    refused = planned(campaign, "create_ad_set", asked(campaign.meta_id, **more))
    assert isinstance(refused, Refusal)
    assert refused.reason.startswith("daily_budget:")


def test_no_campaign_no_ad_set() -> None:
    campaign = CampaignFactory.create(daily_budget=None)
    assert isinstance(planned(campaign, "create_ad_set", asked("404", daily_budget="5")), Refusal)


def test_a_copy_brings_its_new_campaign_which_starts_last_and_alone_has_a_budget() -> None:
    ad = AdFactory.create(ad_set=AdSetFactory.create(daily_budget=1_000, status="ACTIVE"), status="ACTIVE")
    account = ad.account
    entity = load_one(account, Level.AD_SET, ad.ad_set.meta_id)
    assert entity
    home = {"name": "Scaling", "objective": "OUTCOME_TRAFFIC", "daily_budget": "6"}
    plan = KINDS["duplicate"].plan(entity, {"new_campaign": home}, LiveWorld(account, NOW))
    assert isinstance(plan, Plan)
    assert [(step.op, step.level, step.entity_id, step.field) for step in plan.steps] == [
        ("create", "campaign", "", ""),
        ("copy", "adset", entity.meta_id, ""),
        ("copy", "ad", ad.meta_id, ""),
        ("set", "ad", "$3", "status"),
        ("set", "adset", "$2", "status"),
        ("set", "campaign", "$1", "status"),
    ]
    assert plan.steps[1].params["campaign_id"] == "$1"
    assert net_change(plan.steps) == plan.steps[0].params["daily_budget"]
