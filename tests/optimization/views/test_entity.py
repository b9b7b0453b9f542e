"""The pages of a campaign, ad set and ad: each tab, each role, nobody else's."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from intelligence.models import CalendarEvent
from metaads.models import AdAccount, AdSet, NativeRule, OutsideChange
from optimization.models import Status
from optimization.settings_doors import save_target
from tests.factories.metaads import AdFactory, AdSetFactory, CampaignFactory
from tests.factories.optimization import budget_action, make_rule
from tests.optimization.views.conftest import signed_in
from tests.optimization.views.shop import NOW, Shop, open_shop
from tests.optimization.views.test_campaigns import html

TABS = ("overview", "compare", "results", "rules", "changes")
LABELS = dict(zip(TABS, ("Overview", "Compare", "Results", "What rules see", "Changes"), strict=True))
QUERIES = {"overview": 56, "compare": 42, "results": 47, "rules": 30, "changes": 35}
"""Committed baselines: at most so many, however much is in the campaign. One of them tells where its budget lives, so
that no change is offered that is always refused."""


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(euro: AdAccount) -> Shop:
    return open_shop(euro)


def paths(shop: Shop) -> list[str]:
    return [f"/campaigns/{shop.alpha.meta_id}/", f"/adsets/{shop.ad_set.meta_id}/", f"/ads/{shop.ad.meta_id}/"]


def change(shop: Shop, ad_set: AdSet, **columns: object) -> OutsideChange:
    values: dict[str, object] = {
        "account": shop.account,
        "key": "k1",
        "level": "adset",
        "entity_id": ad_set.meta_id,
        "entity_name": ad_set.name,
        "field": "daily_budget",
        "before": 10_000,
        "after": 25_000,
        "actor_name": "Pat Doe",
        "application_name": "Ads Manager",
        "at": NOW - timedelta(days=2),
        "noticed_at": NOW,
        "source": "activity",
    }
    made: OutsideChange = OutsideChange.objects.create(**{**values, **columns})
    return made


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_on_every_level_for_every_role(shop: Shop, manager: User, viewer: User, tab: str) -> None:
    for user in (manager, viewer):
        texts = [html(signed_in(user), f"{path}?tab={tab}") for path in paths(shop)]
        for text, entity in zip(texts, (shop.alpha, shop.ad_set, shop.ad), strict=True):
            assert f"<h1>{entity.name}</h1>" in text
            assert f'aria-current="page">{LABELS[tab]}</a>' in text


@pytest.mark.parametrize("tab", TABS)
def test_another_accounts_entity_does_not_exist(page: Client, yen: AdAccount, euro: AdAccount, tab: str) -> None:
    theirs = open_shop(yen)
    for path in paths(theirs):
        assert page.get(f"{path}?tab={tab}").status_code == 404
        assert page.get(f"{path}?csv=trend").status_code == 404
    assert page.get("/campaigns/999/").status_code == 404


def test_nobody_looks_without_logging_in(client: Client, shop: Shop) -> None:
    for path in [*paths(shop), "/campaigns/", "/operations/", "/calendar/"]:
        assert client.get(path).headers["Location"].startswith("/accounts/login/")


def test_the_headline_is_the_window_against_the_one_before(page: Client, shop: Shop) -> None:
    text = html(page, f"/campaigns/{shop.alpha.meta_id}/?window=7d")
    for words in ("700.00", "35", "20.00", "3.00x", "+100 %", "vs previous 7 days"):
        assert words in text
    assert "Today is not over" in html(page, f"/campaigns/{shop.alpha.meta_id}/?window=today")


def test_a_frequency_that_meta_does_not_give_is_marked_as_estimated(page: Client, shop: Shop) -> None:
    """Reach of 14 days was never asked for; of a single day it is Meta's own."""
    assert "estimated from daily reach" in html(page, f"/campaigns/{shop.alpha.meta_id}/?window=14d")
    assert "estimated from daily reach" not in html(page, f"/campaigns/{shop.alpha.meta_id}/?window=yesterday")


def test_the_way_down_is_named_on_every_level(page: Client, shop: Shop) -> None:
    text = html(page, f"/ads/{shop.ad.meta_id}/")
    assert f'href="/campaigns/{shop.alpha.meta_id}/"' in text
    assert f'href="/adsets/{shop.ad_set.meta_id}/"' in text
    assert "Alpha ad" in text
    below = html(page, f"/campaigns/{shop.alpha.meta_id}/")
    assert f'href="/adsets/{shop.ad_set.meta_id}/"' in below
    assert "Beta set" not in below


