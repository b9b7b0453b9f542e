"""/campaigns/: sorted, filtered, summed and exported on the server; unknown is never zero."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from metaads.models import AdAccount, Campaign, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdFactory, AdSetFactory, CampaignFactory, MembershipFactory
from tests.optimization.views.conftest import signed_in
from tests.optimization.views.shop import NOW, Shop, open_shop

QUERIES = 26
"""A committed baseline: of one account, however many campaigns it has."""


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def shop(euro: AdAccount) -> Shop:
    return open_shop(euro)


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def names(text: str) -> list[str]:
    """Names of the table's rows, from top to bottom."""
    return re.findall(r'<th scope="row"><a href="/campaigns/[^>]+>([^<]+)</a>', text)


def foot(text: str) -> str:
    return text.partition("<tfoot>")[2].partition("</tfoot>")[0]


def rows_of(client: Client, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(path).content.decode("utf-8-sig"))))


def test_largest_spend_comes_first_and_every_row_links_down(page: Client, shop: Shop) -> None:
    text = html(page, "/campaigns/")
    assert names(text) == ["Alpha", "Beta", "Gamma"]
    assert f'href="/campaigns/{shop.alpha.meta_id}/"' in text
    assert "700.00" in text
    assert "3.00x" in text


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("sort=spend", ["Gamma", "Beta", "Alpha"]),
        ("sort=-name", ["Gamma", "Beta", "Alpha"]),
        ("sort=name", ["Alpha", "Beta", "Gamma"]),
        ("sort=-roas", ["Alpha", "Beta", "Gamma"]),
        ("sort=status", ["Alpha", "Beta", "Gamma"]),
        ("sort=-nothing", ["Alpha", "Beta", "Gamma"]),
    ],
)
def test_the_server_sorts(page: Client, shop: Shop, sort: str, order: list[str]) -> None:
    assert names(html(page, f"/campaigns/?{sort}")) == order


def test_unknown_values_come_last_whichever_way_it_sorts(page: Client, shop: Shop) -> None:
    """Beta has no purchase and Gamma no spend: neither has a CPA."""
    assert names(html(page, "/campaigns/?sort=cpa"))[0] == "Alpha"
    assert names(html(page, "/campaigns/?sort=-cpa"))[0] == "Alpha"


def test_the_sorted_head_says_so_to_a_screen_reader(page: Client, shop: Shop) -> None:
    text = html(page, "/campaigns/?sort=-roas")
    assert re.search(r'aria-sort="descending"[^>]*><a href="[^"]*sort=roas', text)
    assert 'aria-sort="none"' in text


@pytest.mark.parametrize(
    ("window", "spend"),
    [("today", "100.00"), ("yesterday", "100.00"), ("3d", "300.00"), ("7d", "700.00"), ("14d", "1,050.00")],
)
def test_windows_are_of_complete_account_days(page: Client, shop: Shop, window: str, spend: str) -> None:
    text = html(page, f"/campaigns/?window={window}&q=alpha")
    assert f'title="{spend} EUR"' in text


def test_thirty_days_reach_past_what_was_read_and_are_unknown(page: Client, shop: Shop) -> None:
    rows = rows_of(page, "/campaigns/?window=30d&csv=campaigns")
    assert rows[0]["Spend (EUR)"] == ""
    assert "no data" in html(page, "/campaigns/?window=30d")


def test_the_change_is_against_the_period_before(page: Client, shop: Shop) -> None:
    text = html(page, "/campaigns/?against=spend&q=alpha")
    assert "+100 %" in text
    assert "vs previous 7 days" in text
    assert names(html(page, "/campaigns/?against=spend&sort=-change")) == ["Alpha", "Beta", "Gamma"]


def test_sums_stand_at_the_foot_with_ratios_from_sums(page: Client, shop: Shop) -> None:
    sums = foot(html(page, "/campaigns/"))
    assert "All 3" in sums
    assert "1,050.00" in sums
    assert "2.00x" in sums


def test_a_sum_with_an_unknown_part_is_unknown(page: Client, shop: Shop, euro: AdAccount) -> None:
    day = NOW.date()
    row = {shop.beta.meta_id: {"impressions": 100.0, "clicks": 3.0}}
    alpha = {shop.alpha.meta_id: {"impressions": 100.0, "clicks": 3.0, "spend": 10.0}}
    reading(euro, Level.CAMPAIGN, day, NOW, {**row, **alpha})
    sums = foot(html(page, "/campaigns/?window=today"))
    assert "no data" in sums
    assert "Unknown for" in sums


def test_reach_is_never_summed(page: Client, shop: Shop) -> None:
    sums = foot(html(page, "/campaigns/?preset=delivery&window=yesterday"))
    assert "never summed" in sums


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("q=ALPH", ["Alpha"]),
        ("q=nobody", []),
        ("status=paused", ["Gamma"]),
        ("status=delivering", ["Alpha", "Beta"]),
        ("status=odd", ["Alpha", "Beta", "Gamma"]),
    ],
)
def test_search_and_delivery_narrow_the_rows(page: Client, shop: Shop, query: str, left: list[str]) -> None:
    assert names(html(page, f"/campaigns/?{query}")) == left


