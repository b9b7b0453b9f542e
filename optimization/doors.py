"""What the management commands of this app share: `--now`, `--account`, and actions by public id."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from metaads.management.arguments import accounts, add_account, add_now, moment
from optimization.models import Action

__all__ = ["accounts", "action", "add_account", "add_now", "moment"]


def action(public_id: str) -> Action:
    """An action by its public id."""
    try:
        return Action.objects.select_related("account__connection").get(public_id=public_id)
    except (Action.DoesNotExist, ValidationError):
        raise CommandError(f"There is no action {public_id!r}. Its id stands on its page.") from None


Options = dict[str, Any]
