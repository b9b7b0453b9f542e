"""Changing rules: every version is sound and immutable, every change is in the ledger in the same transaction.

Templates become rules one currency at a time, for a document holds amounts in one currency only.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from metaads.exchange import UnknownCurrency, from_usd
from metaads.models import AdAccount
from notifications.models import Notification
from notifications.send import notify
from optimization import ledger
from optimization.models import Rule, RuleVersion
from optimization.rules.schema import RuleInvalid, parse
from optimization.rules.summary import summarise
from optimization.rules.templates import TEMPLATES, Usd
from optimization.rules.tree import Problem

MOST_FAILURES = 3


class AdoptionRefused(ValueError):
    """The template cannot be adopted like this; the text says what to do instead."""


@transaction.atomic
def save_rule(rule: Rule, document: Mapping[str, Any], user: User | None, now: datetime) -> RuleVersion:
    """A new version of `rule` if `document` (or what it means in words) changed, else the present one.

    Raises RuleInvalid and stores nothing if the document is not sound. An unsaved `rule` is saved too.
    """
    checked = parse(document, rule.level)
    if rule.pk is None:
        rule.save()
    Rule.objects.select_for_update().get(pk=rule.pk)
    rule.refresh_from_db(fields=["current"])
    summary = summarise(checked, currency_of(rule), rule.level)
    if rule.current and rule.current.document == document and rule.current.summary == summary:
        return rule.current
    last = rule.versions.aggregate(last=Max("number"))["last"] or 0
    version = RuleVersion.objects.create(
        rule=rule, number=last + 1, document=document, summary=summary, created_at=now, created_by=user
    )
    rule.current, rule.consecutive_failures = version, 0
    rule.save(update_fields=["current", "consecutive_failures"])
    _record(rule, user, now, {"change": "version", "version": version.number, "sha256": _digest(document)})
    return version


def record_edit(rule: Rule, fields: Iterable[str], user: User | None, now: datetime) -> None:
    """Puts a change of the rule's identity (level, priority, accounts, owner ...) into the ledger: what it is now.

    Call it in the transaction that saved the change; `fields` names what changed. Nothing changed, nothing recorded.
    """
    changed = sorted(fields)
    if changed:
        accounts = list(rule.accounts.order_by("pk").values_list("pk", flat=True))
        now_is = {"level": rule.level, "priority": rule.priority, "accounts": accounts, "owner": rule.owner_id}
        now_is["archived"] = rule.archived_at is not None
        _record(rule, user, now, {"change": "identity", "fields": changed, **now_is})


@transaction.atomic
def set_active(rule: Rule, active: bool, user: User | None, now: datetime, *, without_dry_run: str = "") -> bool:
    """Switches the rule; False if it already was so. Switching on forgets earlier failures.

    The first time, its first look at each account runs dry (`optimization.trial.dry`), unless a reason not to is given.
    Raises RuleInvalid if there is nothing sound to switch on.
    """
    if active:
        _must_be_sound(rule)
    columns: dict[str, Any] = {"active": active, "consecutive_failures": 0, "disabled_reason": ""}
    if active:
        columns["activated_at"] = now
        if rule.activated_at is None and not rule.evaluated:
            columns["dry_from"] = None if without_dry_run else now
    changed = Rule.objects.filter(pk=rule.pk, active=not active).update(**columns)
    rule.refresh_from_db(fields=["active", "consecutive_failures", "disabled_reason", "activated_at", "dry_from"])
    if changed:
        why = {"without_dry_run": without_dry_run} if active and without_dry_run else {}
        _record(rule, user, now, {"change": "switched_on" if active else "switched_off", **why})
    return changed == 1


def _must_be_sound(rule: Rule) -> None:
    if rule.archived_at is not None:
        raise RuleInvalid([Problem("", "the rule is archived; take it out of the archive first.")])
    if rule.current is None:
        raise RuleInvalid([Problem("", "the rule has no conditions yet; save them first.")])
    parse(rule.current.document, rule.level)


@transaction.atomic
def end_dry_run(rule: Rule, user: User | None, now: datetime, reason: str) -> bool:
    """From now on the rule may propose without a dry look first. False if it has none before it."""
    changed = Rule.objects.filter(pk=rule.pk, dry_from__isnull=False).update(dry_from=None)
    rule.refresh_from_db(fields=["dry_from"])
    if changed:
        _record(rule, user, now, {"change": "dry_run_ended", "reason": reason})
    return changed == 1


@transaction.atomic
def record_failure(rule: Rule, reason: str, now: datetime) -> bool:
    """One more failed evaluation. True if that was one too many: the rule is off and its owner told."""
    locked = Rule.objects.select_for_update().get(pk=rule.pk)
    failures = locked.consecutive_failures + 1
    Rule.objects.filter(pk=rule.pk).update(consecutive_failures=failures)
    rule.refresh_from_db(fields=["consecutive_failures"])
    if failures < MOST_FAILURES:
        return False
    return stop(rule, f"Failed {failures} times in a row. Last: {reason}", now, failures=failures)


@transaction.atomic
def stop(rule: Rule, reason: str, now: datetime, **payload: Any) -> bool:
    """Switches a rule off because it does harm or nothing; its owner is told. False if it was off already."""
    stopped = Rule.objects.filter(pk=rule.pk, active=True).update(active=False, disabled_reason=reason)
    rule.refresh_from_db(fields=["active", "disabled_reason"])
    if stopped:
        _record(rule, None, now, {"change": "switched_off", **payload})
        _tell(rule, now)
    return stopped == 1


def clear_failures(rule: Rule) -> None:
    """The rule was evaluated without an error."""
    if Rule.objects.filter(pk=rule.pk, consecutive_failures__gt=0).update(consecutive_failures=0):
        rule.refresh_from_db(fields=["consecutive_failures"])


def currency_of(rule: Rule) -> str:
    """The one currency of the accounts that the rule names; "" if they have several or none is named."""
    found = set(rule.accounts.values_list("currency", flat=True))
    return found.pop() if len(found) == 1 else ""


@transaction.atomic
def adopt(template_key: str, accounts: Iterable[AdAccount], user: User | None, now: datetime) -> Rule:
    """A rule from the template for these accounts, which share one currency. It is off until somebody switches it on.

    Adopting the same template for the same accounts again gives the rule that is already there, as it is now.
    Dollar amounts are converted to the accounts' currency and rounded to a friendly figure; from then on they are
    ordinary amounts of the rule. Raises AdoptionRefused.
    """
    template = TEMPLATES.get(template_key)
    if template is None:
        raise AdoptionRefused(f"There is no template {template_key!r}; there are {', '.join(TEMPLATES)}.")
    covered = sorted(accounts, key=lambda account: account.pk)
    usd = converter(_currency(covered))
    present = _present(template_key, covered)
    if present is not None:
        return present
    rule = Rule.objects.create(
        name=template.name,
        description=template.description,
        category=template.category,
        level=template.level,
        priority=template.priority,
        owner=user,
        tags=[_tag(template_key)],
    )
    rule.accounts.set(covered)
    save_rule(rule, template.document(usd), user, now)
    return rule


def adopt_for_each_currency(
    template_key: str, accounts: Iterable[AdAccount], user: User | None, now: datetime
) -> list[Rule]:
    """`adopt` once per currency among the accounts."""
    ordered = sorted(accounts, key=lambda account: (account.currency, account.pk))
    groups = groupby(ordered, key=lambda account: account.currency)
    return [adopt(template_key, list(group), user, now) for _, group in groups]


def converter(currency: str) -> Usd:
    """Dollars -> a JSON number in the major unit of `currency`. Raises AdoptionRefused if no rate is shipped."""
    try:
        from_usd(Decimal(1), currency)
    except UnknownCurrency as unknown:
        raise AdoptionRefused(str(unknown)) from None

    def usd(amount: int) -> int | float:
        value = from_usd(Decimal(amount), currency)
        return int(value) if value == int(value) else float(value)

    return usd


def _record(rule: Rule, user: User | None, now: datetime, payload: dict[str, Any]) -> None:
    """In the chain of each account that the rule names, else the installation's. Sorted: locks in one order."""
    accounts: list[int | None] = [*rule.accounts.order_by("pk").values_list("pk", flat=True)]
    for account_id in accounts or [None]:
        ledger.record(
            kind="rule_changed",
            account_id=account_id,
            actor="user" if user else "system",
            user_id=user.pk if user else None,
            payload={"rule": str(rule.public_id), **payload},
            now=now,
        )


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _tell(rule: Rule, now: datetime) -> None:
    """To the owner; a rule without owner is told to everybody who may see its first account."""
    account = rule.accounts.order_by("pk").first()
    notify(
        subject="" if rule.owner or account is None else f"account:{account.pk}",
        key=f"rule-disabled:{rule.public_id}:{now.isoformat()}",
        kind=Notification.Kind.ALERT,
        severity=Notification.Severity.ERROR,
        title=f"Rule switched off: {rule.name}",
        body=f"{rule.disabled_reason} It proposes nothing until someone corrects it and switches it on again.",
        link=reverse("rule", args=[rule.public_id]),
        now=now,
        user=rule.owner,
    )


def _currency(accounts: Sequence[AdAccount]) -> str:
    currencies = sorted({account.currency for account in accounts})
    if not currencies:
        raise AdoptionRefused("Name at least one ad account: a template's amounts need its currency.")
    if len(currencies) > 1:
        raise AdoptionRefused(f"These accounts use {' and '.join(currencies)}: adopt the template once per currency.")
    return currencies[0]


def _present(template_key: str, accounts: Sequence[AdAccount]) -> Rule | None:
    """The rule that this adoption made earlier, if its accounts are still these."""
    wanted = [account.pk for account in accounts]
    for rule in Rule.objects.filter(accounts=accounts[0], archived_at=None).order_by("pk"):
        same = list(rule.accounts.order_by("pk").values_list("pk", flat=True)) == wanted
        if same and _tag(template_key) in rule.tags:
            return rule
    return None


def _tag(template_key: str) -> str:
    return f"template:{template_key}"
