"""`measure_outcomes`: what executed changes brought, as far as it is due."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metaads import switch
from optimization import doors, pipeline


class Command(BaseCommand):
    help = "Checks and measures executed changes whose 30 minutes, 24, 48 or 72 hours are over."

    def add_arguments(self, parser: CommandParser) -> None:
        doors.add_account(parser)
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        off = switch.why_off(switch.INTELLIGENCE)
        if off:
            raise CommandError(f"Nothing is measured: {off}")
        for account in doors.some(options["account"]):
            count = pipeline.measure(account, doors.moment(options["now"], account))
            self.stdout.write(f"{account}: {count} measured.")
