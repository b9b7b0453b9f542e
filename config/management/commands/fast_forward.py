"""`manage.py fast_forward`: moves sandbox and product together, the whole pipeline running at each step."""

import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.sandbox_control import SandboxControl, SandboxUnreachable
from config.tick import StepReport, tick
from metaads.models import AdAccount, Connection


class Command(BaseCommand):
    help = "Lets hours or days pass in a sandbox: its world goes on, and at each step everything that is due is done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hours", type=float, default=24, help="How far, in hours (default 24).")
        parser.add_argument("--step", type=float, default=1, help="Hours between two runs of the pipeline (default 1).")
        parser.add_argument("--connection", help="Name of the sandbox connection; left out = the only one.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 < options["step"] <= options["hours"] <= 24 * 366:
            raise CommandError("--step must be above 0 and at most --hours, and --hours at most a year.")
        connection = self._connection(options["connection"])
        control = SandboxControl(connection.graph_url)
        left, failed = timedelta(hours=options["hours"]), 0
        while left > timedelta(0):
            step = min(left, timedelta(hours=options["step"]))
            try:
                failed += self._advance(connection, control, step)
            except SandboxUnreachable as error:
                raise CommandError(f"{error} Start it with: run_sandbox (or make demo)") from None
            left -= step
        if failed:
            raise CommandError(f"{failed} steps failed on the way. The lines above say which and why.")

    def _connection(self, name: str | None) -> Connection:
        found = Connection.objects.filter(sandbox=True, **({"name": name} if name else {}))
        if found.count() != 1:
            raise CommandError(f"{found.count()} sandbox connections fit; name one with --connection.")
        return found.get()

    def _advance(self, connection: Connection, control: SandboxControl, step: timedelta) -> int:
        """One step: first the sandbox, then our offset to its clock, then a tick. Gives the number of failures."""
        virtual = control.advance(step)
        connection.clock_offset = virtual - timezone.now()
        connection.save(update_fields=["clock_offset"])
        accounts = AdAccount.objects.watched().filter(connection=connection).select_related("connection")
        reports = tick(None, list(accounts))
        self._show(f"{virtual:%Y-%m-%d %H:%M} UTC", reports)
        return sum(report.outcome == "failed" for report in reports)

    def _show(self, moment: str, reports: list[StepReport]) -> None:
        """A line a step; on a terminal the same line is written over unless something failed."""
        failures = [f"{r.account} {r.step}: {r.text}" for r in reports if r.outcome == "failed"]
        over = sys.stdout.isatty() and not failures
        self.stdout.write(f"{moment}  {len(reports)} steps", ending="\r" if over else "\n")
        for line in failures:
            self.stdout.write(f"  {line}")
