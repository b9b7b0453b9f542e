"""Rolls up and trims by hand what the clock does once a night."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from metaads.clock import machine_now
from metaads.management.arguments import some
from optimization import doors
from optimization.retention import roll_up_account


class Command(BaseCommand):
    help = (
        "Sums what grows old (hours to profiles of the day, days to weeks) and deletes what is kept no longer, as the "
        "RETAIN_ settings say. Killed half-way, run it again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        doors.add_account(parser)
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = some(options["account"])
        for number, account in enumerate(accounts, start=1):
            now = doors.moment(options["now"], account)
            where = f"[{number}/{len(accounts)}] {account}"

            def tell(text: str, where: str = where) -> None:
                self.stderr.write(f"{where}: {text} …")

            self.stdout.write(roll_up_account(account, now, machine_now(), tell))
