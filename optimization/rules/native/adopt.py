"""Making the draft: a rule of ours, off, that says what Meta's says."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from intelligence.metrics.tags import BadTag, tags_of
from metaads.models import NativeRule
from optimization.models import Rule
from optimization.rules.native.plan import NativePlan, mark_of, plans_of
from optimization.rules.services import save_rule
from optimization.tag_doors import save_tags


class NativeRefused(ValueError):
    """Meta's rule cannot be taken over; the text names each part that stands in the way."""


@transaction.atomic
def adopt_native(native: NativeRule, user: User | None, now: datetime) -> Rule:
    """A rule from Meta's own, for its account and switched off; the one that is there if it was taken over before.

    Objects that Meta's rule names by id are tagged, so that ours finds them. Raises NativeRefused and stores nothing.
    """
    NativeRule.objects.select_for_update().filter(pk=native.pk).first()  # two clicks make one rule
    plan = next((one for one in plans_of(native.account) if one.native.pk == native.pk), None)
    if plan is None:
        raise NativeRefused("Meta does not have this rule any more.")
    if plan.rule is not None:
        return plan.rule
    if plan.document is None:
        raise NativeRefused(" ".join(plan.problems))
    rule = _make(plan, plan.document, user, now)
    _tag(plan, user, now)
    return rule


def _make(plan: NativePlan, document: dict[str, object], user: User | None, now: datetime) -> Rule:
    native = plan.native
    rule = Rule.objects.create(
        name=(native.name or f"Meta's rule {native.meta_id}")[:120],
        description=f"Taken over from Meta's own rule {native.meta_id}. {' '.join(plan.notes)}".strip(),
        category=plan.category,
        level=plan.level,
        owner=user,
        tags=[mark_of(native)],
    )
    rule.accounts.set([native.account])
    save_rule(rule, document, user, now)
    return rule


def _tag(plan: NativePlan, user: User | None, now: datetime) -> None:
    account = plan.native.account
    for entity_id in plan.tagged:
        try:
            save_tags(account, plan.level, entity_id, {*tags_of(account, plan.level, entity_id), plan.tag}, user, now)
        except BadTag as bad:
            raise NativeRefused(f"{entity_id} cannot be tagged: {bad}") from None
