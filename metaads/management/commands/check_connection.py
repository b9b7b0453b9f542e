"""Says what a connection's token can do: scopes, expiry, accounts. Exits with 1 when something needs a person."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from metaads.management.arguments import add_now, moment
from metaads.models import Connection
from metaads.sync.check import ConnectionReport, check_connection


class Command(BaseCommand):
    help = "Check every connection (or one, by name or id) against Meta and store what was found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connection", nargs="?", help="Name or id; all when left out.")
        add_now(parser)

    def handle(self, *args: Any, connection: str | None = None, now: str | None = None, **options: Any) -> None:
        chosen = [link for link in Connection.objects.order_by("name") if connection in (None, link.name, str(link.pk))]
        if not chosen:
            raise CommandError("No such connection. Make one with: manage.py connect_account")
        bad = [link.name for link in chosen if not self._check(link, now)]
        if bad:
            raise CommandError(f"Needs attention: {', '.join(bad)}. Do what the lines above say, then run this again.")

    def _check(self, link: Connection, now: str | None) -> bool:
        report = check_connection(link, moment(now, link.accounts.first()))
        self.stdout.write(f"{link.name} ({link.graph_url}, {link.api_version})")
        for line in lines(report):
            self.stdout.write(f"  {line}")
        return report.ok


def lines(report: ConnectionReport) -> list[str]:
    """The report in words, problems first. Never a secret."""
    if not report.checked:
        return list(report.problems)
    expiry = f"{report.expires_at:%d %B %Y, %H:%M} UTC" if report.expires_at else "never, or not told"
    accounts = [
        f"account act_{seen.meta_id}: {seen.name}, {seen.currency}, {seen.timezone_name}" for seen in report.accounts
    ]
    return [
        *(f"PROBLEM: {problem}" for problem in report.problems),
        f"scopes: {', '.join(report.scopes) or 'not told'}",
        f"expires: {expiry}",
        f"can change ads: {'yes' if report.can_write else 'no, or not told'}",
        *accounts,
    ]
