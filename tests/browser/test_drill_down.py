"""From all campaigns down to one ad, in Chromium: by pointer, by keyboard, on a phone, in the dark, without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, SignIn, shoot
from tests.browser.started import Demo

pytestmark = [pytest.mark.browser, pytest.mark.processes]
ROWS = "#campaigns tbody tr"


def choose_account(page: Page, demo: Demo, name: str = "Northwind EU") -> None:
    page.goto(f"{demo.url}/campaigns/?account=all")
    page.locator(".account-menu summary").click()
    page.locator(".account-menu").get_by_role("link", name=name).click()
    page.wait_for_url(re.compile(r"account=\d+"))


def numbers(page: Page, column: int) -> list[float]:
    texts = page.locator(f"{ROWS} > :nth-child({column})").all_inner_texts()
    return [float(text.split()[0].replace(",", "").rstrip("x")) for text in texts if text and text != "no data"]


def test_campaigns_are_sorted_filtered_and_opened_down_to_the_ad(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-viewer")
    choose_account(page, demo)
    spends = numbers(page, 4)
    assert len(spends) > 5
    assert spends == sorted(spends, reverse=True)
    page.locator("#campaigns thead").get_by_role("link", name="ROAS", exact=True).click()
    page.wait_for_url(re.compile("sort=-roas"))
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("ROAS")
    roas = numbers(page, 8)
    assert roas == sorted(roas, reverse=True)
    shoot(page, "campaigns")
    name = page.locator(f"{ROWS} th a").first.inner_text()
    page.locator(f"{ROWS} th a").first.click()
    expect(page.locator("h1")).to_have_text(name)
    shoot(page, "campaign", full=True)
    page.locator("#adsets tbody th a").first.click()
    expect(page.locator(".crumbs")).to_contain_text(name)
    page.locator("#ads tbody th a").first.click()
    expect(page.locator(".crumbs li")).to_have_count(4)
    shoot(page, "ad", full=True)


def test_every_tab_of_a_campaign_opens(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer")
    choose_account(page, demo)
    page.locator(f"{ROWS} th a").first.click()
    for tab in ("Compare", "Results", "What rules see", "Changes", "Overview"):
        page.get_by_role("navigation", name="Parts").get_by_role("link", name=tab).click()
        expect(page.locator(".tabs [aria-current=page]")).to_have_text(tab)
        shoot(page, f"campaign-{tab.lower().replace(' ', '-')}", full=True)


def test_the_table_leaves_as_a_file(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-viewer")
    choose_account(page, demo)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    assert waiting.value.suggested_filename == "campaigns-northwind-eu.csv"


def test_the_keyboard_walks_the_rows_and_opens_one(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-viewer")
    choose_account(page, demo)
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("k")
    second = page.locator(ROWS).nth(1)
    expect(second).to_be_focused()
    name = second.locator("th a").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(demo: Demo, sign_in: SignIn, scheme: str) -> None:
    page = sign_in("demo-buyer", viewport=PHONE, color_scheme=scheme)
    choose_account(page, demo)
    link = page.locator(f"{ROWS} th a").first.get_attribute("href")
    assert link
    paths = ["/campaigns/", "/operations/", "/operations/?tab=meta", "/operations/?tab=others", "/calendar/"]
    tabs = [f"{link}?tab={tab}" for tab in ("overview", "compare", "results", "rules", "changes")]
    for path in [*paths, *tabs]:
        page.goto(demo.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert page.locator(".nav .nav-link:visible").count() <= 5, path
        shoot(page, f"phone-{scheme}-{re.sub(r'[^a-z]+', '-', path.partition('/')[2]).strip('-')}", full=True)


def test_the_tables_work_without_javascript(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-viewer", java_script_enabled=False)
    page.goto(f"{demo.url}/campaigns/?account=all")
    page.locator(".columns-menu summary").click()
    page.get_by_label("CTR").check()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("#campaigns thead")).to_contain_text("CTR")
    page.fill("#table-q", "prospecting")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(ROWS).first).to_contain_text(re.compile("prospecting", re.IGNORECASE))


def test_an_event_of_the_calendar_stands_on_the_charts(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer")
    choose_account(page, demo)
    page.goto(f"{demo.url}/calendar/")
    page.get_by_label("Name").fill("Winter sale")
    page.get_by_role("button", name="Add to the calendar").click()
    expect(page.locator("#events")).to_contain_text("Winter sale")
    page.goto(f"{demo.url}/campaigns/")
    page.locator(f"{ROWS} th a").first.click()
    expect(page.locator(".chart-event-mark").first).to_be_attached()
    expect(page.locator("main")).to_contain_text("something happened")
    page.goto(f"{demo.url}/calendar/")
    page.get_by_role("link", name="Winter sale").click()
    page.get_by_role("button", name="Remove from the calendar").click()
    expect(page.locator("main")).not_to_contain_text("running")
