"""Rules as YAML: export and import are each other's inverse, and a bad file changes nothing and says where."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metaads.models import AdAccount
from optimization.models import LedgerEvent, Rule, RuleVersion
from optimization.rules.services import save_rule
from optimization.rules.yaml_files import ImportRefused, Plan, export_rules, import_rules, read_rules
from tests.factories.metaads import AdAccountFactory, UserFactory
from tests.optimization.rules.build import document, leaf
from tests.optimization.rules.documents import DOCUMENTS, TEXTS

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOOD = document(leaf("spend_7d", ">", 50), schedule={"every": "daily", "at": "08:30"})
FILE = """version: 1
rules:
  - id: 7d8a5a0e-6f0c-4f6e-9f39-0d2d3c0c9c11
    name: Stop loss
    category: loss_prevention
    level: adset
    priority: 80
    accounts: ["111"]
    currency: EUR
    tags: [summer]
    document:
      conditions:
        all:
          - field: spend_7d
            operator: ">"
            value: 50
          - field: conversions_7d
            operator: "="
            value: 0
      actions:
        - kind: pause
      schedule:
        every: daily
        at: 12:30
"""


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create(meta_id="111", currency="EUR")
    return made


def made(name: str, given: dict[str, Any], *accounts: AdAccount, **identity: Any) -> Rule:
    values = {"category": "scaling", "level": "adset", **identity}
    rule = Rule.objects.create(name=name, **values)
    rule.accounts.set(accounts)
    save_rule(rule, given, None, NOW)
    return rule


def everything() -> str:
    return export_rules(Rule.objects.all())


def stored() -> list[Any]:
    rules = Rule.objects.order_by("pk").values_list("pk", "name", "level", "priority", "current")
    return [*rules, RuleVersion.objects.count(), LedgerEvent.objects.count()]


def test_a_file_makes_rules_that_are_off(account: AdAccount) -> None:
    user = UserFactory.create()
    plan = read_rules(FILE, [account])
    assert [(item.does, item.changes) for item in plan.items] == [("create", ())]
    assert "over 50.00 EUR" in plan.items[0].says
    assert not Rule.objects.exists()
    rule = import_rules(plan, user, NOW)[0]
    rule.refresh_from_db()
    assert (rule.active, rule.owner, list(rule.accounts.all()), rule.tags) == (False, user, [account], ["summer"])
    assert rule.current is not None
    assert rule.current.document["schedule"] == {"every": "daily", "at": "12:30"}
    assert str(rule.public_id) == "7d8a5a0e-6f0c-4f6e-9f39-0d2d3c0c9c11"


def test_the_same_file_again_changes_nothing(account: AdAccount) -> None:
    import_rules(read_rules(FILE, [account]), None, NOW)
    before = stored()
    plan = read_rules(FILE, [account])
    assert [item.does for item in plan.items] == ["nothing"]
    assert import_rules(plan, None, NOW) == []
    assert stored() == before


def test_what_changed_is_named_and_only_the_document_makes_a_version(account: AdAccount) -> None:
    import_rules(read_rules(FILE, [account]), None, NOW)
    Rule.objects.update(active=True)
    renamed = FILE.replace("Stop loss", "Stop the loss").replace("priority: 80", "priority: 70")
    plan = read_rules(renamed, [account])
    assert plan.items[0].changes == ("name", "priority")
    import_rules(plan, None, NOW)
    rule = Rule.objects.get()
    assert (rule.name, rule.priority, rule.active, rule.versions.count()) == ("Stop the loss", 70, True, 1)
    dearer = renamed.replace("value: 50", "value: 60")
    assert read_rules(dearer, [account]).items[0].changes == ("document",)
    import_rules(read_rules(dearer, [account]), None, NOW)
    assert Rule.objects.get().versions.count() == 2


def test_a_preview_is_told_apart_from_one_of_other_rules(account: AdAccount) -> None:
    first = read_rules(FILE, [account]).seen
    assert read_rules(FILE, [account]).seen == first
    import_rules(read_rules(FILE, [account]), None, NOW)
    assert read_rules(FILE, [account]).seen != first


def test_an_export_is_stable_and_sorted_by_name(account: AdAccount) -> None:
    made("B", GOOD, account, description="First line.\nSecond: line.")
    made("A", GOOD, account)
    Rule.objects.create(name="Without a version", category="scaling", level="ad")
    text = everything()
    assert text == everything()
    read = yaml.safe_load(text)
    assert [rule["name"] for rule in read["rules"]] == ["A", "B"]
    assert list(read["rules"][1]) == [
        "id", "name", "description", "category", "level", "priority", "accounts", "currency", "document",
    ]  # fmt: skip
    assert read["rules"][1]["document"] == GOOD
    assert "at: 08:30" in text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=DOCUMENTS, name=TEXTS.filter(str.strip), description=st.one_of(st.just(""), TEXTS), tags=st.lists(TEXTS))
def test_export_import_export_is_the_identity(
    account: AdAccount, found: dict[str, Any], name: str, description: str, tags: list[str]
) -> None:
    rule = Rule.objects.create(name=name, description=description, tags=tags, category="scaling", level="adset")
    rule.accounts.set([account])
    save_rule(rule, found, None, NOW)
    text = export_rules([Rule.objects.get(pk=rule.pk)])
    same = read_rules(text, [account])
    assert same.problems == ()
    assert [item.does for item in same.items] == ["nothing"]
    elsewhere = text.replace(str(rule.public_id), str(uuid.uuid4()))
    copy = import_rules(read_rules(elsewhere, [account]), None, NOW)[0]
    copy.refresh_from_db()
    assert copy.current is not None
    assert copy.current.document == found
    assert export_rules([copy]) == elsewhere


FAULTS = [
    ("value: 50", "value: fifty", 14, "rules[0].document.conditions.all[0].value"),
    ("field: conversions_7d", "field: conversion_7d", 17, "rules[0].document.conditions.all[1].field"),
    ('operator: "="', "operator: eq", 18, "rules[0].document.conditions.all[1].operator"),
    ("kind: pause", "kind: explode", 21, "rules[0].document.actions[0].kind"),
    ("at: 12:30", "at: 25:30", 24, "rules[0].document.schedule.at"),
    ("level: adset", "level: ad_set", 6, "rules[0].level"),
    ("category: loss_prevention", "category: luck", 5, "rules[0].category"),
    ("priority: 80", "priority: high", 7, "rules[0].priority"),
    ("priority: 80", "importance: 80", 7, "rules[0].importance"),
    ("    name: Stop loss\n", "", 3, "rules[0].name"),
    ('accounts: ["111"]', 'accounts: ["999"]', 8, "rules[0].accounts[0]"),
    ('accounts: ["111"]', "accounts: []", 8, "rules[0].accounts"),
    ("currency: EUR", "currency: JPY", 8, "rules[0].accounts[0]"),
    ("id: 7d8a5a0e", "id: zzzz", 3, "rules[0].id"),
    ("version: 1", "version: 2", 1, "version"),
    ("priority: 80", "priority: 80\n    priority: 90", 8, "rules[0].priority"),
    ("tags: [summer]", "tags: &x [summer]", 10, "rules[0].tags"),
    ("tags: [summer]", "tags: !!python/name:os.system ''", 10, "rules[0].tags"),
    ("value: 50", "value: .nan", 16, "rules[0].document.conditions.all[0].value"),
    ("value: 50", "value: 1e999", 16, "rules[0].document.conditions.all[0].value"),
    ("tags: [summer]", "tags: [sum", 11, ""),
    ("rules:", "riles:", 1, "rules"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "place"), FAULTS, ids=[new for _, new, _, _ in FAULTS])
def test_a_fault_changes_nothing_and_is_told_with_its_place(
    old: str, new: str, line: int, place: str, account: AdAccount
) -> None:
    made("Kept", GOOD, account)
    before = stored()
    plan = read_rules(FILE.replace(old, new, 1), [account])
    assert place in [problem.place for problem in plan.problems]
    found = next(problem for problem in plan.problems if problem.place == place)
    assert abs(found.line - line) <= 2  # a place that is missing is told at what is around it
    assert f"line {found.line}" in str(found)
    with pytest.raises(ImportRefused, match="line"):
        import_rules(plan, None, NOW)
    assert stored() == before


def test_one_bad_rule_of_two_keeps_the_good_one_out(account: AdAccount) -> None:
    second = FILE[FILE.index("  - id") :].replace("7d8a5a0e", "8d8a5a0e").replace("kind: pause", "kind: explode")
    plan = read_rules(FILE + second, [account])
    assert [problem.place for problem in plan.problems] == ["rules[1].document.actions[0].kind"]
    with pytest.raises(ImportRefused):
        import_rules(plan, None, NOW)
    assert not Rule.objects.exists()


def test_one_id_twice_in_a_file_is_refused(account: AdAccount) -> None:
    plan = read_rules(FILE + FILE[FILE.index("  - id") :], [account])
    assert [problem.place for problem in plan.problems] == ["rules[1].id"]


def test_an_archived_rule_is_not_changed_unseen(account: AdAccount) -> None:
    import_rules(read_rules(FILE, [account]), None, NOW)
    Rule.objects.update(archived_at=NOW)
    plan = read_rules(FILE.replace("value: 50", "value: 60"), [account], everything=True)
    assert ["archive" in problem.message for problem in plan.problems] == [True]


def test_the_same_new_rule_from_two_people_is_made_once(account: AdAccount) -> None:
    first, second = read_rules(FILE, [account]), read_rules(FILE, [account])
    import_rules(first, None, NOW)
    before = stored()
    with pytest.raises(ImportRefused, match="look again"):
        import_rules(second, None, NOW)
    assert stored() == before


def test_a_rule_of_another_persons_accounts_is_neither_changed_nor_named(account: AdAccount) -> None:
    foreign = AdAccountFactory.create()
    rule = made("Secret plan", GOOD, foreign, public_id=uuid.UUID("7d8a5a0e-6f0c-4f6e-9f39-0d2d3c0c9c11"))
    plan = read_rules(FILE, [account])
    assert [problem.place for problem in plan.problems] == ["rules[0].id"]
    assert "Secret" not in str(plan.problems[0])
    rule.accounts.add(account)
    assert not read_rules(FILE, [account]).sound
    assert read_rules(FILE, [account], everything=True).sound


def test_a_rule_for_all_accounts_is_for_the_installations_administrator(account: AdAccount) -> None:
    text = FILE.replace('    accounts: ["111"]\n', "").replace("    currency: EUR\n", "")
    assert [problem.place for problem in read_rules(text, [account]).problems] == ["rules[0].accounts"]
    assert read_rules(text, [account], everything=True).sound


HOSTILE: list[str | bytes] = [
    "",
    "- just\n- a list",
    "rules: 5",
    "version: 1\nrules: []",
    "version: 1\nrules: [5]",
    b"\xff\xfe\x00r",
    b"rules: \xe4",
    "[" * 100_000,
    "{a: " * 50_000,
    "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nrules: [*c, *c]",
    "rules: !!python/object/apply:os.system ['true']",
    "version: 1\nrules:\n  - {<<: {name: x}}",
    "x" * 600_000,
    "rules: [" + "1," * 60_000 + "]",
    'rules: "\\0"',
    "? [a, b]\n: c",
    "--- 1\n--- 2",
    "rules: 2026-13-45",
    f"rules: {'9' * 5000}",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_files_are_refused_with_a_line(text: str | bytes, account: AdAccount) -> None:
    plan = read_rules(text, [account], everything=True)
    assert plan.problems
    assert plan.items == ()
    assert all(problem.line >= 1 and problem.message for problem in plan.problems)


def damaged(text: str, at: int, length: int, put: str) -> str:
    place = at % len(text)
    return text[:place] + put + text[place + length :]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10_000), length=st.integers(0, 40), put=st.text(max_size=8))
def test_garbage_changes_nothing_and_says_where(account: AdAccount, at: int, length: int, put: str) -> None:
    before = stored()
    plan: Plan = read_rules(damaged(FILE, at, length, put), [account])
    assert stored() == before
    if plan.sound:  # the damage left another sound file: only then is there something to do
        assert plan.items
        return
    assert all(problem.line >= 1 and problem.message for problem in plan.problems)
    with pytest.raises(ImportRefused):
        import_rules(plan, None, NOW)
    assert stored() == before


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(), st.binary()))
def test_any_text_is_answered_with_problems(text: str | bytes) -> None:
    assert read_rules(text, []).problems
