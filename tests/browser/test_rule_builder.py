"""A first-time user, from the template list to a saved and back-tested rule: by pointer, on a phone, by keys."""

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.conftest import PHONE, SignIn, shoot
from tests.browser.started import Demo

pytestmark = [pytest.mark.browser, pytest.mark.processes]
SLOW, LONG = 20_000, 150_000
UNLABELLED = """() => [...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")]
  .filter((one) => one.checkVisibility() && !one.labels?.length && !one.getAttribute("aria-label")
    && !one.getAttribute("aria-labelledby"))
  .map((one) => one.name || one.id)"""
NAMELESS = """() => [...document.querySelectorAll("main button, main a")]
  .filter((one) => one.checkVisibility() && !(one.getAttribute("aria-label") ?? one.textContent).trim())
  .map((one) => one.outerHTML.slice(0, 80))"""
SHORT = """() => [...document.querySelectorAll("main button, main select, main input")]
  .filter((one) => !["hidden", "checkbox", "radio"].includes(one.type))
  .filter((one) => one.checkVisibility({opacityProperty: true}) && !one.closest(".visually-hidden")
    && !one.classList.contains("visually-hidden") && one.getBoundingClientRect().height < 30)
  .map((one) => one.outerHTML.slice(0, 80))"""


def sound(page: Page) -> None:
    """What a check of accessibility finds first: controls without a label, buttons without a name, a page too wide."""
    assert page.evaluate(UNLABELLED) == []
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(SHORT) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    repeated = page.evaluate(
        "() => { const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);"
        " return ids.filter((id, i) => ids.indexOf(id) !== i); }"
    )
    assert repeated == []


def matches(page: Page) -> str:
    expect(page.locator("#rule-matches")).to_contain_text(" match", timeout=SLOW)
    return page.locator("#rule-matches").inner_text()


def adopt(page: Page, demo: Demo, name: str) -> None:
    """From the list of rules to the template's form, as somebody who has never been there."""
    page.goto(f"{demo.url}/rules/")
    page.get_by_role("main").get_by_role("link", name="Templates").first.click()
    expect(page.locator("h1")).to_have_text("Rule templates")
    sound(page)
    page.locator(".template-card").filter(has_text=name).get_by_role("link", name="Adopt").click()
    expect(page.locator("h1")).to_have_text("New rule from a template")


def filled(page: Page, number: int, field: str, operator: str, value: str) -> None:
    """Condition `number` (from 1), each control by its label."""
    condition = page.get_by_role("group", name=f"Condition {number}", exact=True)
    condition.get_by_label(f"Field of condition {number}").fill(field)
    page.keyboard.press("Enter")
    condition.get_by_label(f"Comparison of condition {number}").select_option(operator)
    condition.get_by_label("Value").fill(value)


def backtested(page: Page) -> None:
    """From the rule's page: its tab, the days that are offered, and what would have been."""
    page.get_by_role("link", name="Back-test", exact=True).first.click()
    page.get_by_role("main").get_by_role("button", name="Start").click()
    expect(page.locator("#job")).to_contain_text(re.compile("firing|fired", re.IGNORECASE), timeout=LONG)
    expect(page.locator("#job progress")).to_have_count(0, timeout=LONG)


