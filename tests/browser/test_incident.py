"""An emergency in Chromium: stop with undo and pause, the report and its files, lifting with a list of rules."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, SignIn, shoot
from tests.browser.started import Demo

pytestmark = [pytest.mark.browser, pytest.mark.processes]
HALF_A_MINUTE = 30_000


# The only one in its currency: it has rules of its own, and a stop turns off only those that no other account shares.
ALONE = "Sakura Shop"
ANOTHER = re.compile("Northwind|Harbor")


def changed(page: Page, demo: Demo, account: str | re.Pattern[str]) -> str:
    """Approves the first waiting change of a daily budget and waits until it is done; gives its account's name."""
    page.goto(f"{demo.url}/actions/?kind=decrease_budget")
    cards = page.locator("[data-card]").filter(has_text="a day").filter(has_text=account)
    cards.first.get_by_role("link", name="Details").click()
    page.wait_for_url(re.compile(r"/actions/[0-9a-f-]{36}/"))
    page.locator("[data-part=approve] button").click()
    expect(page.locator(".case-head .state")).to_have_text("Executed", timeout=HALF_A_MINUTE)
    return page.locator("main p .hush").first.inner_text().strip("/ ")


def stopped(page: Page, demo: Demo, account: str) -> None:
    """Stops the account, with the last hour undone and what it touched paused; ends on the report."""
    page.goto(f"{demo.url}/stop/")
    form = page.locator("main form")
    form.locator("[name=account]").select_option(label=account)
    form.locator("[name=hours]").select_option("1")
    form.locator("[name=pause]").check()
    form.locator("[name=reason]").fill("budgets run away")
    shoot(page, "stop")
    form.get_by_role("button", name="Stop now").click()
    page.wait_for_url(re.compile(r"/incidents/[0-9a-f-]{36}/"))


def test_a_stop_undoes_and_pauses_reports_and_is_lifted(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer")
    stopped(page, demo, changed(page, demo, ALONE))
    address = page.url
    report = page.locator("#live-parts")
    expect(report.locator("tbody .dot-live")).to_have_count(0, timeout=HALF_A_MINUTE)
    expect(report).to_contain_text("Undone")
    expect(report).to_contain_text("Pause")
    shoot(page, "incident", full=True)

    for name, begin in (("CSV", b"\xef\xbb\xbfAction id"), ("PDF", b"%PDF-")):
        with page.expect_download() as download:
            page.locator(".case-head").get_by_role("link", name=name).click()
        assert download.value.path().read_bytes().startswith(begin)

    admin = sign_in("demo-admin", viewport=PHONE, color_scheme="dark")
    admin.goto(address)
    assert admin.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    rules = admin.locator("#lift [name=rules]")
    assert rules.count() > 0
    assert admin.locator("#lift [name=rules]:checked").count() == 0
    rules.first.check()
    admin.locator("#lift [name=reason]").fill("the limit was wrong and is mended")
    shoot(admin, "phone-incident-dark", full=True)
    admin.get_by_role("button", name="Lift the stop").click()
    expect(admin.locator("#live-parts")).to_contain_text("Lifted")
    expect(admin.locator("#lift")).to_contain_text("on again")
    for rule in admin.locator("#lift [name=rules]:not([disabled])").all():
        rule.check()
    if admin.locator("#lift button").count():
        admin.locator("#lift button").click()
    checked = demo.manage("verify_ledger")
    assert checked.returncode == 0, checked.stderr


def test_the_last_hours_are_looked_at_then_undone(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer")
    account = changed(page, demo, ANOTHER)
    page.goto(f"{demo.url}/actions/revert/")
    page.locator("#revert-account").select_option(label=account)
    page.locator("#revert-hours").select_option("1")
    page.get_by_role("button", name="Show what would be undone").click()
    shoot(page, "revert", full=True)
    page.get_by_role("button", name=re.compile("^Undo ")).click()
    page.wait_for_url(re.compile("show=moving"))
    expect(page.locator("body")).to_contain_text(re.compile(r"On their way: \d+ undo"))
