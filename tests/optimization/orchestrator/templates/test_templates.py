"""The shipped goals: each is a whole template that Meta's rules and the account's assets can be put into."""

import pytest

from metaads.sandbox.graph.choices import BILLING_EVENTS, DESTINATIONS, GOALS_OF, PROMOTED
from optimization.kinds.create_campaign import CreateCampaignParameters
from optimization.models import Goal, GoalCreative, OrchestratorSettings
from optimization.orchestrator import document
from optimization.orchestrator.document import Group
from optimization.orchestrator.templates import ALL, BY_KEY, GoalTemplate, Shipped

SIGNALS = {
    "streams": "smartlinkclicked",
    "presave": "presavecomplete",
    "virality": "thruplay",
    "followers": "profile_view",
    "build_audience": "lead",
    "fan_segmentation": "onclicklink",
    "sales": "purchase",
    "leads": "lead",
    "traffic": "link_click",
    "app_installs": "mobile_app_install",
}
ROW = OrchestratorSettings(
    pixel_id="1", page_id="2", application_id="3", object_store_url="https://apps.example/3", countries=["US"]
)


def test_all_ten_are_shipped_with_their_signals() -> None:
    assert {one.key: one.signal for one in ALL} == SIGNALS
    assert len(BY_KEY) == len(ALL)


@pytest.mark.parametrize("shipped", ALL, ids=lambda one: one.key)
def test_a_template_is_one_that_meta_takes(shipped: Shipped) -> None:
    """By the tables that the sandbox refuses by (reference 6.4)."""
    template = GoalTemplate.model_validate(shipped.template)
    assert template.optimization_goal in GOALS_OF[template.objective]
    assert template.billing_event in BILLING_EVENTS
    assert template.destination_type in (None, *DESTINATIONS)
    needed = PROMOTED.get(template.optimization_goal)
    assert not needed or any(keys <= (template.promoted_object or {}).keys() for keys in needed)


@pytest.mark.parametrize("shipped", ALL, ids=lambda one: one.key)
def test_its_document_is_sound_and_has_the_accounts_assets(shipped: Shipped) -> None:
    goal = Goal(key=shipped.key, name=shipped.name, signal=shipped.signal, template=shipped.template)
    template = document.template_of(goal)
    assert document.missing_assets(template, ROW) == []
    film = GoalCreative(name="Film", creative_id="9")
    group = Group("a/1", template.audiences[0], (film,))
    made = document.campaign(goal, template, ROW, [(group, "5.00")])
    checked = CreateCampaignParameters.model_validate(made)
    assert checked.name == f"{shipped.name} | Learning"
    assert checked.ad_sets[0].targeting["geo_locations"] == {"countries": ["US"]}
    assert not any("{" in str(value) for value in (checked.ad_sets[0].promoted_object or {}).values())


def test_what_the_settings_lack_is_named() -> None:
    empty = OrchestratorSettings()
    assert document.missing_assets(GoalTemplate.model_validate(BY_KEY["sales"].template), empty) == [
        "pixel_id",
        "countries",
    ]
