"""`emergency_stop`: stops one account or everything, undoes and pauses if asked; `--lift` lifts it."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metaads.models import AdAccount
from optimization import doors
from optimization.incident.emergency import emergency
from optimization.incident.stops import lift_stop
from optimization.models import EmergencyStop, Incident, Source
from optimization.queue.errors import QueueError


class Command(BaseCommand):
    help = "No new write begins on any worker. Rules are disabled; approved actions return to a person."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", help="Meta id of the ad account; default: everything.")
        parser.add_argument("--reason", default="")
        parser.add_argument("--revert-hours", type=float, help="Also undo what took effect in the last N hours.")
        parser.add_argument("--pause-affected", action="store_true", help="Also pause what those changes touched.")
        parser.add_argument("--lift", action="store_true", help="Lift it instead (needs --reason).")
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        account = doors.accounts(options["account"])[0] if options["account"] else None
        now = doors.moment(options["now"], account)
        if options["lift"]:
            self._lift(account, now, options["reason"])
            return
        hours, pause = options["revert_hours"], options["pause_affected"]
        try:
            incident = emergency(account, None, now, options["reason"], hours, pause)
        except QueueError as error:
            raise CommandError(f"Stopped, but nothing was undone: {error}") from None
        self._tell(incident)

    def _tell(self, incident: Incident) -> None:
        stop = incident.stop
        assert stop is not None  # noqa: S101 - an incident that was opened by a stop has it
        pauses = incident.actions.filter(source=Source.INCIDENT).count()
        undos = incident.actions.filter(source=Source.UNDO).count()
        self.stdout.write(f"{stop.sentence()} Rules disabled: {len(stop.disabled_rules)}.")
        if undos or pauses:
            self.stdout.write(f"Undos on their way: {undos}. Pauses on their way: {pauses}. The act workers do them.")
        if incident.left:
            self.stdout.write(f"Not undone: {len(incident.left)}; the report says why.")
        self.stdout.write(f"Report: /incidents/{incident.public_id}/")

    def _lift(self, account: AdAccount | None, now: datetime, reason: str) -> None:
        standing = EmergencyStop.objects.filter(account=account, lifted_at__isnull=True).first()
        if standing is None:
            raise CommandError("No stop of that is in force.")
        try:
            lift_stop(standing, None, now, reason)
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Lifted. {len(standing.disabled_rules)} rules stay disabled until someone switches them on.")
