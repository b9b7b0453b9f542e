"""Meta's own SDK, unmodified, against the sandbox: in this process, and over HTTP on loopback."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.adspixel import AdsPixel
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession
from werkzeug.serving import make_server

from metaads.sandbox.graph import known, pixels
from metaads.sandbox.graph.metrics import FIELDS as METRICS
from metaads.sandbox.graph.nodes import account, ad, ad_set, campaign, creative
from metaads.sandbox.server import Sandbox
from metaads.sandbox.world.nodes import AdSet as WorldAdSet
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import HOST
from tests.sandbox_adapter import Controls, WsgiAdapter


def connected(box: Sandbox, base: str, bearer: bool = True) -> FacebookAdsApi:
    """The recipe of the reference (11.1): host on the instance, token in the header, proof as a parameter."""
    who = box.api.credentials
    session = FacebookSession(who.app_id, who.app_secret, who.token, timeout=(3.05, 10))
    session.GRAPH = base
    if bearer:
        session.requests.params.pop("access_token")
        session.requests.headers["Authorization"] = f"Bearer {who.token}"
    session.requests.trust_env = False
    session.requests.mount(HOST, WsgiAdapter(box))
    return FacebookAdsApi(session, api_version="v26.0")


@pytest.fixture(params=["in process", "over http", "token in the address"])
def sdk(request: pytest.FixtureRequest, box: Sandbox) -> Iterator[FacebookAdsApi]:
    if request.param != "over http":
        yield connected(box, HOST, bearer=request.param == "in process")
        return
    server = make_server("127.0.0.1", 0, box, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    api = connected(box, f"http://127.0.0.1:{server.port}")
    yield api
    api._session.requests.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_sdk_reads_structure_through_all_pages(sdk: FacebookAdsApi, world: World, act: str) -> None:
    me = User("me", api=sdk)
    assert [a["currency"] for a in me.get_ad_accounts(fields=["currency"])] == ["EUR", "JPY", "USD"]
    home = AdAccount(act, api=sdk)
    assert home.api_get(fields=["name", "timezone_name"])["timezone_name"] == "Europe/Berlin"
    here = world.accounts[0]
    assert len(list(home.get_campaigns(fields=["name"], params={"limit": 3}))) == len(here.campaigns)
    assert len(list(home.get_ad_sets(fields=["learning_stage_info"], params={"limit": 4}))) == len(here.ad_sets)
    assert len(list(home.get_ads(fields=["creative", "adset_id"], params={"limit": 7}))) == len(here.ads)
    assert len(list(home.get_ad_creatives(fields=["title"], params={"limit": 10}))) == len(here.creatives)
    assert next(iter(home.get_ads_pixels(fields=["name"])))["id"] == here.pixel


def test_the_sdk_reads_insights_directly_and_as_a_report(sdk: FacebookAdsApi, act: str) -> None:
    wish: dict[str, Any] = {"level": "ad", "date_preset": "last_7d", "time_increment": 1, "limit": 20}
    fields = ["ad_id", "impressions", "spend", "actions"]
    direct = [dict(row) for row in AdAccount(act, api=sdk).get_insights(fields=fields, params=wish)]
    run: AdReportRun = AdAccount(act, api=sdk).get_insights(fields=fields, params=dict(wish), is_async=True)
    for _ in range(5):
        run = run.api_get(fields=["async_status", "async_percent_completion"])
        if run["async_status"] == "Job Completed" and run["async_percent_completion"] == 100:
            break
    late = [dict(row) for row in run.get_insights(params={"limit": 50})]
    assert len(direct) > 100
    assert late == direct


def test_the_sdk_pauses_and_sets_a_budget_exactly_once(
    sdk: FacebookAdsApi, own_budget: WorldAdSet, controls: Controls
) -> None:
    mine = AdSet(own_budget.id, api=sdk)
    mine.api_update(params={"status": "PAUSED"})
    mine.api_update(params={"daily_budget": 4200})
    after = mine.api_get(fields=["status", "daily_budget", "effective_status"])
    assert (after["status"], after["daily_budget"]) == ("PAUSED", "4200")
    assert [w["after"] for w in controls.writes()] == [{"status": "PAUSED"}, {"daily_budget": 4200}]


def test_the_sdk_sees_meta_s_error_with_its_numbers(sdk: FacebookAdsApi, own_budget: WorldAdSet) -> None:
    with pytest.raises(FacebookRequestError) as caught:
        AdSet(own_budget.id, api=sdk).api_update(params={"daily_budget": 5})
    error = caught.value
    assert (error.api_error_code(), error.api_error_subcode()) == (100, 1885272)
    assert error.api_blame_field_specs() == [["daily_budget"]]
    assert "X-App-Usage" in error.http_headers()


def test_the_sdk_batches(sdk: FacebookAdsApi, own_budget: WorldAdSet) -> None:
    good: list[str] = []
    batch = sdk.new_batch()
    for name in ("status", "name"):
        AdSet(own_budget.id, api=sdk).api_get(fields=[name], batch=batch, success=lambda r: good.append(r.json()["id"]))
    assert batch.execute() is None
    assert good == [own_budget.id] * 2


@pytest.mark.parametrize(
    ("ours", "kind"),
    [
        (known.AD_ACCOUNT | set(account.FIELDS), AdAccount),
        ((known.CAMPAIGN | set(campaign.FIELDS)) - {"advantage_state_info"}, Campaign),
        (known.AD_SET | set(ad_set.FIELDS), AdSet),
        (known.AD | set(ad.FIELDS), Ad),
        (known.CREATIVE | set(creative.FIELDS), AdCreative),
        (known.PIXEL | set(pixels.PIXEL_FIELDS), AdsPixel),
        (known.INSIGHTS | set(METRICS), AdsInsights),
    ],
)
def test_every_field_name_is_one_of_meta_s(ours: set[str], kind: Any) -> None:
    theirs = set(kind._field_types) | {v for k, v in vars(kind.Field).items() if not k.startswith("_")}
    assert ours <= theirs


def _shape_fits(value: object, declared: str) -> bool:
    """Whether a JSON value has the type that the SDK declares for the field."""
    if declared.startswith("list<"):
        return isinstance(value, list)
    plain: dict[str, Any] = {
        "string": str,
        "datetime": str,
        "bool": bool,
        "int": int,
        "unsigned int": int,
        "float": (int, float),
    }
    return isinstance(value, plain.get(declared, (str, dict)))


@pytest.mark.parametrize(
    ("edge", "fields", "kind"),
    [
        ("", account.FIELDS, AdAccount),
        ("/campaigns", campaign.FIELDS, Campaign),
        ("/adsets", ad_set.FIELDS, AdSet),
        ("/ads", ad.FIELDS, Ad),
        ("/adcreatives", creative.FIELDS, AdCreative),
        ("/adspixels", pixels.PIXEL_FIELDS, AdsPixel),
        ("/insights", METRICS, AdsInsights),
    ],
)
def test_every_value_has_the_type_that_the_sdk_declares(
    box: Sandbox, act: str, edge: str, fields: dict[str, Any], kind: Any
) -> None:
    api = connected(box, HOST)
    answer = api.call("GET", f"{HOST}/v26.0/{act}{edge}", params={"fields": ",".join(fields), "limit": "100"}).json()
    rows = answer["data"] if edge else [answer]
    assert rows
    for row in rows:
        for name, value in row.items():
            assert _shape_fits(value, kind._field_types[name]), (name, json.dumps(value))
