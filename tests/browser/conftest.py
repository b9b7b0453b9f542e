"""The demo as a user starts it, and Chromium. Screenshots go to var/screenshots (ignored by git, kept by CI)."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.architecture.tree import ROOT
from tests.browser.started import Demo, started

SCREENSHOTS = ROOT / "var" / "screenshots"
DESKTOP, PHONE = {"width": 1360, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One for all browser tests: tests/order.py keeps them on one worker."""
    with started(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ends with its file: while Playwright's event loop runs, Django refuses the database to other tests."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is needed for the browser tests: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(chromium: Browser, demo: Demo) -> Iterator[SignIn]:
    """Signs a demo user in, in a context of its own. What the console complains about fails the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def enter(user: str, viewport: dict[str, int] | None = None, **options: Any) -> Page:
        context = chromium.new_context(viewport=viewport or DESKTOP, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{demo.url}/accounts/login/")
        page.fill("input[name=login]", user)
        page.fill("input[name=password]", demo.passwords[user])
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"{demo.url}/")
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not complaints, complaints


def shoot(page: Page, name: str, full: bool = False) -> None:
    """A screenshot for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=full)
