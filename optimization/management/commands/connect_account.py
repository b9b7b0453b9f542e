"""`connect_account`: stores a connection and its ad accounts, without asking anything and without any call."""

import os
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from metaads.models import Membership, Role
from metaads.sync.connect import AccountFacts
from optimization import doors
from optimization.connections import Credentials, connect


class Command(BaseCommand):
    help = "Connects ad accounts on any Graph host. The token is read from an environment variable or a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", nargs="*", help="Ad account ids (act_123 or 123); default META_AD_ACCOUNT_ID.")
        parser.add_argument("--name", default="Meta")
        parser.add_argument("--graph-url", default=settings.META_GRAPH_URL)
        parser.add_argument("--api-version", default=settings.META_API_VERSION)
        parser.add_argument("--token-env", default="META_ACCESS_TOKEN", help="Variable that holds the token.")
        parser.add_argument("--token-file", help="File that holds the token, instead of a variable.")
        parser.add_argument("--app-id", default=os.environ.get("META_APP_ID", ""))
        parser.add_argument("--app-secret-env", default="META_APP_SECRET", help="Variable that holds the app secret.")
        parser.add_argument("--sandbox", action="store_true", help="The host is our simulated Meta.")
        parser.add_argument("--currency", default="USD", help="Until the first sync tells.")
        parser.add_argument("--timezone", default="UTC", help="Until the first sync tells.")
        parser.add_argument("--manager", help="User name that gets the role manager in these accounts.")
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        credentials = Credentials(
            name=options["name"],
            graph_url=options["graph_url"],
            token=self._token(options),
            app_id=options["app_id"],
            app_secret=os.environ.get(options["app_secret_env"], ""),
            sandbox=options["sandbox"],
            api_version=options["api_version"],
        )
        ids = options["account"] or [i for i in os.environ.get("META_AD_ACCOUNT_ID", "").split(",") if i]
        if not ids:
            raise CommandError("account: name at least one ad account id, or set META_AD_ACCOUNT_ID.")
        manager = self._manager(options["manager"])
        facts = AccountFacts(currency=options["currency"], timezone_name=options["timezone"])
        try:
            connection, accounts = connect(credentials, ids, None, doors.moment(options["now"]), facts)
        except ValueError as error:
            raise CommandError(str(error)) from None
        for account in accounts if manager else ():
            Membership.objects.update_or_create(user=manager, account=account, defaults={"role": Role.MANAGER})
        names = ", ".join(account.path_id for account in accounts)
        self.stdout.write(
            f"Stored {connection.name} with {names}. Next: manage.py check_connection, then manage.py tick."
        )

    def _token(self, options: dict[str, Any]) -> str:
        if options["token_file"]:
            try:
                with open(options["token_file"], encoding="utf-8") as file:
                    token = file.read().strip()
            except OSError as error:
                raise CommandError(f"--token-file: {error.strerror}.") from None
            if not token:
                raise CommandError(f"--token-file: {options['token_file']} is empty.")
            return token
        token = os.environ.get(options["token_env"], "").strip()
        if not token:
            raise CommandError(f"{options['token_env']} is empty. Put the token there, or use --token-file.")
        return token

    def _manager(self, name: str | None) -> User | None:
        user = User.objects.filter(username=name).first() if name else None
        if name and user is None:
            raise CommandError(
                f"--manager: there is no user {name!r}. Make one with manage.py createsuperuser or admin."
            )
        return user
