"""`resolve_action ID --in-effect|--not-in-effect --note TEXT`: settles an action that needs a person."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from optimization import doors
from optimization.queue.errors import QueueError
from optimization.queue.services import resolve


class Command(BaseCommand):
    help = "Settles an action that the executor could not: look at it in Ads Manager first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", help="Public id of the action.")
        seen = parser.add_mutually_exclusive_group(required=True)
        seen.add_argument("--in-effect", action="store_true", help="Meta shows the wanted value.")
        seen.add_argument("--not-in-effect", action="store_true", help="Meta does not show it.")
        parser.add_argument("--note", required=True, help="What you saw at Meta.")
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        action = doors.action(options["action"])
        now = doors.moment(options["now"], action.account)
        try:
            fresh = resolve(action.pk, None, now, options["in_effect"], options["note"])
        except QueueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{fresh.public_id} is {fresh.get_status_display().lower()}.")
