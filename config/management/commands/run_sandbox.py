"""Runs the simulated Meta on loopback, as a process of its own."""

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from werkzeug.serving import WSGIRequestHandler, make_server

from metaads.sandbox.server import make_app
from metaads.sandbox.state import StateError, Store, open_store
from metaads.sandbox.world.options import SIZES, sized
from metaads.sandbox.world.world import create


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

    def handle(self, *args: Any, **options: Any) -> None:
        size = sized(options["size"], options["seed"])
        try:
            store = Store(options["state"] or settings.VAR_DIR / "sandbox")
            world = open_store(store, lambda: create(size, None))
        except StateError as error:
            raise CommandError(str(error)) from error
        app = make_app(world, store)
        server = make_server(options["host"], options["port"], app, threaded=True, request_handler=Handler)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        self.stdout.write(f"sandbox ready on http://{options['host']}:{server.port} ({len(world.accounts)} accounts)")
        self.stdout.flush()
        server.serve_forever()
        with app.lock:
            store.save(world)
