"""What all management commands share: `--now`, `--account`, the accounts meant, a line on a terminal at work."""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.core.management.base import CommandError, OutputWrapper

from metaads.clock import business_now
from metaads.models import AdAccount


def add_now(parser: ArgumentParser) -> None:
    parser.add_argument("--now", help="Business time, ISO 8601 with zone; default: the account's clock.")


def add_account(parser: ArgumentParser) -> None:
    parser.add_argument("--account", help="Meta id, with or without act_; default: every watched account.")


def moment(text: str | datetime | None, account: AdAccount | None = None, name: str = "--now") -> datetime:
    """The option `name` as aware UTC, else the account's clock. Without a zone it is ambiguous and refused."""
    if not text:
        return business_now(account)
    try:
        parsed = text if isinstance(text, datetime) else datetime.fromisoformat(text)  # `call_command` may give either
    except ValueError:
        raise CommandError(f"{name}: {text!r} is no ISO time. Write it like 2026-11-21T09:00:00+00:00.") from None
    if parsed.tzinfo is None:
        raise CommandError(f"{name}: {text!r} has no time zone. Write it like 2026-11-21T09:00:00+00:00.")
    return parsed.astimezone(UTC)


def accounts(text: str | None) -> list[AdAccount]:
    """The named account, watched or not, or all watched ones (perhaps none)."""
    if not text:
        return list(AdAccount.objects.watched().select_related("connection"))
    found = list(AdAccount.objects.select_related("connection").filter(meta_id=text.removeprefix("act_")))
    if not found:
        raise CommandError(f"--account: no ad account {text!r} is connected. See `manage.py connect_account`.")
    return found


def some(text: str | None) -> list[AdAccount]:
    """As `accounts`, but none is an error: the command would do nothing and look well."""
    found = accounts(text)
    if not found:
        raise CommandError("No account is connected. Connect one: manage.py connect_account --help")
    return found


def watched(text: str | None) -> list[AdAccount]:
    """For commands that ask Meta: at least one account, and each of them is watched."""
    found = some(text)
    for account in found:
        if not account.active or account.read_only:
            raise CommandError(
                f"{account.name} is not watched (switched off, or imported data only), so Meta is not asked. "
                "Switch it on in /admin/metaads/adaccount/."
            )
    return found


def one_by_one(chosen: Iterable[AdAccount], out: OutputWrapper) -> Iterator[AdAccount]:
    """The accounts in turn; on a terminal a line says which one is at work."""
    every = list(chosen)
    for number, account in enumerate(every, start=1):
        if out.isatty():
            out.write(f"[{number}/{len(every)}] {account} …")
        yield account
