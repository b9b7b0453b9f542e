"""What the management commands of this app share: `--now`, `--account`, actions by public id, rules by id or name."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db.models import Q

from metaads.management.arguments import accounts, add_account, add_now, moment, some
from optimization.models import Action, Rule, Status

__all__ = ["accounts", "action", "add_account", "add_now", "moment", "next_step", "rule_named", "some"]

CARRIED_OUT = "The act workers carry it out; without them: manage.py execute_actions --once"


def action(public_id: str) -> Action:
    """An action by its public id."""
    try:
        return Action.objects.select_related("account__connection").get(public_id=public_id)
    except (Action.DoesNotExist, ValidationError):
        raise CommandError(f"There is no action {public_id!r}. Its id stands on its page.") from None


def next_step(decided: Action) -> str:
    """What becomes of an action that was just decided, or what to do about it."""
    if decided.outcome_note:
        return decided.outcome_note
    return CARRIED_OUT if decided.status == Status.APPROVED else ""


def rule_named(text: str) -> Rule:
    """A rule by its public id, or by its name where only one has it."""
    try:
        which = Q(public_id=UUID(text))
    except ValueError:
        which = Q(name=text)
    found = list(Rule.objects.filter(which).select_related("current")[:2])
    if not found:
        raise CommandError(f"There is no rule {text!r}. Its id stands on its page.")
    if len(found) > 1:
        raise CommandError(f"Several rules are called {text!r}. Give the public id instead.")
    return found[0]


Options = dict[str, Any]
