"""`manage.py adopt_template`: rules from shipped templates, for some accounts or all that are watched."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from metaads.models import AdAccount
from optimization import doors
from optimization.models import Rule
from optimization.rules.services import AdoptionRefused, adopt_for_each_currency, set_active
from optimization.rules.templates import TEMPLATES


class Command(BaseCommand):
    help = "Makes rules from shipped templates: one per currency. They stay off unless --activate is given. Repeatable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("templates", nargs="*", help=f"Any of {', '.join(TEMPLATES)}; none = list them.")
        parser.add_argument("--all", action="store_true", help="Every template.")
        parser.add_argument("--account", action="append", default=[], help="Meta id, with or without act_; repeatable.")
        parser.add_argument("--user", help="User name of the rules' owner.")
        parser.add_argument("--activate", action="store_true", help="Switch the rules on.")
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        keys = list(TEMPLATES) if options["all"] else options["templates"]
        if not keys:
            for template in TEMPLATES.values():
                self.stdout.write(f"{template.key:18} {template.level:6} {template.description}")
            return
        accounts = list(self._accounts(options["account"]))
        owner, now = self._owner(options["user"]), doors.moment(options["now"], accounts[0])
        for key in keys:
            for rule in self._adopt(key, accounts, owner, now):
                if options["activate"]:
                    set_active(rule, True, owner, now)
                summary = rule.current.summary if rule.current else ""
                self.stdout.write(f"{rule.name} ({'on' if rule.active else 'off'}): {summary}")

    def _adopt(self, key: str, accounts: list[AdAccount], owner: User | None, now: datetime) -> list[Rule]:
        try:
            return adopt_for_each_currency(key, accounts, owner, now)
        except AdoptionRefused as refusal:
            raise CommandError(str(refusal)) from None

    def _accounts(self, meta_ids: list[str]) -> QuerySet[AdAccount]:
        wanted = [meta_id.removeprefix("act_") for meta_id in meta_ids]
        found = AdAccount.objects.filter(meta_id__in=wanted) if wanted else AdAccount.objects.watched()
        missing = sorted(set(wanted) - set(found.values_list("meta_id", flat=True)))
        if missing:
            raise CommandError(f"No ad account {', '.join(missing)} is connected here. See connect_account.")
        if not found:
            raise CommandError("No ad account is connected yet. See connect_account.")
        return found

    def _owner(self, name: str | None) -> User | None:
        owner = User.objects.filter(username=name).first() if name else None
        if name and owner is None:
            raise CommandError(f"There is no user {name!r}.")
        return owner
