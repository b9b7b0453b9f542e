"""`execute_actions`: carries out what is approved, and settles what is uncertain."""

import time
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metaads import switch
from optimization import dispatch, doors


class Command(BaseCommand):
    help = "Carries out approved actions in this process; with --once one pass, else until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        doors.add_account(parser)
        doors.add_now(parser)
        parser.add_argument("--once", action="store_true")
        parser.add_argument("--pause", type=float, default=2.0, help="Seconds between two passes.")

    def handle(self, *args: Any, **options: Any) -> None:
        off = switch.why_off(switch.EXECUTOR)
        if off:
            raise CommandError(f"Nothing is executed: {off}")
        while True:
            for account in doors.accounts(options["account"]):
                clock = partial(doors.moment, options["now"], account)
                counts = dispatch.run_due(account, clock)
                if counts:
                    words = ", ".join(f"{count} {status.label.lower()}" for status, count in counts.items())
                    self.stdout.write(f"{account}: {words}")
            if options["once"]:
                return
            time.sleep(options["pause"])
