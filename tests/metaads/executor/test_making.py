"""Copies and creations against the sandbox: what is asked, what carries the marker, how a repeat finds it."""

import dataclasses
from typing import Any

import pytest

from metaads import executor
from metaads.executor import Change, Finding
from metaads.executor.change import Op
from metaads.graph.errors import OutcomeUnknown, Permanent
from metaads.models import AdAccount, AdSet
from metaads.sandbox.world.nodes import Ad as TrueAd
from metaads.sync.structure import sync_structure
from tests.factories.metaads import NOW
from tests.metaads.conftest import Meta

MARKER = " [ci 0123456789ab-1]"


def free() -> None:
    """Nothing stands in the way of the write."""


@pytest.fixture
def account(meta: Meta) -> AdAccount:
    account = meta.accounts[0]
    sync_structure(account, NOW)
    return account


@pytest.fixture
def source(account: AdAccount) -> AdSet:
    return AdSet.objects.filter(account=account, daily_budget__gt=0, status="ACTIVE").order_by("pk")[0]


def copying(source: AdSet, **params: Any) -> Change:
    return Change(
        source.account, "adset", source.meta_id, "", None, None,
        op=Op.COPY, name=f"{source.name} (copy)", marker=MARKER, params=params,
    )  # fmt: skip


def creating(source: AdSet, level: str, parent: str, **params: Any) -> Change:
    return Change(
        source.account, level, parent, "", None, None, op=Op.CREATE, name="Fresh", marker=MARKER, params=params
    )


def campaign_of(source: AdSet) -> Change:
    params = {"objective": "OUTCOME_SALES", "special_ad_categories": [], "daily_budget": 5000}
    return creating(source, "campaign", "", **params)


def test_a_copy_is_made_paused_and_found_by_its_marker(meta: Meta, source: AdSet) -> None:
    change = copying(source)
    assert executor.compare(change, executor.read(change)) is Finding.UNCHANGED

    sent = executor.send(change, free)
    live = executor.read(change, sent.made_id)

    assert (live.value, live.status) == (sent.made_id, "PAUSED")
    assert live.name == f"{source.name} (copy){MARKER}"
    assert executor.read(change).value == sent.made_id


@pytest.mark.parametrize("status", ["DELETED", "ARCHIVED"])
def test_what_was_made_and_then_removed_is_still_found(meta: Meta, source: AdSet, status: str) -> None:
    """Else a repeat would make it a second time."""
    change = copying(source)
    made = executor.send(change, free).made_id
    _node(meta, made).status = status
    assert executor.read(change).value == made


def test_an_answer_that_never_came_does_not_hide_what_was_made(meta: Meta, source: AdSet) -> None:
    meta.control.fault("timeout_after", method="POST", path="copies")
    change = copying(source)
    with pytest.raises(OutcomeUnknown):
        executor.send(change, free)
    live = executor.read(change)
    assert executor.compare(change, live) is Finding.THERE
    assert MARKER in live.name


def test_an_id_that_was_answered_without_effect_counts_for_nothing(meta: Meta, source: AdSet) -> None:
    meta.control.fault("no_effect", method="POST", path="copies")
    change = copying(source)
    sent = executor.send(change, free)
    assert sent.made_id
    assert executor.read(change, sent.made_id).value is None


def test_an_answered_id_that_is_somebody_elses_object_is_not_taken_for_ours(meta: Meta, source: AdSet) -> None:
    """An answer without effect named an id that the next creation then got."""
    change = copying(source)
    other = executor.send(dataclasses.replace(change, marker=" [ci ba9876543210-1]"), free).made_id
    assert executor.compare(change, executor.read(change, other)) is Finding.UNCHANGED


def test_somebodys_copy_of_our_copy_is_not_taken_for_it(meta: Meta, source: AdSet) -> None:
    change = copying(source)
    made = executor.send(change, free).made_id
    executor.send(Change(source.account, "adset", made, "", None, None, op=Op.COPY, marker=" - Copy"), free)
    assert executor.read(change).value == made


def test_campaign_ad_set_and_ad_are_created_below_one_another(meta: Meta, source: AdSet, account: AdAccount) -> None:
    campaign = executor.send(campaign_of(source), free).made_id
    ad_set = creating(
        source, "adset", campaign,
        optimization_goal="OFFSITE_CONVERSIONS", billing_event="IMPRESSIONS",
        targeting={"geo_locations": {"countries": ["DE"]}}, promoted_object=source.promoted_object,
        dsa_payor="Us", dsa_beneficiary="Us",
    )  # fmt: skip
    made = executor.send(ad_set, free).made_id
    creative = next(ad for ad in meta.app.api.world.accounts[0].ads).creative
    ad = executor.send(creating(source, "ad", made, creative={"creative_id": creative}), free).made_id

    assert executor.read(ad_set).raw["name"] == f"Fresh{MARKER}"
    assert (_node(meta, made).status, _node(meta, ad).status) == ("PAUSED", "PAUSED")
    found = _node(meta, ad)
    assert isinstance(found, TrueAd)
    assert meta.app.api.world.accounts[0].ad_sets[found.ad_set].id == made


def test_a_creation_can_be_tried_without_effect_and_a_copy_cannot(meta: Meta, source: AdSet) -> None:
    before = len(meta.app.api.world.accounts[0].campaigns)
    assert executor.validate(campaign_of(source)) is True
    assert executor.validate(copying(source)) is False
    with pytest.raises(Permanent):
        executor.validate(creating(source, "campaign", "", objective="NONSENSE", special_ad_categories=[]))
    assert len(meta.app.api.world.accounts[0].campaigns) == before
    assert meta.control.writes() == []


def test_a_change_can_be_tried_without_effect(meta: Meta, source: AdSet) -> None:
    budget = source.daily_budget
    executor.validate(Change(source.account, "adset", source.meta_id, "daily_budget", budget, 3000))
    with pytest.raises(Permanent):
        executor.validate(Change(source.account, "adset", source.meta_id, "daily_budget", budget, 1))
    assert _node(meta, source.meta_id).daily_budget == budget


def _node(meta: Meta, meta_id: str) -> Any:
    return meta.app.api.world.found[meta_id][1]
