"""Runs the simulated Meta on loopback, as a process of its own."""

import signal
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from werkzeug.serving import WSGIRequestHandler, make_server

from metaads.sandbox.plans import PLANS, schedule
from metaads.sandbox.server import make_app
from metaads.sandbox.state import StateError, Store, open_store
from metaads.sandbox.world.options import SIZES, sized
from metaads.sandbox.world.world import World, create

COUNTS = {
    "accounts": "Ad accounts",
    "campaigns": "Campaigns of an account",
    "ad_sets": "Ad sets of an account",
    "ads": "Ads of an account",
    "history_days": "Days of the past",
}


class Handler(WSGIRequestHandler):
    """Writes no access log: addresses could hold tokens."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Silent."""


class Command(BaseCommand):
    help = "Run the sandbox: a simulated Meta with a world behind it. Stops on SIGTERM or Ctrl-C and keeps its state."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8077)
        parser.add_argument(
            "--state", type=Path, default=None, help="Folder of the state file; default VAR_DIR/sandbox."
        )
        parser.add_argument("--seed", type=int, default=7, help="Used when the folder is empty.")
        parser.add_argument("--size", choices=sorted(SIZES), default="demo", help="Used when the folder is empty.")
        for name, what in COUNTS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", type=int, help=f"{what}; default: as the size has it.")
        parser.add_argument(
            "--hours-ago", type=float, default=0.0, help="How far back the clock starts; used when the folder is empty."
        )
        parser.add_argument("--lazy", action="store_true", help="Simulate an account only once it is asked for.")
        parser.add_argument("--in-memory", action="store_true", help="Keep nothing: no state file is read or written.")
        parser.add_argument("--faults", choices=sorted(PLANS), help="A plan of faults, laid over the next hours.")
        parser.add_argument("--faults-hours", type=float, default=24.0, help="How long the plan lasts (default 24).")

    def handle(self, *args: Any, **options: Any) -> None:
        store, world = self._world(options)
        app = make_app(world, store)
        if options["faults"]:
            now, hours = world.clock.now(), options["faults_hours"]
            app.faults.active += schedule(options["faults"], world.options.seed, now, hours)
        server = make_server(options["host"], options["port"], app, threaded=True, request_handler=Handler)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        self.stdout.write(f"sandbox ready on http://{options['host']}:{server.port} ({len(world.accounts)} accounts)")
        self.stdout.flush()
        app.push.start()
        server.serve_forever()
        app.push.stop()
        with app.lock:
            if store is not None:
                store.save(world)

    def _world(self, options: dict[str, Any]) -> tuple[Store | None, World]:
        """The world of the state's folder, a new one where that is empty, or one in memory only."""
        changed = {name: options[name] for name in COUNTS if options[name] is not None}
        if options["lazy"]:
            changed["lazy"] = True
        try:
            size = sized(options["size"], options["seed"], **changed)
            start = time.time() - options["hours_ago"] * 3600 if options["hours_ago"] else None
            if options["in_memory"]:
                return None, create(size, start)
            store = Store(options["state"] or settings.VAR_DIR / "sandbox")
            return store, open_store(store, lambda: create(size, start))
        except (StateError, ValueError) as error:
            raise CommandError(str(error)) from error
