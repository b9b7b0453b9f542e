"""`manage.py tick`: everything that is due, once, in this process. Exits non-zero if anything failed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.tick import tick
from metaads.management.arguments import add_account, add_now, moment, watched
from metaads.models import AdAccount


class Command(BaseCommand):
    help = (
        "Observes, evaluates, executes what was approved, settles and expires: what is due, once, account by account."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_now(parser)
        add_account(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        now = moment(options["now"]) if options["now"] else None
        reports = tick(now, self._accounts(options["account"]))
        for report in reports:
            self.stdout.write(f"{report.account}: {report.step} {report.outcome}: {report.text}")
        failed = [report for report in reports if report.outcome == "failed"]
        if failed:
            raise CommandError(f"{len(failed)} of {len(reports)} steps failed. The lines above say which and why.")
        if not reports:
            self.stdout.write("No account is connected. Connect one: manage.py connect_account --help")

    def _accounts(self, meta_id: str | None) -> list[AdAccount] | None:
        return None if meta_id is None else watched(meta_id)
