"""`manage.py import_native_rules`: Meta's own automated rules as drafts of ours, where the translation is exact."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from metaads.management.arguments import add_account, add_now, moment, some
from metaads.models import AdAccount
from optimization.rules.native import NativePlan, NativeRefused, adopt_native, plans_of


class Command(BaseCommand):
    help = (
        "Takes Meta's own rules over as rules of ours, switched off. What is not exactly the same is named and left. "
        "Meta's rules stay as they are: switch them off in Ads Manager before you switch ours on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_account(parser)
        parser.add_argument("--user", help="User name of the owner of new rules.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be made; make nothing.")
        add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(username=options["user"]).first() if options["user"] else None
        if options["user"] and owner is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        for account in some(options["account"]):
            plans = plans_of(account)
            self.stdout.write(f"{account}: {len(plans)} rules of Meta's own")
            for plan in plans:
                self._one(plan, account, owner, options)

    def _one(self, plan: NativePlan, account: AdAccount, owner: User | None, options: dict[str, Any]) -> None:
        name = plan.native.name or plan.native.meta_id
        if plan.rule is not None:
            self.stdout.write(f"  {name}: taken over before, as {plan.rule.public_id}")
        elif not plan.exact:
            self.stdout.write(f"  {name}: left alone. {' '.join(plan.problems)}")
        elif options["dry_run"]:
            self.stdout.write(f"  {name}: would become: {plan.says} {' '.join(plan.notes)}".rstrip())
        else:
            try:
                rule = adopt_native(plan.native, owner, moment(options["now"], account))
            except NativeRefused as refused:
                self.stdout.write(f"  {name}: left alone. {refused}")
            else:
                self.stdout.write(f"  {name}: is {rule.public_id}, off. {plan.says} {' '.join(plan.notes)}".rstrip())
