"""A goal from nothing to a proposal: set up, switched on, its plan looked at, run; on a phone and in the dark too."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, SignIn, shoot
from tests.browser.started import Demo

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def set_up(page: Page, demo: Demo) -> None:
    """Visits as a goal, with one approved creative, off."""
    page.goto(f"{demo.url}/goals/?account=1")
    expect(page.get_by_text("No goal yet")).to_be_visible()
    shoot(page, "goals-empty", full=True)
    page.get_by_role("link", name="Money and assets").click()
    page.get_by_label("Countries").fill("de, AT")
    for whom in ("Payer", "Beneficiary"):
        page.get_by_label(re.compile(whom)).fill("Northwind GmbH")
    shoot(page, "goals-settings", full=True)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Set the first goal").click()
    shoot(page, "goals-new", full=True)
    page.get_by_text("Traffic", exact=True).click()
    page.get_by_role("button", name="Set this goal").click()
    page.wait_for_url(re.compile(r"/goals/[0-9a-f-]{36}/"))
    page.get_by_label("Priority").select_option("5")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("One of the account's creatives").select_option(index=1)
    page.get_by_role("button", name="Add as a draft").click()
    page.get_by_role("button", name=re.compile("^Approve ")).click()
    expect(page.locator("#creatives")).to_contain_text("Approved")
    shoot(page, "goal", full=True)


def test_a_goal_is_set_previewed_and_run(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer")
    set_up(page, demo)
    page.goto(f"{demo.url}/goals/?account=1")
    page.get_by_role("switch", name="Traffic").click()
    expect(page.get_by_role("switch", name="Traffic")).to_have_attribute("aria-checked", "true")
    page.get_by_role("switch", name="Auto-pause losers").click()
    expect(page.get_by_role("switch", name="Auto-pause losers")).to_have_attribute("aria-checked", "true")
    expect(page.get_by_text("Auto-pause losers: on.")).to_be_visible()

    before = len(demo.sandbox.call("GET", "writes")["writes"])
    page.locator("#plan summary").click()
    expect(page.locator("#plan")).to_contain_text("Would be proposed")
    expect(page.get_by_text("No run yet")).to_be_visible()
    shoot(page, "goals-plan", full=True)
    page.get_by_role("button", name="Run my goals now").click()
    run = page.locator("#runs .goal-run").first
    expect(run).to_contain_text("Completed", timeout=30_000)
    run.locator("summary").click()
    shoot(page, "goals-run", full=True)
    run.get_by_role("link", name="its action").click()
    page.wait_for_url(re.compile(r"/actions/[0-9a-f-]{36}/"))
    expect(page.locator(".case-head .state")).to_have_text("Waiting for approval")
    assert len(demo.sandbox.call("GET", "writes")["writes"]) == before, "nothing changes at Meta before approval"

    phone = sign_in("demo-viewer", PHONE, color_scheme="dark")
    for path, name in (("", "goals"), ("scoreboard/", "scoreboard")):
        phone.goto(f"{demo.url}/goals/{path}?account=1")
        if not path:
            phone.locator("#runs summary").first.click()
        shoot(phone, f"{name}-phone-dark", full=True)
        assert fits(phone), name
    expect(phone.get_by_role("button", name="Run my goals now")).to_have_count(0)
    page.emulate_media(color_scheme="dark")
    page.goto(f"{demo.url}/goals/?account=1&plan=1")
    shoot(page, "goals-dark", full=True)
    page.goto(f"{demo.url}/goals/scoreboard/")
    shoot(page, "scoreboard-dark", full=True)


def test_the_goals_work_without_javascript(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer", java_script_enabled=False)
    page.goto(f"{demo.url}/goals/?account=2")
    page.get_by_role("switch", name="Auto-scale winners").click()
    expect(page.get_by_role("switch", name="Auto-scale winners")).to_have_attribute("aria-checked", "true")
    page.get_by_role("link", name="New goal").click()
    page.get_by_text("Sales", exact=True).click()
    page.get_by_role("button", name="Set this goal").click()
    page.get_by_role("button", name="Remove this goal").click()
    expect(page.get_by_text("was removed")).to_be_visible()
