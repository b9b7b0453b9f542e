"""`cancel_action ID`: takes back a proposal, or an approval that no worker has begun."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from optimization import doors
from optimization.queue.errors import QueueError
from optimization.queue.services import cancel


class Command(BaseCommand):
    help = "Cancels an open proposal, or an approved action that no worker has begun."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", help="Public id of the action.")
        parser.add_argument("--reason", default="")
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        action = doors.action(options["action"])
        try:
            fresh = cancel(action.pk, None, doors.moment(options["now"], action.account), options["reason"])
        except QueueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{fresh.public_id} is {fresh.get_status_display().lower()}. Nothing changes at Meta.")
