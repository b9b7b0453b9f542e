"""The mirror of a sandbox account, by the product's own client."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from metaads.graph.client import client_for
from metaads.graph.errors import OutcomeUnknown, RateLimited, TokenInvalid
from metaads.models import Ad, AdSet, Campaign, Connection, Creative, SwitchState
from metaads.switch import SwitchedOff
from metaads.sync.check import check_connection
from metaads.sync.structure import fetch_account, sync_structure
from tests.factories.metaads import NOW
from tests.metaads.conftest import Meta

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_impatient")]
LATER = NOW + timedelta(hours=1)


def world(meta: Meta, number: int = 0) -> Any:
    return meta.app.api.world.accounts[number]


def test_everything_that_meta_has_is_mirrored(meta: Meta) -> None:
    account, truth = meta.accounts[0], world(meta)
    result = sync_structure(account, NOW)
    assert result.campaigns.seen == Campaign.objects.count() == len(truth.campaigns)
    assert result.ad_sets.seen == AdSet.objects.count() == len(truth.ad_sets)
    assert result.ads.seen == Ad.objects.count() == len(truth.ads)
    assert (result.creatives.seen, result.vanished) == (Creative.objects.count(), 0)
    assert {ad_set.id: ad_set.daily_budget or None for ad_set in truth.ad_sets} == dict(
        AdSet.objects.values_list("meta_id", "daily_budget")
    )
    assert not Ad.objects.exclude(campaign_id__in=Campaign.objects.values("pk")).exists()
    assert all(ad.ad_set.campaign_id == ad.campaign_id for ad in Ad.objects.select_related("ad_set"))
    assert not Ad.objects.filter(creative=None).exists()


def test_learning_and_times_come_along(meta: Meta) -> None:
    sync_structure(meta.accounts[0], NOW)
    assert set(AdSet.objects.values_list("learning_status", flat=True)) & {"LEARNING", "SUCCESS", "FAIL"}
    edited = AdSet.objects.exclude(last_significant_edit_at=None)
    assert edited.exists()
    assert all(one.last_significant_edit_at <= NOW for one in edited if one.last_significant_edit_at)
    assert not AdSet.objects.filter(created_time=None).exists()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_each_account_has_its_own_currency_and_zone(meta: Meta, number: int) -> None:
    account, market = meta.accounts[number], world(meta, number).market
    fetch_account(account)
    account.refresh_from_db()
    assert (account.name, account.currency, account.timezone_name) == (market.name, market.currency, market.zone)
    assert account.account_status == 1


def test_a_zone_that_is_unknown_here_counts_as_utc_and_is_said(meta: Meta) -> None:
    account = meta.accounts[0]
    world(meta).market = replace(world(meta).market, zone="Foo/Bar")
    fetch_account(account)
    account.refresh_from_db()
    assert (account.timezone_name, account.zone) == ("Foo/Bar", ZoneInfo("UTC"))
    assert "'Foo/Bar' is unknown here" in account.last_error


def test_a_second_sync_changes_nothing_and_adds_nothing(meta: Meta) -> None:
    account = meta.accounts[0]
    sync_structure(account, NOW)
    before = list(AdSet.objects.order_by("pk").values())
    assert sync_structure(account, NOW).vanished == 0
    assert list(AdSet.objects.order_by("pk").values()) == before


def test_a_change_at_meta_arrives_and_an_archived_ad_set_goes(meta: Meta) -> None:
    account, (changed, archived, *_) = meta.accounts[0], world(meta).ad_sets
    sync_structure(account, NOW)
    changed.name, archived.status = "Renamed by a person", "ARCHIVED"
    assert sync_structure(account, LATER).vanished >= 1
    assert AdSet.objects.get(meta_id=changed.id).name == "Renamed by a person"
    assert AdSet.objects.get(meta_id=archived.id).deleted_at == LATER


def test_a_paused_parent_shows_on_its_children(meta: Meta) -> None:
    account, truth = meta.accounts[0], world(meta)
    campaign = truth.campaigns[0]
    campaign.status = "PAUSED"
    sync_structure(account, NOW)
    children = AdSet.objects.filter(campaign__meta_id=campaign.id, status="ACTIVE")
    assert set(children.values_list("effective_status", flat=True)) <= {"CAMPAIGN_PAUSED"}


def test_the_number_of_calls_grows_with_pages_only(meta: Meta) -> None:
    account = meta.accounts[0]
    before = meta.app.requests
    sync_structure(account, NOW)
    assert meta.app.requests - before == 5


def test_the_number_of_queries_is_small(meta: Meta, django_assert_max_num_queries: Any) -> None:
    sync_structure(meta.accounts[0], NOW)
    with django_assert_max_num_queries(80):  # a page is read, compared and written: five, and its savepoint here
        sync_structure(meta.accounts[0], LATER)


@pytest.mark.parametrize(
    "kind", ["html_502", "error_500", "malformed", "drop_before", "timeout_before", "empty_page", "duplicate_rows"]
)
def test_a_single_fault_is_survived(meta: Meta, kind: str) -> None:
    meta.control.fault(kind)
    assert sync_structure(meta.accounts[0], NOW).ads.seen == len(world(meta).ads)


def test_a_fault_that_stays_fails_and_declares_nobody_gone(meta: Meta) -> None:
    account = meta.accounts[0]
    sync_structure(account, NOW)
    meta.control.fault("html_502", path="adsets", count=9)
    with pytest.raises(OutcomeUnknown):
        sync_structure(account, LATER)
    assert not AdSet.objects.exclude(deleted_at=None).exists()
    account.refresh_from_db()
    assert account.structure_synced_at == NOW


def test_a_rate_limit_is_told_with_how_long(meta: Meta) -> None:
    meta.control.fault("rate_limit")
    with pytest.raises(RateLimited) as caught:
        sync_structure(meta.accounts[0], NOW)
    assert caught.value.retry_after > timedelta(0)
    with pytest.raises(RateLimited):
        client_for(meta.accounts[0]).get(meta.accounts[0].path_id)


def test_a_revoked_token_breaks_the_connection_until_a_check_mends_it(meta: Meta) -> None:
    account = meta.accounts[0]
    meta.app.api.credentials.revoked.add(account.meta_id)
    with pytest.raises(TokenInvalid):
        sync_structure(account, NOW)
    assert Connection.objects.get().state == Connection.State.BROKEN
    meta.app.api.credentials.revoked.clear()
    assert check_connection(Connection.objects.get(), NOW).ok
    assert Connection.objects.get().state == Connection.State.OK


def test_a_check_of_the_sandbox_sees_its_accounts_and_scopes(meta: Meta) -> None:
    report = check_connection(meta.connection, NOW)
    assert report.ok
    assert report.can_write
    assert {seen.meta_id for seen in report.accounts} == {account.meta_id for account in meta.accounts}
    assert {seen.currency for seen in report.accounts} == {"EUR", "JPY", "USD"}


def test_no_call_and_no_row_while_collection_is_off(meta: Meta) -> None:
    SwitchState.objects.create(name="ENABLE_INSIGHTS_COLLECTION", on=False)
    before = meta.app.requests
    with pytest.raises(SwitchedOff):
        sync_structure(meta.accounts[0], NOW)
    assert meta.app.requests == before
    assert not Campaign.objects.exists()