def test_unknown_figures_say_so(page: Client, shop: Shop) -> None:
    """Offline sales and attribution windows were never read for this account's days."""
    text = html(page, f"/campaigns/{shop.alpha.meta_id}/?attribution=28d_click")
    assert "no data" in text
    assert "700.00" in text


def test_targets_learning_and_budget_are_told(page: Client, shop: Shop, manager: User) -> None:
    save_target(shop.account, "", Decimal(24), Decimal(2), manager, NOW)
    text = html(page, f"/adsets/{shop.ad_set.meta_id}/")
    assert "CPA 24.00 EUR, ROAS 2.00x" in text
    assert "Out of learning" in text
    assert "100.00 EUR a day" in text
    assert "of its ad set, shared with its siblings" in html(page, f"/ads/{shop.ad.meta_id}/")


def test_issues_and_vanished_entities_are_told(page: Client, shop: Shop) -> None:
    shop.ad.issues = [{"error_summary": "Ad rejected", "error_message": "It shows too much text."}]
    shop.ad.deleted_at = NOW
    shop.ad.save()
    text = html(page, f"/ads/{shop.ad.meta_id}/")
    assert "Ad rejected" in text
    assert "It shows too much text." in text
    assert "no longer in the account at Meta" in text


def test_two_periods_are_compared_by_preset_and_by_free_dates(page: Client, shop: Shop) -> None:
    path = f"/campaigns/{shop.alpha.meta_id}/?tab=compare"
    text = html(page, path)
    assert "350.00" in text
    assert "700.00" in text
    assert "+100 %" in text
    free = html(page, f"{path}&a1=2026-11-05&a2=2026-11-05&b1=2026-11-19&b2=2026-11-19")
    assert "50.00 EUR" in free
    assert "100.00 EUR" in free


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ("a1=2026-11-05", "Give all four days"),
        ("a1=x&a2=x&b1=x&b2=x", "Give all four days"),
        ("a1=2026-02-31&a2=2026-03-01&b1=2026-03-01&b2=2026-03-02", "Give all four days"),
        ("a1=2026-11-09&a2=2026-11-05&b1=2026-11-18&b2=2026-11-19", "The first day is after the last one."),
        ("a1=2020-01-01&a2=2026-11-05&b1=2026-11-18&b2=2026-11-19", "At most 366 days"),
    ],
)
def test_odd_dates_are_answered_with_what_is_wrong(page: Client, shop: Shop, dates: str, said: str) -> None:
    assert said in html(page, f"/campaigns/{shop.alpha.meta_id}/?tab=compare&{dates}")


def test_results_by_type_and_by_creative(page: Client, shop: Shop) -> None:
    text = html(page, f"/campaigns/{shop.alpha.meta_id}/?tab=results")
    assert "Pixel purchase" in text
    assert "20.00 EUR" in text
    assert "Alpha picture" in text
    assert "Beta picture" not in text


def test_what_rules_see_shows_the_figures_that_each_reads(page: Client, shop: Shop) -> None:
    make_rule(shop.account, {"all": [{"field": "roas_7d", "operator": ">", "value": 2.5}]}, name="Winners")
    make_rule(shop.account, {"all": [{"field": "spend_7d", "operator": "<", "value": 10}]}, name="Sleepers")
    make_rule(
        shop.account,
        {"all": [{"field": "roas_7d", "operator": ">", "value": 1}]},
        name="Of tops",
        level="campaign",
    )
    text = html(page, f"/adsets/{shop.ad_set.meta_id}/?tab=rules")
    assert text.index("Winners") < text.index("Sleepers")
    assert "would match now" in text
    assert "does not match" in text
    assert "(now 700.00 EUR)" in text
    assert "Of tops" not in text


def test_rules_of_other_levels_are_not_claimed(page: Client, shop: Shop) -> None:
    assert "No active rule looks at ads" in html(page, f"/ads/{shop.ad.meta_id}/?tab=rules")


def test_our_actions_on_it_are_listed(page: Client, shop: Shop) -> None:
    action = budget_action(shop.ad_set, status=Status.EXECUTED, executed_at=NOW - timedelta(days=1))
    for path in paths(shop)[:2]:
        assert f"/actions/{action.public_id}/" in html(page, f"{path}?tab=changes")
    assert f"/actions/{action.public_id}/" not in html(page, f"/ads/{shop.ad.meta_id}/?tab=changes")


