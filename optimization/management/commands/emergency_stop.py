"""`emergency_stop`: stops one account or everything; `--lift` lifts it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from optimization import doors
from optimization.incident.stops import lift_stop, set_stop
from optimization.models import EmergencyStop


class Command(BaseCommand):
    help = "No new write begins on any worker. Rules are disabled; approved actions return to a person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", help="Meta id of the ad account; default: everything.")
        parser.add_argument("--reason", default="")
        parser.add_argument("--lift", action="store_true", help="Lift it instead (needs --reason).")
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        account = doors.accounts(options["account"])[0] if options["account"] else None
        now = doors.moment(options["now"], account)
        if not options["lift"]:
            stop = set_stop(account, None, now, options["reason"])
            self.stdout.write(f"{stop.sentence()} Rules disabled: {len(stop.disabled_rules)}.")
            return
        standing = EmergencyStop.objects.filter(account=account, lifted_at__isnull=True).first()
        if standing is None:
            raise CommandError("No stop of that is in force.")
        try:
            lift_stop(standing, None, now, options["reason"])
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Lifted. {len(standing.disabled_rules)} rules stay disabled until someone switches them on.")
