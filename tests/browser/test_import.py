"""A file of one's own past on a phone: chosen, looked at, stored, and seen among the campaigns."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, SignIn, shoot
from tests.browser.started import Demo
from tests.intelligence.importing.conftest import HEADINGS, csv_of, good_rows

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_an_export_is_brought_on_a_phone(demo: Demo, sign_in: SignIn, tmp_path: Path) -> None:
    rows = good_rows()
    rows[4][3] = "many"
    file = tmp_path / "my past.csv"
    file.write_bytes(csv_of([HEADINGS, *rows]))
    page = sign_in("demo-buyer", viewport=PHONE)
    page.goto(f"{demo.url}/imports/")
    assert fits(page)
    page.get_by_label("CSV file").first.set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    expect(page.locator("h1")).to_have_text("my past.csv")
    expect(page.locator("#refused")).to_contain_text("'many' is no number")
    assert fits(page)
    shoot(page, "import-phone", full=True)
    page.get_by_role("button", name="Store 29 rows").click()
    page.wait_for_url(re.compile("/campaigns/"))
    expect(page.locator("#campaigns")).to_contain_text("Autumn")
    shoot(page, "imported-phone", full=True)
    page.goto(f"{demo.url}/tokens/")
    page.get_by_role("button", name="Make a token").click()
    expect(page.locator("#fresh-token")).to_be_visible()
    assert fits(page)