def test_outside_changes_are_listed_and_marked(page: Client, shop: Shop) -> None:
    change(shop, shop.ad_set)
    change(shop, shop.ad_set, key="k2", ours=True, actor_name="This product")
    text = html(page, f"/adsets/{shop.ad_set.meta_id}/?tab=changes")
    for words in ("100.00 EUR", "250.00 EUR", "Pat Doe", "Ads Manager"):
        assert words in text
    assert "This product" not in text
    assert "outside: Daily budget of Alpha set" in html(page, f"/adsets/{shop.ad_set.meta_id}/")
    assert "Pat Doe" in html(page, f"/campaigns/{shop.alpha.meta_id}/?tab=changes"), "what is in it counts too"
    assert "Pat Doe" not in html(page, f"/campaigns/{shop.beta.meta_id}/?tab=changes")


def test_a_learning_phase_is_told_as_metas_own_and_not_as_an_edit(page: Client, shop: Shop) -> None:
    learned = {"field": "learning_status", "before": "LEARNING", "after": "FAIL", "actor_name": "Meta"}
    change(shop, shop.ad_set, **learned, application_name="Meta")
    answer = page.get(f"/adsets/{shop.ad_set.meta_id}/?tab=changes&csv=moved-by-meta").content.decode("utf-8-sig")
    row = next(csv.DictReader(StringIO(answer)))
    assert (row["Field"], row["Before"], row["After"]) == ("Learning phase", "Learning", "Learning limited")
    assert "Nobody has changed anything" in html(page, f"/adsets/{shop.ad_set.meta_id}/?tab=changes")
    marked = "Meta: learning phase of Alpha set, now learning limited"
    assert marked in html(page, f"/adsets/{shop.ad_set.meta_id}/")
    assert marked not in html(page, f"/campaigns/{shop.alpha.meta_id}/"), "those of all its ad sets hide edits"


def test_metas_own_rule_is_warned_of_on_what_it_changes(page: Client, shop: Shop) -> None:
    NativeRule.objects.create(
        account=shop.account,
        meta_id="77",
        name="Night watch",
        status="ENABLED",
        evaluation_spec={
            "evaluation_type": "SCHEDULE",
            "filters": [
                {"field": "id", "operator": "IN", "value": [shop.ad_set.meta_id]},
                {"field": "entity_type", "operator": "EQUAL", "value": "ADSET"},
            ],
        },
        execution_spec={"execution_type": "PAUSE"},
        schedule_spec={"schedule_type": "DAILY"},
        synced_at=NOW,
    )
    text = html(page, f"/adsets/{shop.ad_set.meta_id}/")
    assert "Night watch” also pauses this ad set" in text
    assert "Night watch" in html(page, f"/adsets/{shop.ad_set.meta_id}/?tab=rules")
    assert "Night watch" not in html(page, f"/campaigns/{shop.beta.meta_id}/")


def test_the_calendar_is_marked_on_the_charts(page: Client, shop: Shop) -> None:
    CalendarEvent.objects.create(
        name="Early sale", kind="promotion", first_day=date(2026, 11, 10), last_day=date(2026, 11, 12)
    )
    for path in (f"/campaigns/{shop.alpha.meta_id}/", "/"):
        assert "Early sale (promotion or sale, until 12 Nov)" in html(page, path)


@pytest.mark.parametrize(
    ("key", "head"),
    [
        ("adsets", "Name"),
        ("trend", "Day"),
        ("comparison", "Metric"),
        ("results", "Result type"),
        ("creatives", "Creative"),
        ("hours", "Hour"),
        ("actions", "Action"),
        ("outside-changes", "What"),
        ("moved-by-meta", "What"),
        ("native-rules", "Rule"),
    ],
)
def test_every_table_of_the_page_is_a_file(page: Client, shop: Shop, key: str, head: str) -> None:
    answer = page.get(f"/campaigns/{shop.alpha.meta_id}/?csv={key}")
    assert answer["Content-Type"].startswith("text/csv")
    assert next(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))[0] == head


def test_an_unknown_file_is_the_page(page: Client, shop: Shop) -> None:
    assert page.get(f"/campaigns/{shop.alpha.meta_id}/?csv=nothing")["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("tab", TABS)
def test_more_of_everything_does_not_mean_more_queries(page: Client, shop: Shop, tab: str) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            html(page, f"/campaigns/{shop.alpha.meta_id}/?tab={tab}")
        return len(queries)

    change(shop, shop.ad_set)
    budget_action(shop.ad_set)
    asked()
    few = asked()
    for n in range(12):
        ad_set = AdSetFactory.create(campaign=shop.alpha)
        AdFactory.create(ad_set=ad_set)
        CampaignFactory.create(account=shop.account)
        change(shop, ad_set, key=f"more{n}")
        budget_action(ad_set)
    assert asked() == few
    assert few <= QUERIES[tab]
