"""Brings the mirror of campaigns, ad sets, ads and creatives up to date. Exits with 1 when an account failed."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from metaads.graph.errors import MetaError
from metaads.management.arguments import add_account, add_now, moment, one_by_one, watched
from metaads.models import AdAccount
from metaads.switch import SwitchedOff
from metaads.sync.structure import SyncResult, sync_structure


class Command(BaseCommand):
    help = "Read the structure of one account, or of all watched accounts, from Meta."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_account(parser)
        add_now(parser)

    def handle(self, *args: Any, account: str | None = None, now: str | None = None, **options: Any) -> None:
        chosen = one_by_one(watched(account), self.stderr)
        failed = [one.name for one in chosen if not self._sync(one, moment(now, one))]
        if failed:
            raise CommandError(f"Not synced: {', '.join(failed)}. The lines above say why; mend it and run this again.")

    def _sync(self, account: AdAccount, now: datetime) -> bool:
        """One account failing does not stop the others."""
        try:
            self.stdout.write(f"{account.name}: {told(sync_structure(account, now))}")
        except SwitchedOff as off:
            raise CommandError(f"Nothing was read. {off} Turn it on and run this again.") from None
        except MetaError as error:
            self.stderr.write(f"{account.name}: {error}")
            return False
        return True


def told(result: SyncResult) -> str:
    levels = (("campaigns", result.campaigns), ("ad sets", result.ad_sets), ("ads", result.ads))
    seen = ", ".join(f"{level.seen} {name}" for name, level in levels)
    return f"{seen}; {result.vanished} gone; {result.outside} changed by others"
