"""The demo as a user starts it, and Chromium. Screenshots go to var/screenshots (ignored by git, kept by CI)."""

import json
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from config.sandbox_control import SandboxControl
from tests.architecture.tree import ROOT
from tests.flows.processes import MANAGE, stop

SCREENSHOTS = ROOT / "var" / "screenshots"
DESKTOP, PHONE = {"width": 1360, "height": 900}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class Demo:
    """A running demo. `passwords`: user name -> password."""

    url: str
    home: Path
    env: dict[str, str]
    passwords: dict[str, str]
    sandbox: SandboxControl
    seconds: float

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A management command inside the demo, as its greeting says."""
        env = {**self.env, "DEMO": "1"}
        return subprocess.run([*MANAGE, *arguments], env=env, capture_output=True, text=True, check=False)


def unused_port() -> int:
    """A port that nobody uses just now, far from those that a developer's own demo takes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`manage.py demo` in a folder and on ports of its own, from nothing to its greeting."""
    home = tmp_path_factory.mktemp("demo")
    ports = {"DEMO_PORT": str(unused_port()), "DEMO_SANDBOX_PORT": str(unused_port())}
    env = {**os.environ, "DEMO_DIR": str(home), **ports}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    with (home / "errors.log").open("w") as errors:
        process = subprocess.Popen(
            [*MANAGE, "demo"], env=env, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    threading.Thread(target=process.stdout.read, daemon=True).start()
    try:
        ready = re.search(r"Ready after (\d+) s:\s+(http://\S+?)/\n", said)
        assert ready, said + (home / "errors.log").read_text()[-2000:]
        laid = json.loads((home / "environment.json").read_text())
        yield Demo(
            url=ready[2],
            home=home,
            env=env,
            passwords=json.loads((home / "logins.json").read_text()),
            sandbox=SandboxControl(laid["META_GRAPH_URL"]),
            seconds=float(ready[1]),
        )
    finally:
        stop(process)
        process.stdout.close()


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
