"""`approve_action ID`: approves an open proposal as the operator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from optimization import doors
from optimization.queue.errors import QueueError
from optimization.queue.services import approve


class Command(BaseCommand):
    help = "Approves an open proposal. The executor carries it out, if it is on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", help="Public id of the action.")
        parser.add_argument("--note", default="")
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        action = doors.action(options["action"])
        try:
            fresh = approve(action.pk, None, doors.moment(options["now"], action.account), note=options["note"])
        except QueueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{fresh.public_id} is {fresh.get_status_display().lower()}. {doors.next_step(fresh)}".strip()
        )
