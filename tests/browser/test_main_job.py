"""What a buyer does with the demo, in Chromium: look, approve, see it done without a reload, take it back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.benchmarks.demo import MOST
from tests.browser.conftest import PHONE, SignIn, shoot
from tests.browser.started import Demo

pytestmark = [pytest.mark.browser, pytest.mark.processes]
TEN_SECONDS = 10_000


def open_daily_budget(page: Page, demo: Demo, more: str = "") -> str:
    """Opens the first waiting change of a daily budget; gives the address of its page."""
    page.goto(f"{demo.url}/actions/?kind=decrease_budget{more}")
    card = page.locator("[data-card]").filter(has_text="a day").first
    card.get_by_role("link", name="Details").click()
    page.wait_for_url(re.compile(r"/actions/[0-9a-f-]{36}/"))
    return page.url


def budgets(demo: Demo) -> list[dict[str, object]]:
    return [write["after"] for write in demo.sandbox.call("GET", "writes")["writes"]]


def test_the_demo_opens_within_a_minutes_work(demo: Demo) -> None:
    """The specification's minute, told as the work that fits into it on the machine of docs/performance.md.

    The clock of a busy or slow machine says nothing of the product, so this counts the processor seconds of all the
    demo's processes until it is ready, and sets them against a fixed loop timed in between: what runs beside makes both
    dearer. The limit is what a minute of the clock held when this test looked at it: beside two busy workers on that
    machine's two cores the demo gets 1.2 processor seconds a second; alone it has two cores. The clock itself is in
    `make bench` (tests/benchmarks/demo.py).
    """
    assert demo.worked / demo.yardstick <= MOST, (demo.worked, demo.yardstick)


def test_approving_changes_the_budget_and_undo_puts_it_back(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer")
    shoot(page, "dashboard")
    shoot(page, "dashboard-whole", full=True)
    page.goto(f"{demo.url}/actions/")
    shoot(page, "queue")
    address = open_daily_budget(page, demo)
    shoot(page, "case-before", full=True)
    before = len(budgets(demo))
    page.evaluate("window.notReloaded = true")

    page.locator("[data-part=approve] button").click()
    expect(page.locator(".case-head .state")).to_have_text("Executed", timeout=TEN_SECONDS)
    assert page.evaluate("window.notReloaded") is True, "the page was loaded anew"
    assert page.url == address
    assert len(budgets(demo)) == before + 1
    shoot(page, "case-executed", full=True)

    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator(".case-head .state")).to_have_text("Undone", timeout=TEN_SECONDS)
    writes = demo.sandbox.call("GET", "writes")["writes"][before:]
    assert len(writes) == 2
    assert writes[0]["before"] == writes[1]["after"], "undo puts the old value back"
    shoot(page, "case-reverted", full=True)

    checked = demo.manage("verify_ledger")
    assert checked.returncode == 0, checked.stderr


def test_the_keyboard_decides(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer")
    page.goto(f"{demo.url}/actions/?kind=increase_budget")
    before = len(budgets(demo))
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.locator("#toasts .toast").first.wait_for(timeout=TEN_SECONDS)
    shoot(page, "keyboard")
    deadline = 50
    while len(budgets(demo)) == before and deadline:
        page.wait_for_timeout(200)
        deadline -= 1
    assert len(budgets(demo)) == before + 1


def test_a_viewer_sees_everything_and_can_decide_nothing(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-viewer")
    page.goto(f"{demo.url}/actions/")
    assert page.locator("[data-card]").count() > 0
    assert page.get_by_role("button", name="Approve").count() == 0
    assert page.get_by_role("button", name="Stop").count() == 0


@pytest.mark.parametrize("path", ["/", "/actions/"])
def test_a_phone_scrolls_only_downwards(demo: Demo, sign_in: SignIn, path: str) -> None:
    page = sign_in("demo-buyer", viewport=PHONE)
    page.goto(demo.url + path)
    shoot(page, f"phone-{path.strip('/') or 'dashboard'}")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_the_case_file_fits_a_phone_and_the_dark(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer", viewport=PHONE, color_scheme="dark")
    open_daily_budget(page, demo)
    shoot(page, "phone-case-dark", full=True)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    red = int(re.findall(r"\d+", light)[0])
    assert red < 80, f"the dark theme is {light}"


def test_admin_is_the_same_house(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-admin")
    for path in ("/admin/", "/admin/optimization/action/", "/admin/optimization/rule/"):
        answer = page.goto(demo.url + path)
        assert answer is not None
        assert answer.status == 200
        shoot(page, f"admin{path.replace('/', '-').rstrip('-')[6:] or ''}")


def test_work_goes_on_without_javascript(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer", java_script_enabled=False)
    open_daily_budget(page, demo)
    page.locator("[data-part=approve] button").click()
    for _ in range(20):
        if "Executed" in page.locator(".case-head .state").inner_text():
            break
        page.wait_for_timeout(500)
        page.reload()
    assert "Executed" in page.locator(".case-head .state").inner_text()


def test_one_click_stops_everything_and_only_an_administrator_lifts_it(demo: Demo, sign_in: SignIn) -> None:
    """Other files use the same demo: the stop is lifted at the end, by an administrator's command."""
    page = sign_in("demo-buyer")
    page.get_by_role("link", name=re.compile("Stop")).click()
    dialog = page.locator("#stop-dialog")
    account = dialog.locator("select[name=account]").input_value()
    dialog.get_by_role("button", name="Stop now").click()
    expect(page.locator(".banner-stop").first).to_be_visible(timeout=TEN_SECONDS)
    shoot(page, "stopped")
    before = len(budgets(demo))
    open_daily_budget(page, demo, f"&account={account}")
    page.locator("[data-part=approve] button").click()
    page.wait_for_timeout(6000)
    assert len(budgets(demo)) == before, "a write began while the stop was in force"
    look_up = f"from metaads.models import AdAccount; print(AdAccount.objects.get(pk={account}).meta_id)"
    stopped = demo.manage("shell", "-v", "0", "-c", look_up).stdout.strip()
    assert demo.manage("emergency_stop", "--account", stopped, "--lift").returncode != 0, "no reason"
    lifted = demo.manage("emergency_stop", "--account", stopped, "--lift", "--reason", "The test is over.")
    assert lifted.returncode == 0, lifted.stderr