def test_a_campaign_is_found_by_its_meta_id(page: Client, shop: Shop) -> None:
    assert names(html(page, f"/campaigns/?q={shop.beta.meta_id}")) == ["Beta"]


def test_an_active_campaign_without_an_active_ad_says_so(page: Client, shop: Shop) -> None:
    shop.ad.effective_status = "PAUSED"
    shop.ad.save()
    assert "No active ad" in html(page, "/campaigns/?q=alpha")
    assert "No active ad" not in html(page, "/campaigns/?q=beta")


def test_columns_can_be_chosen_any_action_type_among_them(page: Client, shop: Shop) -> None:
    kind = "actions.offsite_conversion.fb_pixel_purchase"
    rows = rows_of(page, f"/campaigns/?col=ctr&col={kind}&col=nonsense&csv=campaigns")
    assert list(rows[0]) == ["Name", "Delivery", "Budget (EUR)", "CTR (%)", "Pixel purchase", "ROAS change (%)"]
    assert rows[0]["CTR (%)"] == "2.0"
    assert "35" in {row["Pixel purchase"] for row in rows}


def test_an_attribution_window_that_was_not_read_is_unknown(page: Client, shop: Shop) -> None:
    rows = rows_of(page, "/campaigns/?attribution=1d_click&csv=campaigns&sort=name")
    assert rows[0]["Spend (EUR)"] == "700"
    assert rows[0]["ROAS"] == ""


def test_the_file_holds_every_page_and_defuses_names(page: Client, shop: Shop, euro: AdAccount) -> None:
    for n in range(60):
        CampaignFactory.create(account=euro, name=f"=cmd|{n}")
    rows = rows_of(page, "/campaigns/?csv=campaigns")
    assert len(rows) == 63
    assert sum(row["Name"].startswith("'=cmd|") for row in rows) == 60


def test_pages_of_fifty(page: Client, shop: Shop, euro: AdAccount) -> None:
    for n in range(60):
        CampaignFactory.create(account=euro, name=f"Extra {n:02}")
    first, second = html(page, "/campaigns/?sort=name"), html(page, "/campaigns/?sort=name&page=2")
    assert (len(names(first)), len(names(second))) == (50, 13)
    assert 'rel="next"' in first
    assert 'rel="prev"' in second
    assert names(html(page, "/campaigns/?sort=name&page=999")) == names(second)


def test_more_campaigns_do_not_mean_more_queries(page: Client, shop: Shop, euro: AdAccount) -> None:
    html(page, "/campaigns/")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            html(page, "/campaigns/")
        counts.append(len(queries))
        for _ in range(30):
            AdFactory.create(ad_set=AdSetFactory.create(campaign=CampaignFactory.create(account=euro)))
    assert counts[0] == counts[1]
    assert counts[0] <= QUERIES


def test_campaigns_of_other_accounts_are_not_listed(page: Client, shop: Shop, yen: AdAccount) -> None:
    CampaignFactory.create(account=yen, name="Theirs")
    assert "Theirs" not in html(page, f"/campaigns/?account={yen.pk}")
    assert "Theirs" not in page.get("/campaigns/?account=all&csv=campaigns").content.decode()


def test_all_accounts_name_theirs_and_sum_by_currency(page: Client, manager: User, shop: Shop, yen: AdAccount) -> None:
    MembershipFactory.create(user=manager, account=yen)
    open_shop(yen)
    text = html(page, "/campaigns/?account=all")
    assert "Kanto" in text
    assert "in EUR" in foot(text)
    assert "in JPY" in foot(text)


def test_money_of_several_currencies_is_ordered_by_its_worth(
    page: Client, manager: User, shop: Shop, yen: AdAccount
) -> None:
    """700 JPY are less than 350 EUR; ratios need no rate."""
    MembershipFactory.create(user=manager, account=yen)
    open_shop(yen)
    rows = rows_of(page, "/campaigns/?account=all&csv=campaigns")
    assert [(row["Name"], row["Account"]) for row in rows][:3] == [
        ("Alpha", "Northwind"),
        ("Beta", "Northwind"),
        ("Alpha", "Kanto"),
    ]


def test_a_viewer_sees_the_same_table(viewer: User, shop: Shop) -> None:
    assert names(html(signed_in(viewer), "/campaigns/")) == ["Alpha", "Beta", "Gamma"]


def test_an_empty_account_is_told_where_to_look(page: Client, euro: AdAccount) -> None:
    text = html(page, "/campaigns/")
    assert "No campaign yet" in text
    assert 'href="/operations/"' in text


def test_names_from_meta_are_escaped(page: Client, shop: Shop) -> None:
    Campaign.objects.filter(pk=shop.alpha.pk).update(name="<script src=//x></script>")
    assert "<script src=//x>" not in html(page, "/campaigns/")


@pytest.mark.parametrize(("window", "why"), [("today", "Today is not over"), ("30d", "The table holds 31 days")])
def test_a_window_without_a_period_before_it_has_no_column_and_says_why(
    page: Client, shop: Shop, window: str, why: str
) -> None:
    text = html(page, f"/campaigns/?window={window}&sort=-change")
    assert why in text
    assert "ROAS change" not in text
    assert "ROAS change" in html(page, "/campaigns/?window=14d")
