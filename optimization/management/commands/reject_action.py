"""`reject_action ID --reason TEXT`: rejects an open proposal as the operator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from optimization import doors
from optimization.queue.errors import QueueError
from optimization.queue.services import reject


class Command(BaseCommand):
    help = "Rejects an open proposal; it stays away for 72 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", help="Public id of the action.")
        parser.add_argument("--reason", required=True)
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        action = doors.action(options["action"])
        try:
            fresh = reject(action.pk, None, doors.moment(options["now"], action.account), options["reason"])
        except QueueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{fresh.public_id} is {fresh.get_status_display().lower()}. It stays away for 72 hours.")
