"""`manage.py fast_forward`: moves sandbox and product together, the whole pipeline running at each step."""

import sys
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.forwarding import AlreadyRunning, begin, cancel, carry_on
from config.tick import StepReport
from metaads.models import Connection


class Command(BaseCommand):
    help = (
        "Lets hours or days pass in a sandbox: its world goes on, and at each step everything that is due is done. "
        "The page in the browser shows the progress too, and can cancel it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hours", type=float, default=24, help="How far, in hours (default 24).")
        parser.add_argument("--step", type=float, default=1, help="Hours between two runs of the pipeline (default 1).")
        parser.add_argument("--connection", help="Name of the sandbox connection; left out = the only one.")

    def handle(self, *args: Any, **options: Any) -> None:
        connection, self.failed = self._connection(options["connection"]), 0
        try:
            begin(connection, timedelta(hours=options["hours"]), timedelta(hours=options["step"]))
        except (AlreadyRunning, ValueError, OverflowError) as error:
            raise CommandError(f"{error} See --hours and --step.") from None
        try:
            found = carry_on(connection, say=self._show)
        except KeyboardInterrupt:
            cancel(connection)
            carry_on(connection)
            raise CommandError("Cancelled. What was passed stays passed.") from None
        if found.state == "failed":
            raise CommandError(f"{found.problems[-1]} Start it with: run_sandbox (or make demo)")
        if self.failed:
            raise CommandError(f"{self.failed} steps failed on the way. The lines above say which and why.")
        if found.state == "cancelled":
            raise CommandError("Cancelled by somebody else.")

    def _connection(self, name: str | None) -> Connection:
        found = Connection.objects.filter(sandbox=True, **({"name": name} if name else {}))
        if found.count() != 1:
            raise CommandError(f"{found.count()} sandbox connections fit; name one with --connection.")
        return found.get()

    def _show(self, virtual: datetime, reports: list[StepReport]) -> None:
        """A line a step; on a terminal the same line is written over unless something failed."""
        failures = [f"{r.account} {r.step}: {r.text}" for r in reports if r.outcome == "failed"]
        self.failed += len(failures)
        over = sys.stdout.isatty() and not failures
        self.stdout.write(f"{virtual:%Y-%m-%d %H:%M} UTC  {len(reports)} steps", ending="\r" if over else "\n")
        for line in failures:
            self.stdout.write(f"  {line}")
