"""Saving a rule as a person wrote it: identity, accounts and document together, never over somebody else's change."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from metaads.models import AdAccount
from optimization.models import Rule
from optimization.rules.services import record_edit, save_rule


class RuleMoved(Exception):
    """Somebody saved another text of the rule since this one was opened. Nothing was stored."""


@dataclass(frozen=True)
class Identity:
    """What a rule is beside its document. No `accounts` = all where its owner decides."""

    name: str
    description: str
    category: str
    level: str
    priority: int
    tags: tuple[str, ...]
    accounts: Sequence[AdAccount]

    def changes(self, rule: Rule) -> dict[str, Any]:
        """What is not yet so, by the model's field names; without the accounts."""
        told = {
            "name": self.name, "description": self.description, "category": self.category, "level": self.level,
            "priority": self.priority, "tags": list(self.tags),
        }  # fmt: skip
        return {key: value for key, value in told.items() if getattr(rule, key) != value}


def token_of(rule: Rule) -> str:
    """Stands for all that the builder edits; another one means that somebody saved in between."""
    accounts = sorted(account.pk for account in rule.accounts.all())
    told = [rule.current_id, rule.name, rule.description, rule.category, rule.level, rule.priority, rule.tags, accounts]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:20]


@transaction.atomic
def create(identity: Identity, document: Mapping[str, Any], user: User, now: datetime) -> Rule:
    """A new rule, off. Raises RuleInvalid and stores nothing if the document is not sound."""
    rule = Rule(owner=user, **identity.changes(Rule(tags=None)))
    rule.save()
    rule.accounts.set(identity.accounts)
    save_rule(rule, document, user, now)
    return rule


@transaction.atomic
def change(
    rule: Rule, identity: Identity, document: Mapping[str, Any], user: User, now: datetime, *, seen: str
) -> Rule:
    """The rule as written now; an unchanged document makes no version. `seen`: the token it was opened with.

    Raises RuleMoved and RuleInvalid, and then stores nothing.
    """
    held = Rule.objects.select_for_update().get(pk=rule.pk)
    if token_of(held) != seen:
        raise RuleMoved(str(held))
    changed = identity.changes(held)
    for name, value in changed.items():
        setattr(held, name, value)
    held.save(update_fields=list(changed))
    before = set(held.accounts.values_list("pk", flat=True))
    held.accounts.set(identity.accounts)
    moved = {"accounts"} if before != {account.pk for account in identity.accounts} else set()
    record_edit(held, {*changed, *moved}, user, now)
    save_rule(held, document, user, now)
    return held
