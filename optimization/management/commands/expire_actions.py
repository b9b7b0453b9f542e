"""`expire_actions`: closes what is past its time."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from optimization import doors, pipeline


class Command(BaseCommand):
    help = "Closes proposals and approvals that are past their time."

    def add_arguments(self, parser: CommandParser) -> None:
        doors.add_account(parser)
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        count = sum(pipeline.expire(a, doors.moment(options["now"], a)) for a in doors.some(options["account"]))
        self.stdout.write(f"{count} actions closed.")
