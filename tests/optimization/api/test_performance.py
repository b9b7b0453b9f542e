"""Figures over the API: sums of the readings, unknown as null, nobody else's objects."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from metaads.clock import business_now
from metaads.models import AdAccount, AdSet
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, AdFactory, AdSetFactory, CampaignFactory, CreativeFactory
from tests.optimization.api.conftest import calling

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def clock(time_machine_at_noon: None) -> None:
    """It is noon of the 20th."""


@pytest.fixture
def time_machine_at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


@pytest.fixture
def ad_set(euro: AdAccount) -> AdSet:
    """An ad set and its campaign, read for ten days: 10, 20 ... 100 spent, twice that earned, one purchase a day."""
    held: AdSet = AdSetFactory.create(campaign__account=euro)
    for ago in range(10):
        day = TODAY - timedelta(days=ago)
        row = {
            "spend": 10.0 * (ago + 1), "impressions": 1000.0, "clicks": 20.0, "reach": 900.0,
            "actions.omni_purchase": 1.0, "action_values.omni_purchase": 20.0 * (ago + 1),
        }  # fmt: skip
        for level, meta_id in (("campaign", held.campaign.meta_id), ("adset", held.meta_id)):
            reading(euro, level, day, NOON - timedelta(days=max(ago - 1, 0)), {meta_id: row})
    return held


def test_a_trend_is_the_readings_day_by_day(api: APIClient, ad_set: AdSet) -> None:
    body = api.get(f"/api/intelligence/performance/adset/{ad_set.meta_id}/trend?days=3").json()
    assert [(p["day"], p["complete"], p["values"]["spend"]) for p in body["points"]] == [
        ("2026-11-17", True, 40.0), ("2026-11-18", True, 30.0), ("2026-11-19", True, 20.0), ("2026-11-20", False, 10.0),
    ]  # fmt: skip
    assert (body["totals"]["spend"], body["totals"]["roas"], body["currency"]) == (90.0, 2.0, "EUR")


def test_a_day_that_was_never_read_is_null(api: APIClient, ad_set: AdSet) -> None:
    body = api.get(f"/api/intelligence/performance/adset/{ad_set.meta_id}/trend?days=14").json()
    assert body["points"][0]["values"]["spend"] is None
    assert body["totals"]["spend"] is None


def test_two_periods_are_compared(api: APIClient, ad_set: AdSet) -> None:
    url = f"/api/intelligence/performance/campaign/{ad_set.campaign.meta_id}/compare"
    body = api.get(url, {"since": "2026-11-18", "until": "2026-11-19", "metrics": "spend,roas"}).json()
    assert body["before"] == {"since": "2026-11-16", "until": "2026-11-17"}
    assert body["changes"][0] == {
        "metric": "spend", "before": 90.0, "after": 50.0, "difference": -40.0,
        "percent": pytest.approx(-44.444, abs=0.001),
    }  # fmt: skip


def test_totals_of_a_window(api: APIClient, ad_set: AdSet, euro: AdAccount) -> None:
    of_set = api.get(f"/api/metrics/adset/{ad_set.meta_id}?window=7d").json()["values"]
    whole = api.get(f"/api/metrics/account/act_{euro.meta_id}?window=7d").json()["values"]
    assert (of_set["spend"], of_set["cpa"], of_set["ctr"]) == (350.0, 50.0, 2.0)
    assert (whole["spend"], whole["reach"]) == (350.0, None)


def test_uploaded_sales_count_where_asked(manager: User, ad_set: AdSet, euro: AdAccount) -> None:
    client = calling(manager)
    event = {"event_id": "o-1", "time": "2026-11-19T10:00:00+00:00", "value": "350.00", "currency": "EUR",
             "adset_id": ad_set.meta_id}  # fmt: skip
    body = {"account": euro.meta_id, "events": [event, {**event, "event_id": "o-2", "currency": "USD"}]}
    answer = client.post("/api/offline-conversions", body, format="json").json()
    assert (answer["accepted"], [note["line"] for note in answer["refused"]]) == (1, [2])
    again = client.post("/api/offline-conversions", body, format="json").json()
    assert (again["accepted"], len(again["duplicates"])) == (0, 1)
    url = f"/api/metrics/adset/{ad_set.meta_id}"
    assert client.get(url).json()["values"]["roas"] == 2.0
    assert client.get(url, {"include_offline": "true"}).json()["values"]["roas"] == 3.0
    listed = client.get("/api/offline-conversions").json()["results"]
    assert [(row["event_id"], row["value"]) for row in listed] == [("o-1", "350.0000")]


def test_a_viewer_uploads_nothing(api: APIClient, euro: AdAccount) -> None:
    event = {"event_id": "o-1", "time": "2026-11-19T10:00:00+00:00", "value": "1", "currency": "EUR"}
    answer = api.post("/api/offline-conversions", {"account": euro.meta_id, "events": [event]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_blended_roas_is_summed_value_over_summed_spend(api: APIClient, ad_set: AdSet, euro: AdAccount) -> None:
    other = CampaignFactory.create(account=euro, created_time=NOON - timedelta(days=90))
    asked = {"accounts": [euro.meta_id], "campaign_ids": [ad_set.campaign.meta_id], "window": "7d"}
    body = api.post("/api/metrics/blended-roas", asked, format="json").json()
    assert (body["spend"], body["value"], body["roas"], body["lacking"]) == (350.0, 700.0, 2.0, [])
    unknown = api.post("/api/metrics/blended-roas", {**asked, "campaign_ids": ["404"]}, format="json").json()
    assert (unknown["roas"], [lack["campaign_id"] for lack in unknown["lacking"]]) == (None, ["404"])
    assert other.meta_id not in {lack["campaign_id"] for lack in unknown["lacking"]}


def test_currencies_are_not_mixed(viewer: User, euro: AdAccount) -> None:
    yen = AdAccountFactory.create(currency="JPY")
    yen.memberships.create(user=viewer, role="viewer")
    asked = {"accounts": [euro.meta_id, yen.meta_id]}
    answer = calling(viewer).post("/api/metrics/blended-roas", asked, format="json")
    assert answer.status_code == 400
    assert "EUR and JPY" in answer.json()["field_errors"]["accounts"][0]


def test_creatives_are_ranked(api: APIClient, euro: AdAccount) -> None:
    good, bad = AdFactory.create_batch(2, ad_set__campaign__account=euro)
    rows = {}
    for ad, value in ((good, 300.0), (bad, 10.0)):
        ad.creative = CreativeFactory.create(account=euro)
        ad.save()
        rows[ad.meta_id] = {"spend": 50.0, "impressions": 100.0, "actions.omni_purchase": 1.0,
                            "action_values.omni_purchase": value}  # fmt: skip
    for ago in range(1, 8):
        reading(euro, "ad", TODAY - timedelta(days=ago), NOON - timedelta(days=ago - 1), rows)
    body = api.get("/api/intelligence/creatives/top", {"account": euro.meta_id, "limit": "1"}).json()
    assert [(one["creative_id"], one["values"]["roas"]) for one in body["creatives"]] == [(good.creative.meta_id, 6.0)]


def test_the_daily_report_tells_the_day(api: APIClient, ad_set: AdSet, euro: AdAccount) -> None:
    body = api.get("/api/reports/daily", {"account": euro.meta_id}).json()
    spend = next(change for change in body["figures"] if change["metric"] == "spend")
    assert (body["day"], spend["before"], spend["after"]) == ("2026-11-19", 30.0, 20.0)
    assert [(row["campaign_id"], row["spend"], row["roas"]) for row in body["top"]] == [
        (ad_set.campaign.meta_id, 20.0, 2.0)
    ]
    assert body["bottom"] == []


def test_who_sees_one_account_need_not_name_it(api: APIClient, viewer: User, ad_set: AdSet) -> None:
    assert api.get("/api/reports/daily").json()["day"] == "2026-11-19"
    AdAccountFactory.create().memberships.create(user=viewer, role="viewer")
    answer = api.get("/api/reports/daily")
    assert (answer.status_code, list(answer.json()["field_errors"])) == (400, ["account"])


def test_a_table_is_exported_with_formulas_defused(api: APIClient, ad_set: AdSet, euro: AdAccount) -> None:
    ad_set.name = "=HYPERLINK(1)"
    ad_set.save()
    answer = api.get("/api/export/adset.csv", {"account": euro.meta_id, "metrics": "spend,roas"})
    head, row = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("id,name,effective_status")
    assert row.startswith(f"{ad_set.meta_id},'=HYPERLINK(1),ACTIVE")
    assert row.endswith("350.0,2.0")


def test_a_trend_is_exported(api: APIClient, ad_set: AdSet) -> None:
    lines = api.get(f"/api/export/trend/adset/{ad_set.meta_id}.csv?days=2").content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("day,complete,spend")
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["2026-11-18", "true", "30.0"], ["2026-11-19", "true", "20.0"], ["2026-11-20", "false", "10.0"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "/api/metrics/adset/{id}", "/api/intelligence/performance/adset/{id}/trend",
        "/api/intelligence/performance/adset/{id}/compare", "/api/export/trend/adset/{id}.csv",
        "/api/metrics/account/{account}", "/api/reports/daily?account={account}",
        "/api/intelligence/creatives/top?account={account}", "/api/export/adset.csv?account={account}",
    ],
)  # fmt: skip
def test_another_ones_object_is_not_found(path: str, stranger: User, ad_set: AdSet, euro: AdAccount) -> None:
    answer = calling(stranger).get(path.format(id=ad_set.meta_id, account=euro.meta_id))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("days=0", "days"), ("days=x", "days"), ("attribution=9d", "attribution"), ("metrics=profits", "metrics"),
        ("dayz=7", "dayz"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(query: str, field: str, api: APIClient, ad_set: AdSet) -> None:
    answer = api.get(f"/api/intelligence/performance/adset/{ad_set.meta_id}/trend?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["field_errors"]) == [field]


def test_now_is_the_accounts(api: APIClient, ad_set: AdSet, euro: AdAccount) -> None:
    euro.connection.clock_offset = timedelta(days=-1)
    euro.connection.save()
    assert business_now(euro).date() == date(2026, 11, 19)
    body = api.get(f"/api/metrics/adset/{ad_set.meta_id}?window=yesterday").json()
    assert body["values"]["spend"] == 30.0
