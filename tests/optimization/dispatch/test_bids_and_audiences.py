"""Bids, strategies and audiences end to end: proposed, approved, written at Meta once, learnt anew, undone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from metaads.models import AdAccount, AdSet, Campaign, OutsideChange
from metaads.sandbox.world import learning
from metaads.sync.structure import sync_structure
from optimization.dispatch import run_action
from optimization.entities import load_one
from optimization.kinds import KINDS, FieldChange, describe
from optimization.models import Action, Source, Status
from optimization.queue import services
from optimization.queue.drafts import Draft
from optimization.queue.propose import propose
from tests.optimization.conftest import NOW, Meta

Member = Callable[..., User]


def node_of(meta: Meta, meta_id: str) -> Any:
    account = meta.app.api.world.accounts[0]
    nodes: list[Any] = [*account.campaigns, *account.ad_sets]
    return next(one for one in nodes if one.id == meta_id)


def proposed(account: AdAccount, level: str, meta_id: str, kind: str, **parameters: Any) -> Action:
    """What a person wants of this kind, through the rails into the queue."""
    found = load_one(account, level, meta_id, "bid")
    assert found is not None
    checked = KINDS[kind].Parameters(**parameters).model_dump(mode="json", exclude_none=True)
    change = KINDS[kind].change(found, checked, account.currency)
    assert isinstance(change, FieldChange), change
    draft = Draft(
        source=Source.PERSON,
        entity=change.entity,
        kind=kind,
        parameters=checked,
        field=change.field,
        before=change.before,
        wanted=change.wanted,
        reason_code="test",
        reason="A test wants it.",
        priority=50,
        trace={},
        metrics={},
        data_read_at=NOW,
        at_stake=7_000,
    )
    made = propose(account, [draft], [], NOW, None)
    assert len(made.created) == 1, made
    return Action.objects.get(public_id=next(iter(made.created)))


def carried_out(action: Action, user: User) -> Action:
    services.approve(action.pk, user, NOW)
    assert run_action(action.pk, NOW) is Status.EXECUTED, Action.objects.get(pk=action.pk).outcome_note
    return Action.objects.get(pk=action.pk)


def undone(action: Action, user: User) -> Action:
    undo = services.undo(action.pk, user, NOW)
    assert run_action(undo.pk, NOW) is Status.EXECUTED, Action.objects.get(pk=undo.pk).outcome_note
    action.refresh_from_db()
    assert action.status == Status.REVERTED
    return undo


def learns(meta: Meta, ad_set: AdSet) -> bool:
    account = meta.app.api.world.accounts[0]
    return bool(account.live.learning[node_of(meta, ad_set.meta_id).index] == learning.LEARNING)


@pytest.fixture
def capped(meta: Meta, ad_set: AdSet) -> AdSet:
    """An ad set with a cost cap of 12.00 that has left learning."""
    node = node_of(meta, ad_set.meta_id)
    node.bid_strategy, node.bid_amount = "COST_CAP", 1_200
    live = meta.app.api.world.accounts[0].live
    live.learning[node.index], live.since[node.index] = learning.SUCCESS, 0
    sync_structure(meta.account, NOW)
    OutsideChange.objects.all().delete()
    ad_set.refresh_from_db()
    return ad_set


def test_a_bid_is_sent_with_its_strategy_learning_begins_anew_and_the_undo_restores_it(
    meta: Meta, capped: AdSet, member: Member
) -> None:
    user, node = member(meta.account), node_of(meta, capped.meta_id)
    action = carried_out(proposed(meta.account, "adset", capped.meta_id, "adjust_bid", percent=-25), user)
    assert (node.bid_strategy, node.bid_amount) == ("COST_CAP", 900)
    assert learns(meta, capped)
    assert action.amount_pct == -25
    [post] = meta.posts(capped.meta_id)
    assert {"bid_strategy", "bid_amount"} <= set(str(post).replace("'", " ").split())
    undo = undone(action, user)
    assert (node.bid_strategy, node.bid_amount) == ("COST_CAP", 1_200)
    assert (describe(undo).verb, describe(undo).change) == ("Raise bid", "cost cap 9.00 EUR → 12.00 EUR, +33 %")
    sync_structure(meta.account, NOW)
    ours = {"bid_amount", "bid_strategy", "bid_constraints"}
    assert not OutsideChange.objects.filter(entity_id=capped.meta_id, field__in=ours, ours=False).exists()


def test_another_strategy_drops_the_amount_and_its_undo_brings_both_back(
    meta: Meta, capped: AdSet, member: Member
) -> None:
    user, node = member(meta.account), node_of(meta, capped.meta_id)
    wanted = {"strategy": "automatic"}
    action = carried_out(proposed(meta.account, "adset", capped.meta_id, "set_bid_strategy", **wanted), user)
    assert (node.bid_strategy, node.bid_amount) == ("LOWEST_COST_WITHOUT_CAP", None)
    assert AdSet.objects.get(pk=capped.pk).bid_amount is None
    undone(action, user)
    assert (node.bid_strategy, node.bid_amount) == ("COST_CAP", 1_200)


def test_a_roas_floor_stands_at_meta_as_a_whole_number(meta: Meta, capped: AdSet, member: Member) -> None:
    user, node = member(meta.account), node_of(meta, capped.meta_id)
    floor = proposed(meta.account, "adset", capped.meta_id, "set_bid_strategy", strategy="roas_floor", roas="1.5")
    carried_out(floor, user)
    assert (node.bid_strategy, node.bid_constraints) == ("LOWEST_COST_WITH_MIN_ROAS", {"roas_average_floor": 15_000})
    higher = carried_out(proposed(meta.account, "adset", capped.meta_id, "adjust_bid", percent=10), user)
    assert node.bid_constraints == {"roas_average_floor": 16_500}
    undone(higher, user)
    assert node.bid_constraints == {"roas_average_floor": 15_000}


def test_an_audience_is_changed_only_in_what_was_asked_and_restored_whole(
    meta: Meta, capped: AdSet, member: Member
) -> None:
    user, node = member(meta.account), node_of(meta, capped.meta_id)
    node.targeting = {**node.targeting, "publisher_platforms": ["facebook"], "age_min": 18, "age_max": 65}
    sync_structure(meta.account, NOW)
    before = dict(node.targeting)
    asked = {"age_min": 25, "age_max": 54, "exclude": ["901"]}
    action = carried_out(proposed(meta.account, "adset", capped.meta_id, "adjust_audience", **asked), user)
    changed = {"age_min": 25, "age_max": 54, "excluded_custom_audiences": [{"id": "901"}]}
    assert node.targeting == {**before, **changed}
    assert learns(meta, capped)
    assert describe(action).change == "Age 18–65+ → 25–54; excludes 1 audience more"
    undone(action, user)
    assert node.targeting == before


def test_an_audience_is_restored_though_meta_added_to_it(meta: Meta, capped: AdSet, member: Member) -> None:
    user, node = member(meta.account), node_of(meta, capped.meta_id)
    node.targeting = {**node.targeting, "age_min": 18, "age_max": 65, "geo_locations": {"countries": ["DE", "AT"]}}
    sync_structure(meta.account, NOW)
    asked = {"age_min": 25, "age_max": 54, "exclude": ["901"]}
    action = carried_out(proposed(meta.account, "adset", capped.meta_id, "adjust_audience", **asked), user)
    node.targeting = {
        **node.targeting,
        "geo_locations": {"countries": ["AT", "DE"], "location_types": ["home", "recent"]},
        "excluded_custom_audiences": [{"id": "901", "name": "Buyers"}],
    }
    sync_structure(meta.account, NOW)
    undone(action, user)
    assert (node.targeting["age_min"], node.targeting["age_max"]) == (18, 65)
    assert not node.targeting.get("excluded_custom_audiences")


def test_a_campaign_with_the_budget_goes_over_to_a_cap_with_all_its_ad_sets_in_one_request(
    meta: Meta, member: Member
) -> None:
    campaign = Campaign.objects.filter(account=meta.account, daily_budget__gt=0, status="ACTIVE").first()
    assert campaign is not None
    user, node = member(meta.account), node_of(meta, campaign.meta_id)
    ids = [one.meta_id for one in AdSet.objects.filter(campaign=campaign, deleted_at=None)]
    wanted = {"strategy": "cost_cap", "amount": 12}
    action = carried_out(proposed(meta.account, "campaign", campaign.meta_id, "set_bid_strategy", **wanted), user)
    assert node.bid_strategy == "COST_CAP"
    assert {node_of(meta, one).bid_amount for one in ids} == {1_200}
    sync_structure(meta.account, NOW)
    assert not OutsideChange.objects.filter(entity_id__in=ids, field="bid_amount", ours=False).exists()
    undone(action, user)
    assert node.bid_strategy == "LOWEST_COST_WITHOUT_CAP"
    assert {node_of(meta, one).bid_amount for one in ids} == {None}


def test_a_bid_that_somebody_else_changed_is_drift_and_nothing_is_sent(
    meta: Meta, capped: AdSet, member: Member
) -> None:
    user = member(meta.account)
    action = proposed(meta.account, "adset", capped.meta_id, "adjust_bid", percent=-25)
    services.approve(action.pk, user, NOW)
    node_of(meta, capped.meta_id).bid_amount = 1_300
    assert run_action(action.pk, NOW) is Status.FAILED
    assert not meta.posts(capped.meta_id)
    seen = OutsideChange.objects.get(entity_id=capped.meta_id, field="bid_amount")
    assert (seen.before, seen.after, seen.ours) == (1_200, 1_300, False)
