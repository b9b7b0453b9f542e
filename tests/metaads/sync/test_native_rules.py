"""Meta's own rules: listed, put into words, and named where they touch what we touch."""

import json
from typing import Any

import pytest

from metaads.models import AdAccount, AdSet, NativeRule
from metaads.reader import native_rules as reader
from metaads.selectors import native_rules, native_rules_touching
from metaads.sync.native_rules import sync_governed, sync_native_rules
from metaads.sync.structure import sync_structure
from tests.factories.metaads import NOW, AdFactory, AdSetFactory, CampaignFactory
from tests.metaads.conftest import Meta
from tests.metaads.stub import Stub

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_impatient")]


def raw(*filters: dict[str, Any], kind: str = "PAUSE", **changes: Any) -> dict[str, Any]:
    return {
        "id": "77",
        "name": "Night watch",
        "status": "ENABLED",
        "evaluation_spec": {"evaluation_type": "SCHEDULE", "filters": list(filters)},
        "execution_spec": {"execution_type": kind, "execution_options": []},
        "schedule_spec": {"schedule_type": "SEMI_HOURLY"},
        "created_by": {"id": "5", "name": "Jordan"},
        "created_time": "2026-07-21T12:00:00+0000",
        **changes,
    }


def whole(level: str) -> dict[str, Any]:
    return {"field": "entity_type", "operator": "EQUAL", "value": level}


def named(*ids: str) -> dict[str, Any]:
    return {"field": "id", "operator": "IN", "value": list(ids)}


@pytest.fixture
def ad_set(account: AdAccount) -> AdSet:
    campaign = CampaignFactory.create(account=account, meta_id="1", name="Shoes | EU", objective="OUTCOME_SALES")
    made: AdSet = AdSetFactory.create(campaign=campaign, meta_id="2", name="Broad 25-45", daily_budget=10_000)
    return made


def stored(account: AdAccount, stub: Stub, *rules: dict[str, Any]) -> None:
    stub.says({"data": list(rules)})
    sync_native_rules(account, NOW)


def texts(node: Any) -> list[str]:
    return [touch.text for touch in native_rules_touching(node)]


def test_the_sandboxs_rules_are_listed_and_one_names_its_ad_set(meta: Meta) -> None:
    account = meta.accounts[0]
    sync_structure(account, NOW)
    assert sync_native_rules(account, NOW).seen == len(meta.app.api.world.accounts[0].rules)
    lines = native_rules(account)
    assert lines[0].changes
    assert any("changes the budget of one named object by 5 %" in line.does for line in lines)
    touched = [one for one in AdSet.objects.all() if native_rules_touching(one)]
    assert len(touched) == 1
    assert "also changes the budget of this ad set, once a day." in texts(touched[0])[0]


def test_a_rule_that_is_gone_at_meta_is_kept_and_listed_no_more(account: AdAccount, stub: Stub) -> None:
    stored(account, stub, raw(whole("AD")))
    stored(account, stub)
    assert NativeRule.objects.get().deleted_at == NOW
    assert native_rules(account) == []


