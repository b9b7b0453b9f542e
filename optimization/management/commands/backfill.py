"""`backfill`: fetches the past that is missing, shows how far it is, can be ended and taken up again."""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from intelligence.collect.backfill import to_the_end
from intelligence.collect.job import Progress, progress
from metaads.management.arguments import one_by_one, some, watched
from metaads.models import AdAccount
from metaads.switch import SwitchedOff
from optimization import doors
from optimization.backfills import cancel_backfill, resume_backfill


class Command(BaseCommand):
    help = "Fetches an account's past days that are missing, newest first. Can be killed at any point and run again."

    def add_arguments(self, parser: CommandParser) -> None:
        doors.add_account(parser)
        doors.add_now(parser)
        parser.add_argument("--days", type=int, help="How many days before today (default INITIAL_HISTORICAL_DAYS).")
        parser.add_argument("--show", action="store_true", help="Only say how far it is.")
        parser.add_argument("--cancel", action="store_true", help="End it; what is held stays.")
        parser.add_argument("--resume", action="store_true", help="Take up a cancelled one, and go on.")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        asks_meta = not (options["show"] or options["cancel"])
        chosen = (watched if asks_meta else some)(options["account"])
        for account in one_by_one(chosen, self.stderr):
            failed += not self._one(account, options)
        if failed:
            raise CommandError(f"{failed} account(s) are not complete; the lines above say why. Run it again later.")

    def _one(self, account: AdAccount, options: dict[str, Any]) -> bool:
        """Whether nothing is left to complain about."""
        now = doors.moment(options["now"], account)
        if options["show"]:
            self._say(account, progress(account))
            return True
        if options["cancel"]:
            done = cancel_backfill(account, None, now)
            self.stdout.write(f"{account}: {'cancelled; what is held stays.' if done else 'nothing was running.'}")
            return True
        if options["resume"]:
            resume_backfill(account, None, now)
        try:
            result = to_the_end(account, now, options["days"] or settings.INITIAL_HISTORICAL_DAYS, self._line(account))
        except SwitchedOff as off:
            raise CommandError(f"Nothing was read. {off} Turn it on and run this again.") from off
        self._say(account, progress(account))
        return result.ok

    def _line(self, account: AdAccount) -> Any:
        """On a terminal one line, written over as it goes; elsewhere a line a turn."""
        end = "\r" if sys.stdout.isatty() else "\n"
        return lambda state: self.stdout.write(f"{account}: {state}", ending=end)

    def _say(self, account: AdAccount, state: Progress | None) -> None:
        self.stdout.write(f"{account}: {state or 'no back-fill yet.'}")
