"""Rules as files that a team keeps in git: written stable and readable, read as a plan that is shown before it is done.

A file: `version: 1` and `rules`, each with its identity, the Meta ids of its accounts, their currency, the document.
A rule is found again by its `id`; one that is not here becomes a new rule with that id, switched off. Whether a rule is
on, and whose it is, stays with the installation and is not in the file.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from pydantic import ValidationError

from metaads.models import AdAccount, Level
from optimization.models import Rule
from optimization.rules.schema import RuleInvalid, from_pydantic, parse
from optimization.rules.services import record_edit, save_rule
from optimization.rules.summary import summarise
from optimization.rules.yaml_entries import VERSION, Entry, FileProblem, Whole
from optimization.rules.yaml_text import BadYaml, YamlText, ordered, read_yaml, write_yaml

HEAD = (
    "# Rules of Campaign Intelligence. Look: manage.py import_rules FILE --dry-run. Do: the same without --dry-run.\n"
)
_KEYS = (
    "id", "name", "description", "category", "level", "priority", "accounts", "currency", "tags", "document",
    "default_window", "filters", "metrics", "conditions", "actions", "mode", "schedule", "safety", "holdout_percent",
    "field", "operator", "value", "kind", "parameters", "timed", "every", "at", "active_hours", "from", "to",
)  # fmt: skip
_ORDER = {key: place for place, key in enumerate(_KEYS)}
IDENTITY = ("name", "description", "category", "level", "priority", "tags")


class ImportRefused(ValueError):
    """The file was not imported; nothing was changed."""


@dataclass(frozen=True)
class Planned:
    """What would become of one entry. `changes`: what differs from `rule`; for a new rule empty. `says`: in words."""

    entry: Entry
    accounts: tuple[AdAccount, ...]
    rule: Rule | None
    changes: tuple[str, ...]
    says: str

    @property
    def does(self) -> Literal["create", "change", "nothing"]:
        if self.rule is None:
            return "create"
        return "change" if self.changes else "nothing"


@dataclass(frozen=True)
class Plan:
    """What an import would do. With a problem it can do nothing at all."""

    items: tuple[Planned, ...] = ()
    problems: tuple[FileProblem, ...] = ()

    @property
    def sound(self) -> bool:
        return not self.problems

    @property
    def seen(self) -> str:
        """A digest of what was shown, to notice at the confirmation that the rules have changed meanwhile."""
        told = [
            (item.entry.model_dump_json(), item.does, item.changes, item.rule and item.rule.current_id)
            for item in self.items
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def export_rules(rules: Iterable[Rule]) -> str:
    """The current versions as one file, in the order of their names. Rules without a version are left out."""
    kept = sorted((rule for rule in rules if rule.current), key=lambda rule: (rule.name, str(rule.public_id)))
    return HEAD + write_yaml({"version": VERSION, "rules": [_written(rule) for rule in kept]})


def _written(rule: Rule) -> dict[str, Any]:
    accounts = sorted(rule.accounts.all(), key=lambda account: account.meta_id)
    written: dict[str, Any] = {
        "id": str(rule.public_id),
        "name": rule.name,
        "description": rule.description,
        "category": rule.category,
        "level": rule.level,
        "priority": rule.priority,
        "accounts": [account.meta_id for account in accounts],
        "currency": _one_currency(accounts),
        "tags": list(rule.tags),
        "document": rule.current.document if rule.current else {},
    }
    plain = {key: value for key, value in written.items() if value not in ("", [])}
    made: dict[str, Any] = ordered(plain, _ORDER)
    return made


def _one_currency(accounts: Collection[AdAccount]) -> str:
    found = {account.currency for account in accounts}
    return found.pop() if len(found) == 1 else ""


def read_rules(text: str | bytes, accounts: Iterable[AdAccount], *, everything: bool = False) -> Plan:
    """The plan of a file, with every problem and its place. Changes nothing.

    `accounts`: those for which the importer may make rules. `everything`: may also make rules that name no account, and
    change any rule (the installation's administrator).
    """
    try:
        file = read_yaml(text)
    except BadYaml as bad:
        return Plan(problems=(FileProblem(bad.line, bad.place, bad.message),))
    if not isinstance(file.value, dict):
        return Plan(problems=(FileProblem(1, "", f'a file of rules begins with "version: {VERSION}" and "rules:".'),))
    try:
        whole = Whole.model_validate(file.value)
    except ValidationError as error:
        found = [FileProblem(file.line_of(one.path), one.path, _said(one.message)) for one in from_pydantic(error)]
        return Plan(problems=tuple(found))
    reader = _FileReader(file, {account.meta_id: account for account in accounts}, everything)
    items = [reader.entry(i, raw) for i, raw in enumerate(whole.rules)]
    return Plan(tuple(item for item in items if item), tuple(reader.problems))


def _said(message: str) -> str:
    return message.replace("valid tuple", "list").replace("valid dictionary", "mapping")


@dataclass
class _FileReader:
    file: YamlText
    accounts: Mapping[str, AdAccount]
    everything: bool
    problems: list[FileProblem] = field(default_factory=list)
    ids: dict[uuid.UUID, int] = field(default_factory=dict)

    def entry(self, i: int, raw: object) -> Planned | None:
        """One rule, or None after adding at least one problem."""
        before, place = len(self.problems), f"rules[{i}]"
        if not isinstance(raw, dict):
            self._fault(place, "a rule is a mapping with name, category, level and document.")
            return None
        entry = self._identity(raw, place)
        summary = self._document(raw.get("document"), str(raw.get("level", "")), place)
        if entry is None:
            return None
        covered = self._covered(entry, place)
        rule = self._known(entry, i, place)
        if len(self.problems) > before:
            return None
        return Planned(entry, covered, rule, _changes(entry, covered, rule), summary(_one_currency(covered)))

    def _fault(self, place: str, message: str) -> None:
        self.problems.append(FileProblem(self.file.line_of(place), place, message))

    def _identity(self, raw: Mapping[str, object], place: str) -> Entry | None:
        try:
            return Entry.model_validate(raw)
        except ValidationError as error:
            for one in from_pydantic(error, place):
                self._fault(one.path, _said(one.message))
            return None

    def _document(self, raw: object, level: str, place: str) -> Callable[[str], str]:
        """The rule in words, for a currency; every problem of the document, also where the identity has some."""
        if not isinstance(raw, dict):
            return lambda currency: ""
        try:
            checked = parse(raw, level if level in Level.values else None)
        except RuleInvalid as invalid:
            for one in invalid.problems:
                inner = f"{place}.document.{one.path}" if one.path else f"{place}.document"
                self._fault(inner, one.message)
            return lambda currency: ""
        return lambda currency: summarise(checked, currency, level)

    def _covered(self, entry: Entry, place: str) -> tuple[AdAccount, ...]:
        if not entry.accounts and not self.everything:
            self._fault(f"{place}.accounts", "name at least one of your ad accounts, by its Meta id.")
        found = []
        for i, meta_id in enumerate(entry.accounts):
            account, where = self.accounts.get(meta_id), f"{place}.accounts[{i}]"
            if account is None:
                self._fault(where, f"there is no ad account {meta_id} here for which you may make rules.")
            elif entry.currency and account.currency != entry.currency:
                text = f"{account.name} counts in {account.currency} and the rule's amounts are {entry.currency}: "
                self._fault(where, f"{text}convert the amounts, then set the currency.")
            elif account not in found:
                found.append(account)
        return tuple(found)

    def _known(self, entry: Entry, i: int, place: str) -> Rule | None:
        """The rule with this id, if the importer may change it."""
        if entry.id is None:
            return None
        if entry.id in self.ids:
            self._fault(f"{place}.id", f"the same id as that of rules[{self.ids[entry.id]}].")
        self.ids.setdefault(entry.id, i)
        rule = Rule.objects.filter(public_id=entry.id).select_related("current").first()
        if rule is None:
            return None
        named = set(rule.accounts.values_list("meta_id", flat=True))
        if not self.everything and (not named or not named <= set(self.accounts)):
            self._fault(
                f"{place}.id", "this id is that of a rule which you may not change; leave it out for a new one."
            )
        elif rule.archived_at is not None:
            self._fault(
                f"{place}.id", "this rule is in the archive; take it out first, or leave the id out for a new one."
            )
        return rule


def _changes(entry: Entry, accounts: Sequence[AdAccount], rule: Rule | None) -> tuple[str, ...]:
    """Names of what the import would change of an existing rule."""
    if rule is None:
        return ()
    changed = [name for name in IDENTITY if _of(entry, name) != getattr(rule, name)]
    if {account.pk for account in accounts} != set(rule.accounts.values_list("pk", flat=True)):
        changed.append("accounts")
    if rule.current is None or rule.current.document != entry.document:
        changed.append("document")
    return tuple(changed)


def _of(entry: Entry, name: str) -> object:
    value = getattr(entry, name)
    return list(value) if isinstance(value, tuple) else value


def import_rules(plan: Plan, user: User | None, now: datetime) -> list[Rule]:
    """Does what the plan says, all of it or nothing; gives the rules that were made or changed, in the file's order.

    New rules are off, and their owner is `user`. Raises ImportRefused for a plan with problems.
    """
    if not plan.sound:
        raise ImportRefused("\n".join(str(problem) for problem in plan.problems))
    try:
        with transaction.atomic():
            return [_write(item, user, now) for item in plan.items if item.does != "nothing"]
    except IntegrityError:
        raise ImportRefused("Somebody is importing the same rules just now. Nothing was changed; look again.") from None


def _write(item: Planned, user: User | None, now: datetime) -> Rule:
    entry = item.entry
    rule = item.rule or Rule(public_id=entry.id or uuid.uuid4(), owner=user, active=False)
    for name in IDENTITY:
        setattr(rule, name, _of(entry, name))
    if item.rule is None:
        rule.save()
    else:
        rule.save(update_fields=list(IDENTITY))
    rule.accounts.set(item.accounts)
    record_edit(rule, [name for name in item.changes if name != "document"], user, now)
    save_rule(rule, entry.document, user, now)
    return rule
