"""`evaluate_rules`: runs the rules on the newest data; `--dry-run` stores nothing."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from metaads.models import AdAccount
from optimization import doors, pipeline
from optimization.models import Action


class Command(BaseCommand):
    help = "Evaluates all rules that are due and puts what they want into the queue."

    def add_arguments(self, parser: CommandParser) -> None:
        doors.add_account(parser)
        doors.add_now(parser)
        parser.add_argument("--dry-run", action="store_true", help="Show what would be proposed; store nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        for account in doors.accounts(options["account"]):
            now = doors.moment(options["now"], account)
            try:
                with transaction.atomic():
                    self.stdout.write(f"{account}: {pipeline.evaluate(account, now)}")
                    if options["dry_run"]:
                        self._show(account, now)
                        transaction.set_rollback(True)
            except Exception as error:  # one account failing never stops another
                failed = True
                self.stderr.write(f"{account}: {error}")
        if failed:
            raise CommandError("Some accounts could not be evaluated; see above, then run it again.")

    def _show(self, account: AdAccount, now: datetime) -> None:
        for action in Action.objects.filter(account=account, proposed_at=now):
            self.stdout.write(f"  would propose: {action.kind} {action.entity_name}. {action.reason}")
