"""create_campaign and create_creative: parents first, all paused, started from below; faults named beforehand."""

from typing import Any

import pytest
from pydantic import ValidationError

from optimization.kinds import KINDS, Refusal
from optimization.models import ACCOUNT_LEVEL, Action
from optimization.steps import STEPS, Plan, made_budget
from tests.factories.optimization import WrittenWorld, entity

CAMPAIGN, CREATIVE = KINDS["create_campaign"], KINDS["create_creative"]
ACCOUNT = entity("1", level=ACCOUNT_LEVEL, name="Shop", daily_budget=None, parent_ids=())
AD_SET: dict[str, Any] = {
    "name": "DE 25-54",
    "daily_budget": "20",
    "optimization_goal": "OFFSITE_CONVERSIONS",
    "promoted_object": {"pixel_id": "7", "custom_event_type": "PURCHASE"},
    "targeting": {"geo_locations": {"countries": ["DE"]}},
    "ads": [{"name": "Film", "creative_id": "51"}, {"name": "Still", "creative_id": "52"}],
}
DOCUMENT: dict[str, Any] = {"name": "Winter", "objective": "OUTCOME_SALES", "ad_sets": [AD_SET]}
CBO = {**DOCUMENT, "daily_budget": "50", "ad_sets": [{**AD_SET, "daily_budget": None}]}
PICTURE = {"name": "Blue", "page_id": "9", "image_hash": "abc123", "link": "https://shop.example/", "message": "New"}


def plan(document: dict[str, Any], currency: str = "EUR") -> Plan:
    made = CAMPAIGN.plan(ACCOUNT, document, WrittenWorld(currency=currency))
    assert isinstance(made, Plan), made
    return made


def test_parents_come_first_and_all_is_started_from_below() -> None:
    steps = plan(DOCUMENT).steps
    assert [(s.op, s.level, s.entity_id) for s in steps] == [
        ("create", "campaign", ""),
        ("create", "adset", "$1"),
        ("create", "ad", "$2"),
        ("create", "ad", "$2"),
        ("set", "ad", "$3"),
        ("set", "ad", "$4"),
        ("set", "adset", "$2"),
        ("set", "campaign", "$1"),
    ]
    assert all((step.field, step.new) == ("status", "ACTIVE") for step in steps if step.op == "set")


def test_without_a_campaign_budget_meta_is_told_that_ad_sets_do_not_share() -> None:
    campaign, ad_set = plan(DOCUMENT).steps[:2]
    assert campaign.params == {
        "objective": "OUTCOME_SALES",
        "special_ad_categories": ["NONE"],
        "is_adset_budget_sharing_enabled": False,
    }
    assert ad_set.params["daily_budget"] == 2_000
    assert ad_set.params["bid_strategy"] == "LOWEST_COST_WITHOUT_CAP"
    assert made_budget(plan(DOCUMENT).steps) == 2_000


def test_a_campaign_budget_takes_the_strategy_with_it() -> None:
    campaign, ad_set = plan(CBO).steps[:2]
    assert (campaign.params["daily_budget"], campaign.params["bid_strategy"]) == (5_000, "LOWEST_COST_WITHOUT_CAP")
    assert "bid_strategy" not in ad_set.params
    assert made_budget(plan(CBO).steps) == 5_000


def test_amounts_are_in_the_accounts_own_unit_and_a_roas_floor_in_metas() -> None:
    floored = {**AD_SET, "bid_strategy": "LOWEST_COST_WITH_MIN_ROAS", "roas_floor": "1.5"}
    ad_set = plan({**DOCUMENT, "ad_sets": [floored]}, "JPY").steps[1]
    assert ad_set.params["daily_budget"] == 20
    assert ad_set.params["bid_constraints"] == {"roas_average_floor": 15_000}


def test_left_paused_nothing_is_started() -> None:
    assert {step.op for step in plan({**DOCUMENT, "leave_paused": True}).steps} == {"create"}


