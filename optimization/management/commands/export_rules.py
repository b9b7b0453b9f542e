"""`manage.py export_rules`: rules as a YAML file that a team keeps in git."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metaads.management.arguments import accounts, add_account
from optimization.models import Rule
from optimization.rules.yaml_files import export_rules


class Command(BaseCommand):
    help = "Writes the current versions of rules as YAML: all of them, those of an account, or those named by id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rules", nargs="*", help="Public ids; none = all.")
        add_account(parser)
        parser.add_argument("--output", help="File to write; without it the terminal.")

    def handle(self, *args: Any, **options: Any) -> None:
        rules = Rule.objects.select_related("current").prefetch_related("accounts")
        if options["account"]:
            rules = rules.filter(accounts__in=accounts(options["account"])).distinct()
        if options["rules"]:
            rules = rules.filter(public_id__in=self._ids(options["rules"]))
        text = export_rules(rules)
        if not options["output"]:
            self.stdout.write(text, ending="")
            return
        path = Path(options["output"])
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        self.stdout.write(f"{rules.filter(current__isnull=False).count()} rules are in {path}.")

    def _ids(self, given: list[str]) -> list[UUID]:
        try:
            ids = [UUID(one) for one in given]
        except ValueError:
            raise CommandError("A rule is named by its public id, which stands on its page.") from None
        missing = set(ids) - set(Rule.objects.filter(public_id__in=ids).values_list("public_id", flat=True))
        if missing:
            raise CommandError(f"There is no rule {', '.join(sorted(map(str, missing)))}.")
        return ids
