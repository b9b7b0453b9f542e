"""Lists: only what the caller may see, filtered and paged by cursor."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from metaads.models import AdAccount
from tests.factories.metaads import AdAccountFactory, AdFactory, AdSetFactory, CampaignFactory
from tests.optimization.api.conftest import calling


def test_accounts_are_those_of_the_caller(api: APIClient, euro: AdAccount) -> None:
    AdAccountFactory.create(name="Of somebody else")
    rows = api.get("/api/accounts").json()["results"]
    assert [(row["id"], row["currency"], row["timezone"]) for row in rows] == [(euro.meta_id, "EUR", "Europe/Berlin")]


@pytest.mark.parametrize("path", ["/api/accounts", "/api/campaigns", "/api/adsets", "/api/ads"])
def test_a_stranger_finds_nothing(path: str, stranger: User, euro: AdAccount) -> None:
    AdFactory.create(ad_set__campaign__account=euro)
    answer = calling(stranger).get(path)
    assert answer.status_code == 200
    assert answer.json()["results"] == []


def test_a_page_leads_to_the_next_until_all_were_seen_once(api: APIClient, euro: AdAccount) -> None:
    campaigns = CampaignFactory.create_batch(5, account=euro)
    seen: list[str] = []
    url = "/api/campaigns?limit=2"
    while url:
        body = api.get(url).json()
        seen += [row["id"] for row in body["results"]]
        url = body["next"]
    assert seen == [campaign.meta_id for campaign in campaigns]


def test_ads_are_found_by_campaign_and_ad_set(api: APIClient, euro: AdAccount) -> None:
    wanted = AdFactory.create(ad_set__campaign__account=euro)
    AdFactory.create(ad_set__campaign__account=euro)
    by_campaign = api.get("/api/ads", {"campaign": wanted.campaign.meta_id}).json()["results"]
    by_ad_set = api.get("/api/ads", {"ad_set": wanted.ad_set.meta_id}).json()["results"]
    assert [row["id"] for row in by_campaign] == [row["id"] for row in by_ad_set] == [wanted.meta_id]


def test_budgets_are_minor_units_and_absent_ones_null(api: APIClient, euro: AdAccount) -> None:
    AdSetFactory.create(campaign__account=euro, daily_budget=10_000)
    ad_set = api.get("/api/adsets").json()["results"][0]
    campaign = api.get("/api/campaigns").json()["results"][0]
    assert (ad_set["daily_budget"], campaign["daily_budget"]) == (10_000, None)


def test_a_list_costs_the_same_number_of_queries_however_long(
    api: APIClient, euro: AdAccount, django_assert_max_num_queries: object
) -> None:
    AdFactory.create_batch(12, ad_set__campaign__account=euro)
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        assert len(api.get("/api/ads").json()["results"]) == 12
