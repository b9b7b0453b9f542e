"""Brings the mirror of campaigns, ad sets, ads and creatives up to date. Exits with 1 when an account failed."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime

from metaads import clock
from metaads.graph.errors import MetaError
from metaads.models import AdAccount
from metaads.switch import SwitchedOff
from metaads.sync.structure import SyncResult, sync_structure


class Command(BaseCommand):
    help = "Read the structure of one account, or of all watched accounts, from Meta."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", help="Meta's id, with or without act_; all watched when left out.")
        parser.add_argument("--now", help="Business time (ISO 8601) instead of the account's clock.")

    def handle(self, *args: Any, account: str | None = None, now: str | None = None, **options: Any) -> None:
        moment = _moment(now)
        failed = [one.name for one in _chosen(account) if not self._sync(one, moment or clock.business_now(one))]
        if failed:
            raise CommandError(f"Not synced: {', '.join(failed)}.")

    def _sync(self, account: AdAccount, now: datetime) -> bool:
        """One account failing does not stop the others."""
        try:
            self.stdout.write(f"{account.name}: {told(sync_structure(account, now))}")
        except SwitchedOff as off:
            raise CommandError(str(off)) from None
        except MetaError as error:
            self.stderr.write(f"{account.name}: {error}")
            return False
        return True


def told(result: SyncResult) -> str:
    levels = (("campaigns", result.campaigns), ("ad sets", result.ad_sets), ("ads", result.ads))
    return ", ".join(f"{level.seen} {name}" for name, level in levels) + f"; {result.vanished} gone"


def _chosen(account: str | None) -> list[AdAccount]:
    watched = AdAccount.objects.watched().select_related("connection")
    chosen = list(watched if account is None else watched.filter(meta_id=account.removeprefix("act_")))
    if not chosen:
        raise CommandError("No such watched account. Connect one with: manage.py connect_account")
    return chosen


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    parsed = parse_datetime(text)
    if parsed is None:
        raise CommandError(f"--now {text!r} is no ISO 8601 time, such as 2026-11-20T12:00:00Z.")
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