def test_an_end_in_the_past_is_refused() -> None:
    past = {**AD_SET, "end_time": "2026-01-01T00:00:00+01:00"}
    made = CAMPAIGN.plan(ACCOUNT, {**DOCUMENT, "ad_sets": [past]}, WrittenWorld())
    assert isinstance(made, Refusal)
    assert "ended already" in made.reason


@pytest.mark.parametrize(
    ("changes", "of_ad_set", "words"),
    [
        ({"daily_budget": "50"}, {}, "cannot have one of its own"),
        ({}, {"daily_budget": None}, "neither the campaign nor its ad set"),
        ({}, {"lifetime_budget": "50"}, "not both"),
        ({"bid_strategy": "COST_CAP"}, {}, "belongs to each ad set"),
        ({}, {"bid_strategy": "COST_CAP"}, "bid_amount: a capped"),
        ({}, {"bid_amount": "1"}, "bid_amount: a capped"),
        ({}, {"bid_strategy": "LOWEST_COST_WITH_MIN_ROAS"}, "roas_floor"),
        ({}, {"daily_budget": None, "lifetime_budget": "50"}, "end_time: a lifetime budget"),
        ({}, {"targeting": {}}, "geo_locations"),
        ({}, {"end_time": "2026-12-01T00:00:00"}, "offset"),
        ({"special_ad_categories": ["HOUSING"]}, {}, "advantage_audience"),
        ({"special_ad_categories": ["CREDIT"]}, {}, "special_ad_categories"),
        ({"objective": "CONVERSIONS"}, {}, "objective"),
        ({"surprise": 1}, {}, "surprise"),
        ({}, {"ads": []}, "ads"),
    ],
)
def test_faults_are_named_before_anything_is_proposed(
    changes: dict[str, Any], of_ad_set: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        CAMPAIGN.Parameters.model_validate({**DOCUMENT, "ad_sets": [{**AD_SET, **of_ad_set}], **changes})


def test_a_creation_is_called_by_the_name_of_what_it_makes() -> None:
    steps = [step.as_json() for step in plan(DOCUMENT).steps]
    action = Action(
        kind="create_campaign", entity_name="Shop", parameters=DOCUMENT, currency="EUR", field=STEPS, steps=steps
    )
    headline = CAMPAIGN.headline(action)
    assert (headline.verb, headline.name) == ("Create campaign", "Winter")
    assert headline.change == "+20.00 EUR a day in all, 8 steps"


def _content(**changes: Any) -> dict[str, Any]:
    made = CREATIVE.plan(ACCOUNT, {**PICTURE, **changes}, WrittenWorld())
    assert isinstance(made, Plan)
    assert [(step.op, step.level) for step in made.steps] == [("create", "creative")]
    return dict(made.steps[0].params)


def test_a_picture_with_its_texts_becomes_a_story_of_the_page() -> None:
    assert _content(call_to_action="SHOP_NOW") == {
        "object_story_spec": {
            "page_id": "9",
            "link_data": {
                "link": "https://shop.example/",
                "message": "New",
                "image_hash": "abc123",
                "call_to_action": {"type": "SHOP_NOW", "value": {"link": "https://shop.example/"}},
            },
        }
    }


def test_a_video_leads_to_its_link_by_a_call_to_action() -> None:
    story = _content(video_id="77", call_to_action="LEARN_MORE")["object_story_spec"]
    assert story["video_data"]["video_id"] == "77"
    assert "link_data" not in story


def test_a_post_is_used_as_it_is() -> None:
    made = CREATIVE.plan(ACCOUNT, {"name": "Post", "post": "9_12"}, WrittenWorld())
    assert isinstance(made, Plan)
    assert made.steps[0].params == {"object_story_id": "9_12"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"page_id": None}, "page_id: name the page"),
        ({"image_hash": None}, "image_hash: give an image or a video"),
        ({"link": None}, "link: say where"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"video_id": "77"}, "call_to_action: a video"),
        ({"video_id": "77", "image_hash": None, "call_to_action": "LEARN_MORE"}, "picture that stands before"),
        ({"post": "9_12"}, "its own picture"),
    ],
)
def test_an_incomplete_creative_is_refused_by_name(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        CREATIVE.Parameters.model_validate({**PICTURE, **changes})
