"""`closed_loop`: one arm of a simulation, for `simulate` alone. Reads a JSON text, writes a JSON line a step."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.closed_loop import live_through
from config.supervisor.parentage import die_with_parent

MARK = "only-for-a-simulation"


class Command(BaseCommand):
    help = "One arm of a simulation. Started by `simulate`, on a database of its own."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--spec", required=True, help="What to live through, as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.VAR_DIR / MARK).exists():
            raise CommandError("This is no folder of a simulation; start `simulate` instead.")
        die_with_parent()
        try:
            found = live_through(json.loads(options["spec"]), self._say)
        except Exception as error:
            self._tell({"error": f"{type(error).__name__}: {error}"})
            raise
        self._tell({"figures": found})

    def _say(self, share: float, note: str) -> None:
        self._tell({"share": share, "note": note})

    def _tell(self, line: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