def test_a_rule_that_names_an_object_touches_it_for_sure(account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
    stored(account, stub, raw(named("2"), kind="CHANGE_BUDGET"))
    (touch,) = native_rules_touching(ad_set)
    assert touch.sure
    assert touch.text == "Meta's rule “Night watch” also changes the budget of this ad set, every half hour."
    assert texts(AdSetFactory.create(campaign=ad_set.campaign)) == []


def test_a_rule_of_a_whole_level_may_touch_all_of_it(account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
    stored(account, stub, raw(whole("ADSET"), {"field": "spent", "operator": "GREATER_THAN", "value": 1000}))
    (touch,) = native_rules_touching(ad_set)
    assert not touch.sure
    assert native_rules_touching(ad_set.campaign) == []


def test_a_rule_on_the_campaign_is_told_on_its_children(account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
    stored(account, stub, raw(named("1")))
    ad = AdFactory.create(ad_set=ad_set)
    assert texts(ad) == ["Meta's rule “Night watch” also pauses its campaign, every half hour."]


@pytest.mark.parametrize(
    ("filters", "touches"),
    [
        ([{"field": "name", "operator": "CONTAIN", "value": ["broad"]}], True),
        ([{"field": "name", "operator": "CONTAIN", "value": ["lookalike"]}], False),
        ([{"field": "name", "operator": "NOT_CONTAIN", "value": "broad"}], False),
        ([{"field": "campaign.objective", "operator": "EQUAL", "value": "OUTCOME_SALES"}], True),
        ([{"field": "campaign.objective", "operator": "IN", "value": ["OUTCOME_LEADS"]}], False),
        ([{"field": "daily_budget", "operator": "GREATER_THAN", "value": 50_000}], False),
        ([{"field": "daily_budget", "operator": "LESS_THAN", "value": "50000"}], True),
        ([{"field": "daily_budget", "operator": "LESS_THAN", "value": "a lot"}], True),
        ([{"field": "adset.name", "operator": "EQUAL", "value": "Broad 25-45"}], True),
        ([{"field": "adlabel_ids", "operator": "ANY", "value": ["1"]}], True),
        ([{"field": "cost_per_purchase_fb", "operator": "GREATER_THAN", "value": 1}], True),
    ],
)
def test_what_the_mirror_knows_leaves_objects_out(
    account: AdAccount, stub: Stub, ad_set: AdSet, filters: list[dict[str, Any]], touches: bool
) -> None:
    stored(account, stub, raw(whole("ADSET"), *filters))
    assert bool(native_rules_touching(ad_set)) is touches


@pytest.mark.parametrize(
    "changes",
    [{"status": "DISABLED"}, {"execution_spec": {"execution_type": "NOTIFICATION"}}, {"execution_spec": None}],
)
def test_a_rule_that_changes_nothing_warns_of_nothing(
    account: AdAccount, stub: Stub, ad_set: AdSet, changes: dict[str, Any]
) -> None:
    stored(account, stub, raw(named("2"), **changes))
    assert native_rules_touching(ad_set) == []
    assert not native_rules(account)[0].changes


def test_amounts_are_in_the_accounts_money(account: AdAccount, stub: Stub) -> None:
    spec = {"amount": 1500, "unit": "ACCOUNT_CURRENCY"}
    options = [{"field": "change_spec", "value": spec, "operator": "EQUAL"}]
    execution = {"execution_type": "CHANGE_BUDGET", "execution_options": options}
    stored(account, stub, raw(whole("ADSET"), execution_spec=execution))
    assert native_rules(account)[0].does == "changes the budget of ad sets by 15.00 EUR"


class TestGoverned:
    """Meta itself is asked which objects its rules of a whole level govern: one batch, at most fifty objects."""

    def test_metas_word_makes_it_sure(self, account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
        stored(account, stub, raw(whole("ADSET")))
        stub.says([{"code": 200, "body": json.dumps({"data": [{"id": "77"}]})}])
        assert sync_governed(account, NOW) == "1 objects asked about"
        assert "2/adrules_governed" in stub.calls[-1].form["batch"]
        assert [touch.sure for touch in native_rules_touching(ad_set)] == [True]

    def test_what_was_not_answered_stays_as_it_was(self, account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
        stored(account, stub, raw(whole("ADSET")))
        NativeRule.objects.update(governed_ids=["2"])
        stub.says([{"code": 400, "body": json.dumps({"error": {"code": 100}})}])
        sync_governed(account, NOW)
        assert NativeRule.objects.get().governed_ids == ["2"]

    def test_an_object_that_is_governed_no_more_goes(self, account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
        stored(account, stub, raw(whole("ADSET")))
        NativeRule.objects.update(governed_ids=["2", "9"])
        stub.says([{"code": 200, "body": json.dumps({"data": []})}])
        sync_governed(account, NOW)
        assert NativeRule.objects.get().governed_ids == ["9"]

    def test_rules_that_name_their_objects_cost_no_call(self, account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
        stored(account, stub, raw(named("2")), raw(whole("AD"), id="78", kind="NOTIFICATION"))
        before = len(stub.calls)
        assert sync_governed(account, NOW) == "nothing to ask"
        assert len(stub.calls) == before

    def test_never_more_than_a_batch(self, account: AdAccount, stub: Stub) -> None:
        campaign = CampaignFactory.create(account=account)
        for _ in range(60):
            AdSetFactory.create(campaign=campaign)
        stored(account, stub, raw(whole("ADSET")), raw(whole("CAMPAIGN"), id="78"))
        stub.says([{"code": 200, "body": json.dumps({"data": []})}] * reader.BATCH)
        assert sync_governed(account, NOW) == "50 objects asked about"
