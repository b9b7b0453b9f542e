"""`manage.py tick`: everything that is due, once, in this process. Exits non-zero if anything failed."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.tick import tick
from metaads.models import AdAccount


def aware(text: str) -> datetime:
    """ISO 8601 with a zone; without one the moment is ambiguous and refused."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--now {text!r} is no ISO time. Write it like 2026-11-21T06:00:00Z.") from None
    if moment.tzinfo is None:
        raise CommandError(f"--now {text!r} has no time zone. Write it like {text}Z or {text}+01:00.")
    return moment


class Command(BaseCommand):
    help = (
        "Observes, evaluates, executes what was approved, settles and expires: what is due, once, account by account."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", help="Business time as ISO 8601 with zone; left out = each account's own clock.")
        parser.add_argument("--account", help="Meta id of one account; left out = all that are watched.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = aware(options["now"]) if options["now"] else None
        reports = tick(now, self._accounts(options["account"]))
        for report in reports:
            self.stdout.write(f"{report.account}: {report.step} {report.outcome}: {report.text}")
        failed = [report for report in reports if report.outcome == "failed"]
        if failed:
            raise CommandError(f"{len(failed)} of {len(reports)} steps failed. The lines above say which and why.")
        if not reports:
            self.stdout.write("No account is connected. Connect one: manage.py connect_account --help")

    def _accounts(self, meta_id: str | None) -> list[AdAccount] | None:
        if meta_id is None:
            return None
        found = list(AdAccount.objects.select_related("connection").filter(meta_id=meta_id.removeprefix("act_")))
        if not found:
            raise CommandError(f"No ad account {meta_id}. See them in /admin/metaads/adaccount/.")
        if not found[0].active or found[0].read_only:
            raise CommandError(
                f"{found[0].name} is not watched (switched off, or imported data only), so nothing is read or written "
                "there. Switch it on in /admin/metaads/adaccount/."
            )
        return found