def test_a_template_becomes_a_rule_by_pointer(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer")
    adopt(page, demo, "Zero conversions stop loss")
    before = matches(page)
    sound(page)
    shoot(page, "builder", full=True)
    value = page.get_by_role("group", name="Condition 1", exact=True).get_by_label("Value")
    value.fill("9000000")
    expect(page.locator("#rule-sentence")).to_contain_text("9,000,000.00", timeout=SLOW)
    expect(page.locator("#rule-matches")).not_to_have_text(before, timeout=SLOW)
    value.fill("20")
    expect(page.locator("#rule-found")).to_contain_text("a day at stake", timeout=SLOW)
    page.get_by_role("button", name="Condition", exact=True).click()
    filled(page, 4, "CTR", "<", "90")
    expect(page.locator("#rule-sentence")).to_contain_text(re.compile("CTR .*under 90 %"), timeout=SLOW)
    page.get_by_label("Name", exact=True).fill("Stop what sells nothing")
    page.get_by_role("button", name="Save as draft").click()
    page.wait_for_url(re.compile(r"/rules/[0-9a-f-]{36}/$"))
    expect(page.locator("main")).to_contain_text("saved as a draft")
    expect(page.locator("main")).to_contain_text("CTR")
    shoot(page, "builder-saved", full=True)
    backtested(page)
    shoot(page, "builder-backtested", full=True)


def test_a_template_becomes_a_rule_on_a_phone(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer", viewport=PHONE, has_touch=True, is_mobile=True)
    adopt(page, demo, "CPA exceeds 2x target")
    shoot(page, "builder-phone-first")
    expect(page.locator("#rule-said")).to_contain_text("match", timeout=SLOW)
    sound(page)
    page.get_by_label("By percent").fill("30")
    expect(page.locator("#rule-sentence")).to_contain_text("by 30 %", timeout=SLOW)
    page.get_by_role("heading", name="How often").tap()
    page.get_by_label("Look", exact=True).select_option("daily")
    page.get_by_label("At (for once a day)").fill("23:30")
    expect(page.locator("#rule-sentence")).to_contain_text("every day at 23:30", timeout=SLOW)
    sound(page)
    shoot(page, "builder-phone", full=True)
    page.get_by_label("Name", exact=True).fill("Night cut")
    page.get_by_role("button", name="Save and switch on").tap()
    page.wait_for_url(re.compile(r"/rules/[0-9a-f-]{36}/$"))
    expect(page.locator("main")).to_contain_text("first runs dry")
    backtested(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def drawn(page: Page, count: int) -> None:
    """The form was drawn anew with so many conditions."""
    expect(page.locator(".b-leaf")).to_have_count(count, timeout=SLOW)


def focused(page: Page, label: str) -> None:
    """The focus is on the control of this label and can be seen."""
    expect(page.get_by_label(label, exact=True)).to_be_focused(timeout=SLOW)
    assert page.evaluate(
        "() => { const style = getComputedStyle(document.activeElement);"
        " return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; }"
    )


def test_nested_groups_are_built_by_keyboard_alone(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer")
    page.goto(f"{demo.url}/rules/new/")
    expect(page.locator("#rule-preview")).to_contain_text("Still to do", timeout=SLOW)
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("By keys")
    page.get_by_label("Field of condition 1").focus()
    press(page, "Tab", "Tab", "Tab")
    page.keyboard.type("20")
    press(page, "Alt+Shift+Enter")
    drawn(page, 3)
    focused(page, "Field of condition 2")
    page.keyboard.type("roas")
    press(page, "ArrowDown", "ArrowUp", "Enter", "Tab", "Tab")
    page.keyboard.type("is under")
    press(page, "Tab")
    page.keyboard.type("9")
    press(page, "Alt+Enter")
    drawn(page, 4)
    focused(page, "Field of condition 3")
    page.keyboard.type("Clicks")
    press(page, "Enter", "Tab", "Tab", "Tab")
    page.keyboard.type("1")
    expect(page.locator("#rule-preview")).to_contain_text("Still to do", timeout=SLOW)
    page.get_by_label("Field of condition 4").focus()
    press(page, "Alt+Shift+ArrowRight")
    expect(page.locator(".b-group:not(.b-root) .b-leaf")).to_have_count(3, timeout=SLOW)
    press(page, "Alt+Backspace")
    drawn(page, 3)
    expect(page.locator("#rule-sentence")).to_contain_text(re.compile("ROAS .*9 or .*clicks"), timeout=SLOW)
    shoot(page, "builder-keys", full=True)
    page.get_by_role("button", name="Save as draft").focus()
    press(page, "Enter")
    page.wait_for_url(re.compile(r"/rules/[0-9a-f-]{36}/$"))


def test_leaving_with_unsaved_changes_asks_first(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer")
    page.goto(f"{demo.url}/rules/new/")
    page.get_by_label("Name", exact=True).fill("Half done")
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Rules").click()
    page.wait_for_url(re.compile(r"/rules/$"))
    assert asked == ["beforeunload"]


def test_a_rule_is_built_without_javascript(demo: Demo, sign_in: SignIn) -> None:
    page = sign_in("demo-buyer", java_script_enabled=False)
    page.goto(f"{demo.url}/rules/new/")
    page.get_by_label("Name", exact=True).fill("Plain")
    page.get_by_role("button", name="Group", exact=True).click()
    assert page.get_by_label("Name", exact=True).input_value() == "Plain"
    for number, (field, value) in enumerate((("Spend", "10"), ("Conversions", "0"), ("CTR", "50")), 1):
        condition = page.get_by_role("group", name=f"Condition {number}", exact=True)
        condition.get_by_label(f"Field of condition {number}").fill(field)
        condition.get_by_label("Value").fill(value)
    page.get_by_role("button", name="Show matches").last.click()
    assert " match" in page.locator("#rule-matches").inner_text()
    page.get_by_role("button", name="Save as draft").click()
    expect(page.locator("main")).to_contain_text("saved as a draft")
