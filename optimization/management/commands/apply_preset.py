"""`apply_preset`: a staged roll-out's settings, for the installation or for one account."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from optimization import doors
from optimization.optimizer.presets import PRESETS, NoPreset, apply, choices


class Command(BaseCommand):
    help = "Applies a preset: " + "; ".join(f"{key} ({label})" for key, label in choices())

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("preset", choices=sorted(PRESETS))
        doors.add_account(parser)
        doors.add_now(parser)
        parser.add_argument("--dry-run", action="store_true", help="Say what would be set; store nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        account = doors.accounts(options["account"])[0] if options["account"] else None
        try:
            with transaction.atomic():
                said = apply(options["preset"], account, None, doors.moment(options["now"], account))
                transaction.set_rollback(options["dry_run"])
        except NoPreset as error:
            raise CommandError(str(error)) from None
        self.stdout.write("\n".join([*said, "Nothing was stored." if options["dry_run"] else "Applied."]))
