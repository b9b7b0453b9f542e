"""`revert_action ID`: undoes an executed change."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from optimization import doors
from optimization.queue.errors import QueueError
from optimization.queue.services import undo


class Command(BaseCommand):
    help = "Puts the old value back, if the entity still has ours."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", help="Public id of the action.")
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        action = doors.action(options["action"])
        try:
            undoing = undo(action.pk, None, doors.moment(options["now"], action.account))
        except QueueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{undoing.public_id} undoes it: {undoing.get_status_display().lower()}.")
