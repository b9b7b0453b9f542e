"""`manage.py import_offline`: a CSV of offline conversions into an account."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from intelligence.offline import Note
from intelligence.offline_file import BadFile, read_file
from optimization.doors import accounts, add_now, moment
from optimization.offline_doors import upload_offline

MOST_SHOWN = 50


class Command(BaseCommand):
    help = "Reads offline conversions (event_id, time, value, currency, campaign_id / adset_id / ad_id) from a CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="CSV in UTF-8, `;` or `,` between cells.")
        parser.add_argument("--account", required=True, help="Meta id of the ad account (digits).")
        add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 if some line was refused, or the file could not be read."""
        account = accounts(options["account"])[0]
        path = Path(options["file"])
        try:
            rows = read_file(path.read_bytes(), account)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        except BadFile as error:
            raise CommandError(f"{path}: {error}") from None
        result = upload_offline(account, rows, path.name, None, moment(options["now"], account))
        for title, notes in (("refused", result.refused), ("belongs to nothing", result.unassigned)):
            self._list(title, notes)
        self.stdout.write(
            f"{result.accepted} accepted ({result.value} {account.currency}), {len(result.duplicates)} known before, "
            f"{len(result.refused)} refused, {len(result.unassigned)} without a known entity."
        )
        if result.refused:
            raise CommandError(f"{len(result.refused)} lines were refused; the rest is stored.")

    def _list(self, title: str, notes: list[Note]) -> None:
        for note in notes[:MOST_SHOWN]:
            self.stderr.write(f"line {note.line} {title}: {note.event_id} {note.reason}")
        if len(notes) > MOST_SHOWN:
            self.stderr.write(f"... and {len(notes) - MOST_SHOWN} more ({title})")
