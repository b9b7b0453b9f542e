"""`verify_ledger`: proves the hash chains and that the database still refuses to change them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from optimization.ledger import verify
from optimization.ledger.triggers import missing
from optimization.models import LedgerEvent


class Command(BaseCommand):
    help = "Checks every link of every chain and that the triggers stand. Exits 1 if anything is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        problems = [str(problem) for problem in verify()]
        problems += [f"trigger {name} is missing: the database would accept changes" for name in missing()]
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} problems. Keep the database as it is and compare with a backup.")
        count = LedgerEvent.objects.count()
        chains = LedgerEvent.objects.values("chain").distinct().count()
        self.stdout.write(f"The ledger is whole: {count} events in {chains} chains.")
