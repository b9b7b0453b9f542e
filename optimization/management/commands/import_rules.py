"""`manage.py import_rules`: a YAML file of rules, all of it or nothing; `--dry-run` only says what would change."""

from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from metaads.models import AdAccount
from optimization.doors import add_now, moment
from optimization.rules.yaml_files import ImportRefused, Plan, import_rules, read_rules

WORDS = {"create": "new, off", "change": "changes", "nothing": "as it is"}


class Command(BaseCommand):
    help = "Makes and changes rules as a YAML file says. With any error nothing is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="YAML in UTF-8, as export_rules writes it.")
        parser.add_argument("--user", help="User name of the owner of new rules.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would change; change nothing.")
        add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        path, owner = Path(options["file"]), self._owner(options["user"])
        try:
            plan = read_rules(path.read_bytes(), AdAccount.objects.all(), everything=True)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        for problem in plan.problems:
            self.stderr.write(f"{path}, {problem}")
        if not plan.sound:
            raise CommandError(f"{len(plan.problems)} problems; nothing was changed.")
        self._tell(plan)
        if options["dry_run"]:
            self.stdout.write("Nothing was changed: this was a dry run.")
            return
        try:
            done = import_rules(plan, owner, moment(options["now"]))
        except ImportRefused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{len(done)} rules were made or changed.")

    def _tell(self, plan: Plan) -> None:
        for item in plan.items:
            what = f"{WORDS[item.does]} {', '.join(item.changes)}".strip()
            self.stdout.write(f"{item.entry.name} ({what}): {item.says}")

    def _owner(self, name: str | None) -> User | None:
        owner = User.objects.filter(username=name).first() if name else None
        if name and owner is None:
            raise CommandError(f"There is no user {name!r}.")
        return owner
