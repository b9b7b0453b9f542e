"""What happens to a rule as a whole: archived instead of deleted (its actions point at it), copied, put back.

Every one of these is in the ledger, as an edit of the rule is.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from optimization.models import Rule, RuleVersion
from optimization.rules.services import record_edit, save_rule, set_active

LONGEST_NAME = 120
OF_ORIGIN = ("template:", "native:")
"""Tags that say where a rule came from: a template, or a rule of Meta's own. Not for people to read."""


@transaction.atomic
def archive(rule: Rule, user: User | None, now: datetime) -> bool:
    """Hides the rule and switches it off; what it proposed stays as it is. False if it was archived already."""
    set_active(rule, False, user, now)
    return _keep(rule, now, user, now)


@transaction.atomic
def unarchive(rule: Rule, user: User | None, now: datetime) -> bool:
    """Back in the list, still off. False if it was there."""
    return _keep(rule, None, user, now)


@transaction.atomic
def duplicate(rule: Rule, user: User | None, now: datetime) -> Rule:
    """A copy for the same accounts that is off and belongs to `user`, to be changed before it is used.

    It says what the current version says; it is not taken for the template, or the rule of Meta's own, that the
    original came from.
    """
    copy = Rule.objects.create(
        name=f"{rule.name[: LONGEST_NAME - 7]} (copy)",
        description=rule.description,
        category=rule.category,
        level=rule.level,
        priority=rule.priority,
        owner=user,
        tags=[tag for tag in rule.tags if not str(tag).startswith(OF_ORIGIN)],
    )
    copy.accounts.set(rule.accounts.all())
    if rule.current is not None:
        save_rule(copy, rule.current.document, user, now)
    return copy


def restore(rule: Rule, version: RuleVersion, user: User | None, now: datetime) -> RuleVersion:
    """What an earlier version said, as a new version. Raises RuleInvalid if it is not sound any more."""
    return save_rule(rule, version.document, user, now)


def _keep(rule: Rule, archived_at: datetime | None, user: User | None, now: datetime) -> bool:
    unlike = Rule.objects.filter(pk=rule.pk, archived_at__isnull=archived_at is not None)
    changed = unlike.update(archived_at=archived_at)
    rule.refresh_from_db(fields=["archived_at"])
    if changed:
        record_edit(rule, ["archived"], user, now)
    return changed == 1
