"""`manage.py export_rules` and `import_rules`."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from metaads.models import AdAccount
from optimization.models import Rule
from optimization.rules.services import save_rule
from tests.factories.metaads import AdAccountFactory, UserFactory
from tests.optimization.rules.build import document, leaf

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def run(command: str, *arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command(command, *arguments, stdout=out, stderr=err)
    except CommandError as error:
        err.write(str(error))
    return out.getvalue(), err.getvalue()


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


@pytest.fixture
def rule(account: AdAccount) -> Rule:
    made = Rule.objects.create(name="Stop loss", category="scaling", level="adset")
    made.accounts.add(account)
    save_rule(made, document(leaf("spend_7d", ">", 50)), None, NOW)
    return made


@pytest.fixture
def file(rule: Rule, tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    assert "1 rules" in run("export_rules", "--output", str(path))[0]
    return path


def test_an_export_goes_to_the_terminal_or_a_file(rule: Rule, file: Path) -> None:
    assert run("export_rules")[0] == file.read_text()
    assert run("export_rules", str(rule.public_id))[0] == file.read_text()
    other = AdAccountFactory.create()
    assert "Stop loss" not in run("export_rules", "--account", other.meta_id)[0]


def test_an_unknown_rule_is_named(file: Path) -> None:
    assert "public id" in run("export_rules", "5")[1]
    assert "no rule 00000000-0000-0000-0000-000000000000" in run("export_rules", "0" * 32)[1]
    assert "No such file" in run("export_rules", "--output", "/nowhere/at/all.yaml")[1]


def test_a_dry_run_says_what_would_change_and_changes_nothing(file: Path) -> None:
    file.write_text(file.read_text().replace("value: 50", "value: 60"))
    out, _ = run("import_rules", str(file), "--dry-run")
    assert "Stop loss (changes document)" in out
    assert "over 60.00 EUR" in out
    assert Rule.objects.get().versions.count() == 1


def test_an_import_changes_what_differs_and_makes_what_is_new(file: Path) -> None:
    owner = UserFactory.create(username="ann")
    text = file.read_text().replace("value: 50", "value: 60")
    copy = text[text.index("  - id") :].replace(
        str(Rule.objects.get().public_id), "7d8a5a0e-6f0c-4f6e-9f39-0d2d3c0c9c11"
    )
    file.write_text(text + copy)
    assert "2 rules were made or changed" in run("import_rules", str(file), "--user", "ann")[0]
    assert Rule.objects.get(owner=None).versions.count() == 2
    assert not Rule.objects.get(owner=owner).active


def test_a_fault_is_told_with_file_and_line(file: Path) -> None:
    file.write_text(file.read_text().replace("value: 50", "value: lots"))
    _, err = run("import_rules", str(file))
    assert "rules.yaml, line" in err
    assert "1 problems; nothing was changed" in err
    assert "No such file" in run("import_rules", str(file.with_name("other.yaml")))[1]
    assert "no user 'bob'" in run("import_rules", str(file), "--user", "bob")[1]
    assert Rule.objects.get().versions.count() == 1
