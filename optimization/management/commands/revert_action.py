"""`revert_action ID` undoes one executed change; `revert_action --last-hours N --account A` all of the last hours."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from optimization import doors
from optimization.kinds import describe
from optimization.models import Source
from optimization.queue.errors import QueueError
from optimization.queue.reverting import Wanted, look, revert
from optimization.queue.services import undo


class Command(BaseCommand):
    help = "Puts old values back, where the entity still has ours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", nargs="?", help="Public id of one action.")
        parser.add_argument("--last-hours", type=float, help="Instead: all that took effect in the last N hours.")
        parser.add_argument("--account", help="With --last-hours: Meta id of the ad account.")
        parser.add_argument("--source", default="", choices=["", *Source.values], help="Only of this source.")
        parser.add_argument("--rule", help="Only of this rule: its public id or name.")
        parser.add_argument("--kind", default="", help="Only of this kind, as pause or increase_budget.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be undone.")
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["action"]) == (options["last_hours"] is not None):
            raise CommandError("Give either the id of one action, or --last-hours N --account A.")
        try:
            if options["action"]:
                self._one(options)
            else:
                self._many(options)
        except QueueError as error:
            raise CommandError(str(error)) from None

    def _one(self, options: dict[str, Any]) -> None:
        action = doors.action(options["action"])
        undoing = undo(action.pk, None, doors.moment(options["now"], action.account))
        told = f"{undoing.public_id} undoes it: {undoing.get_status_display().lower()}. {doors.next_step(undoing)}"
        self.stdout.write(told.strip())

    def _many(self, options: dict[str, Any]) -> None:
        if not options["account"]:
            raise CommandError("--account: name the ad account whose last hours are to be undone.")
        (account,) = doors.accounts(options["account"])
        now = doors.moment(options["now"], account)
        rule = doors.rule_named(options["rule"]).pk if options["rule"] else None
        wanted = Wanted.last(options["last_hours"], now, source=options["source"], rule_id=rule, kind=options["kind"])
        if options["dry_run"]:
            seen = look(account, wanted, now)
            undos, left, verb = list(seen.drafts), list(seen.left), "would undo"
        else:
            done = revert(account, wanted, None, now)
            undos, left, verb = done.undos, done.left, "undoes"
        for one in undos:
            head = describe(one)
            self.stdout.write(f"{verb}: {head.verb} {head.name} {head.change}".rstrip())
        for action, why_not in left:
            self.stdout.write(f"left: {describe(action).verb} {action.entity_name}: {why_not}")
        self.stdout.write(f"{len(undos)} undos, {len(left)} changes left as they are.")
        if undos and not options["dry_run"]:
            self.stdout.write(doors.CARRIED_OUT)
