"""`lock_entity LEVEL ID`: keeps automation away from a campaign, ad set, ad or account; `--release` ends it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from optimization import doors
from optimization.models import ACCOUNT_LEVEL, EntityLock
from optimization.queue.errors import QueueError
from optimization.queue.locks import lock, release

MODELS: dict[str, Any] = {Level.CAMPAIGN: Campaign, Level.AD_SET: AdSet, Level.AD: Ad}


class Command(BaseCommand):
    help = "Locks an object and all below it against automation. People can still change it by hand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("level", choices=[ACCOUNT_LEVEL, *Level.values])
        parser.add_argument("entity", help="Its id at Meta.")
        parser.add_argument("--until", help="ISO 8601 with zone; default: until it is released.")
        parser.add_argument("--reason", default="", help="Shown wherever the object is. Needed to lock.")
        parser.add_argument("--release", action="store_true", help="Ends the lock instead.")
        doors.add_account(parser)
        doors.add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        level, meta_id = options["level"], options["entity"].removeprefix("act_")
        account = _account_of(level, meta_id, options["account"])
        now = doors.moment(options["now"], account)
        try:
            if options["release"]:
                self._release(account, level, meta_id, now, options["reason"])
                return
            until = doors.moment(options["until"], account, "--until") if options["until"] else None
            made = lock(account, level, meta_id, None, now, reason=options["reason"], until=until)
        except QueueError as error:
            raise CommandError(str(error)) from None
        end = f"until {account.moment(made.until)}" if made.until else "until it is released"
        self.stdout.write(f"{made.entity_name} is locked {end}. Release it with --release.")

    def _release(self, account: AdAccount, level: str, meta_id: str, now: Any, reason: str) -> None:
        standing = EntityLock.objects.filter(account=account, level=level, entity_id=meta_id, released_at=None)
        held = standing.select_related("account").first()
        if held is None:
            raise CommandError(f"{level} {meta_id} is not locked itself. What it is in may be: see its page.")
        release(held, None, now, reason)
        self.stdout.write(f"{held.entity_name} is released. Automation may act on it again.")


def _account_of(level: str, meta_id: str, named: str | None) -> AdAccount:
    """The account that has it; `--account` decides where several have (the same object in an imported file)."""
    rows = doors.accounts(named) if named else list(AdAccount.objects.select_related("connection"))
    if level == ACCOUNT_LEVEL:
        found = [row for row in rows if row.meta_id == meta_id]
    else:
        holders = set(MODELS[level].objects.filter(meta_id=meta_id).values_list("account_id", flat=True))
        found = [row for row in rows if row.pk in holders]
    if len(found) != 1:
        many = "is in several accounts: give --account." if found else "is in no connected account."
        raise CommandError(f"{level} {meta_id} {many}")
    return found[0]
