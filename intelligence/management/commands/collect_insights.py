"""Collects insights by hand: what is due now, or given days again."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from intelligence.collect.again import again
from intelligence.collect.insights import LEVELS, CollectResult, collect
from metaads.management.arguments import add_account, add_now, moment, one_by_one, watched
from metaads.models import AdAccount
from metaads.switch import SwitchedOff


class Command(BaseCommand):
    help = (
        "Reads insights of all watched accounts (or one) at all levels (or one). Reads only; changes nothing at Meta."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_account(parser)
        parser.add_argument("--level", choices=LEVELS, help="Default: all three.")
        parser.add_argument("--since", type=_day, help="First account day to read again, YYYY-MM-DD; needs --until.")
        parser.add_argument("--until", type=_day, help="Last account day to read again, YYYY-MM-DD.")
        add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        since, until = options["since"], options["until"]
        if (since is None) != (until is None) or (since and until and since > until):
            raise CommandError("Give --since and --until together, the earlier day first.")
        levels = (options["level"],) if options["level"] else LEVELS
        failed = 0
        for account in one_by_one(watched(options["account"]), self.stderr):
            now = moment(options["now"], account)
            try:
                result = (
                    again(account, since, until, now, levels)
                    if since and until
                    else collect(account, now, levels=levels)
                )
            except SwitchedOff as error:
                raise CommandError(f"Nothing was read. {error} Turn it on and run this again.") from error
            failed += not result.ok
            self._report(account, result)
        if failed:
            raise CommandError(
                f"{failed} account(s) failed; what was read is stored. Mend the cause above and run this again."
            )

    def _report(self, account: AdAccount, result: CollectResult) -> None:
        rows = ", ".join(f"{count} {level} rows" for level, count in result.rows.items()) or "no rows"
        self.stdout.write(f"{account}: {rows} today, {result.days} level-days read, {result.changed} changed.")
        for what, problem in result.problems.items():
            self.stderr.write(f"{account}, {what}: {problem}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no day; write it like 2026-11-20.") from error
