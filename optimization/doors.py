"""What the management commands share: `--now`, `--account`, actions by public id, and honest exit codes."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils.dateparse import parse_datetime

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.models import Action


def add_now(parser: ArgumentParser) -> None:
    parser.add_argument("--now", help="Business time, ISO 8601 with zone; default: the account's clock.")


def add_account(parser: ArgumentParser) -> None:
    parser.add_argument("--account", help="Meta id of the ad account (digits); default: every watched account.")


def moment(text: str | None, account: AdAccount | None = None) -> datetime:
    """`--now` as aware UTC, else the account's clock."""
    if not text:
        return business_now(account)
    parsed = parse_datetime(text)
    if parsed is None or parsed.tzinfo is None:
        raise CommandError(f"--now: {text!r} is no ISO time with a zone. Write 2026-11-21T09:00:00+00:00.")
    return parsed.astimezone(UTC)


def accounts(text: str | None) -> list[AdAccount]:
    """The named account, or all watched ones."""
    rows = AdAccount.objects.watched().select_related("connection")
    if not text:
        return list(rows)
    found = list(AdAccount.objects.select_related("connection").filter(meta_id=text.removeprefix("act_")))
    if not found:
        raise CommandError(f"--account: no ad account {text!r} is connected. See `manage.py connect_account`.")
    return found


def action(public_id: str) -> Action:
    """An action by its public id."""
    try:
        return Action.objects.select_related("account__connection").get(public_id=public_id)
    except (Action.DoesNotExist, ValidationError):
        raise CommandError(f"There is no action {public_id!r}. Its id stands on its page.") from None


Options = dict[str, Any]
