"""`manage.py demo`: the whole product against the shipped sandbox, in an environment of its own."""

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo import recent, seed
from config.demo.people import PEOPLE, passwords, settle
from config.sandbox_control import SandboxControl, SandboxUnreachable
from config.supervisor.child import Child
from config.supervisor.family import manage, supervisor
from config.supervisor.watch import Supervisor


class Command(BaseCommand):
    help = (
        "Starts sandbox, web and workers, fills them at the first start, prints address and log-ins. Ctrl-C ends all."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        home, started = Path(os.environ["DEMO_HOME"]), time.monotonic()
        with (home / "lock").open("w") as lock:
            self._alone(lock.fileno(), home)
            watch = self._watch()
            watch.listen()
            try:
                self._fill(watch, home)
                self._answers(watch)
                self._greet(home, time.monotonic() - started)
                watch.run()
            finally:
                watch.stop()

    def _alone(self, lock: int, home: Path) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"A demo is already running on {home}. Stop it, or set DEMO_DIR to another folder."
            ) from None

    def _watch(self) -> Supervisor:
        port = settings.META_GRAPH_URL.rpartition(":")[2]
        start = ("--hours-ago", str(recent.BACK / recent.HOUR))
        sandbox = Child("sandbox", manage("run_sandbox", "--port", port, *start), {"PYTHONWARNINGS": "ignore"})
        return supervisor(os.environ["DEMO_WEB"], workers=1, threads=6, grace=4, others=[sandbox])

    def _web(self, watch: Supervisor) -> Child:
        return next(child for child in watch.children if child.name == "web")

    def _fill(self, watch: Supervisor, home: Path) -> None:
        """Database and sandbox come up together, then whatever is missing is filled in while the web server starts."""
        say, control = self._say, SandboxControl(settings.META_GRAPH_URL)
        say("Starting the sandbox, a simulated Meta with three ad accounts ...")
        watch.children[0].start()
        call_command("migrate", verbosity=0)
        call_command("setup_schedules", verbosity=0)
        self._web(watch).start()
        settle((), home)  # passwords take a while to hash, and the sandbox to make its world
        try:
            facts = control.wait(120)
        except SandboxUnreachable as error:
            raise CommandError(str(error)) from None
        accounts = seed.link(facts, settings.META_GRAPH_URL, timezone.now())
        try:
            seed.fill(accounts, control, home, say)
        except seed.SeedFailed as error:
            raise CommandError(f"{error} Start the demo again, it goes on from there.") from None

    def _answers(self, watch: Supervisor) -> None:
        """Waits until our own web server answers: what it prints can be opened at once. The queues start after it."""
        deadline = time.monotonic() + 30
        web = self._web(watch)
        while not watch.stopping:
            web.keep_running()
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"http://{os.environ['DEMO_WEB']}/accounts/login/", timeout=5).ok and web.running:
                    return
            if web.starts > 2 or time.monotonic() > deadline:
                raise CommandError(f"The web server does not come up on {os.environ['DEMO_WEB']}. Set DEMO_PORT.")
            time.sleep(0.1)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _greet(self, home: Path, seconds: float) -> None:
        kept = passwords(home)
        lines = [f"\nReady after {seconds:.0f} s:  http://{os.environ['DEMO_WEB']}/\n"]
        lines += [f"  {person.name:12} {kept[person.name]:14} {person.what}" for person in PEOPLE]
        lines += ["\nIn a second terminal:  DEMO=1 .venv/bin/python manage.py verify_ledger"]
        lines += ["Its state stays in " + os.path.relpath(home) + ". Ctrl-C stops everything.\n"]
        self._say("\n".join(lines))
