"""`execute_actions`: carries out what is approved, and settles what is uncertain."""

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metaads import switch
from metaads.models import AdAccount
from optimization import dispatch, doors
from optimization.models import EmergencyStop, Status

LOOK = frozenset({Status.FAILED, Status.NEEDS_PERSON})


def _words(account: AdAccount, counts: Mapping[Status, int]) -> str:
    """What one pass came to, and where to look when something went wrong or nothing was there."""
    if not counts:
        stop = EmergencyStop.objects.in_force(account)
        return stop.sentence() if stop else "nothing is approved. Decide at /actions/, or with approve_action."
    words = ", ".join(f"{count} {status.label.lower()}" for status, count in counts.items())
    return f"{words}. The reasons stand at /actions/." if LOOK & set(counts) else words


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
            for account in doors.some(options["account"]):
                clock = partial(doors.moment, options["now"], account)
                counts = dispatch.run_due(account, clock)
                if counts or options["once"]:
                    self.stdout.write(f"{account}: {_words(account, counts)}")
            if options["once"]:
                return
            time.sleep(options["pause"])
