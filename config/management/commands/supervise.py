"""`manage.py supervise`: web and both queues on this machine, watched and restarted, in one command."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.supervisor.family import supervisor
from optimization.ledger import triggers


class Command(BaseCommand):
    help = "Starts web, the act queue and the work queue, restarts what dies, stops all on Ctrl-C or SIGTERM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", help="Address of the web server.")
        parser.add_argument("--workers", type=int, default=2, help="Web processes.")
        parser.add_argument("--threads", type=int, default=4, help="Threads per web process.")
        parser.add_argument("--grace", type=float, default=30, help="Seconds to finish work after SIGTERM.")
        parser.add_argument("--demo", action="store_true", help="The shipped sandbox too: same as `manage.py demo`.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["demo"]:
            call_command("demo")
            return
        missing = triggers.missing()
        if missing:
            raise CommandError(f"The ledger is not protected ({', '.join(missing)}). Run migrate, then verify_ledger.")
        call_command("setup_schedules", verbosity=0)
        watch = supervisor(options["bind"], options["workers"], options["threads"], options["grace"])
        watch.listen()
        watch.run()
