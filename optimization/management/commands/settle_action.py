"""`settle_action ID --done|--not-done --note TEXT`: closes an action that needs a person."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from optimization import doors
from optimization.queue.errors import QueueError
from optimization.queue.settling import settle


class Command(BaseCommand):
    help = "Says of an action that needs a person whether it took effect at Meta. Frees its campaign, ad set or ad."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", help="Public id of the action.")
        answer = parser.add_mutually_exclusive_group(required=True)
        answer.add_argument("--done", action="store_true", help="The wanted value stands at Meta.")
        answer.add_argument("--not-done", action="store_true", help="It does not.")
        parser.add_argument("--note", required=True, help="What was seen in Ads Manager.")
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        action = doors.action(options["action"])
        now = doors.moment(options["now"], action.account)
        try:
            fresh = settle(action.pk, None, now, options["done"], options["note"])
        except QueueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{fresh.public_id} is {fresh.get_status_display().lower()}.")
