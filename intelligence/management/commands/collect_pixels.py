"""Reads pixels, their hourly counts and match quality. Exits with 1 when an account failed."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from intelligence.collect.pixels import PIXELS
from metaads.management.arguments import add_account, add_now, moment, one_by_one, watched
from metaads.models import AdAccount
from metaads.switch import SwitchedOff
from metaads.sync.steps import run


class Command(BaseCommand):
    help = "Read the pixels of one account, or of all watched accounts, from Meta."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_account(parser)
        add_now(parser)

    def handle(self, *args: Any, account: str | None = None, now: str | None = None, **options: Any) -> None:
        chosen = one_by_one(watched(account), self.stderr)
        failed = [one.name for one in chosen if not self._read(one, moment(now, one))]
        if failed:
            raise CommandError(f"Not read: {', '.join(failed)}. The lines above say why; mend it and run this again.")

    def _read(self, account: AdAccount, now: datetime) -> bool:
        """One account failing does not stop the others."""
        try:
            outcome = run(PIXELS, account, now)
        except SwitchedOff as off:
            raise CommandError(f"Nothing was read. {off} Turn it on and run this again.") from None
        out = self.stdout if outcome.ok else self.stderr
        out.write(f"{account.name}: {outcome.said or outcome.problem}")
        return outcome.ok
