"""`run_optimizer`: the optimiser looks now, whatever its interval; `--dry-run` stores nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from metaads.models import AdAccount
from optimization import doors
from optimization.cycle import run_optimizer
from optimization.models import Action, Run
from optimization.optimizer.look import Ask
from optimization.optimizer.roas import LOOKBACKS


class Command(BaseCommand):
    help = "Lets the optimiser look at every account, or one, and puts what it wants into the queue."

    def add_arguments(self, parser: CommandParser) -> None:
        doors.add_account(parser)
        doors.add_now(parser)
        parser.add_argument("--campaign", action="append", default=[], help="Meta id; may be given several times.")
        parser.add_argument("--lookback-days", type=int, choices=LOOKBACKS, help="Else as the account is set.")
        parser.add_argument("--dry-run", action="store_true", help="Show what would be proposed; store nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        ask = Ask(frozenset(options["campaign"]) or None, options["lookback_days"])
        for account in doors.accounts(options["account"]):
            now = doors.moment(options["now"], account)
            try:
                with transaction.atomic():
                    self._tell(account, run_optimizer(account, now, ask))
                    transaction.set_rollback(options["dry_run"])
            except Exception as error:  # one account failing never stops another
                failed = True
                self.stderr.write(f"{account}: {error}")
        if failed:
            raise CommandError("The optimiser could not look at some accounts; see above.")

    def _tell(self, account: AdAccount, run: Run | None) -> None:
        if run is None:
            self.stdout.write(f"{account}: no fresh data, or a stop is in force.")
            return
        counts = run.counts
        self.stdout.write(
            f"{account}: {counts['campaigns']} campaigns looked at, {counts['proposed']} actions proposed, "
            f"{counts['alone']} went alone, {counts['seconds']:.2f} s."
        )
        for what in ("skipped", "refused", "blocked"):
            for reason, number in sorted(counts[what].items()):
                self.stdout.write(f"  {what} {number}: {reason}")
        for action in Action.objects.filter(account=account, refreshed_at=run.started_at, source="optimizer"):
            self.stdout.write(f"  {action.kind} {action.entity_name}. {action.reason}")
