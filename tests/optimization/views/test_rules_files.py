"""Rules as files in the browser: looked at first, all or nothing; Meta's own rules taken over; the download."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from metaads.models import AdAccount
from optimization.models import Rule
from optimization.rules.services import save_rule
from optimization.rules.yaml_files import export_rules
from tests.factories.metaads import AdAccountFactory
from tests.optimization.rules.build import document, leaf
from tests.optimization.rules.native.build import native

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def made(name: str, *accounts: AdAccount) -> Rule:
    rule = Rule.objects.create(name=name, category="scaling", level="adset")
    rule.accounts.set(accounts)
    save_rule(rule, document(leaf("spend_7d", ">", 50)), None, NOW)
    return rule


@pytest.fixture
def rule(euro: AdAccount) -> Rule:
    return made("Stop loss", euro)


@pytest.fixture
def changed(rule: Rule) -> str:
    """A file in which the rule says another amount, and a second rule is new."""
    text = export_rules([rule]).replace("value: 50", "value: 60")
    copy = text[text.index("  - id") :].replace("Stop loss", "Second")
    return text + re.sub(r"id: [0-9a-f-]+", "id: 7d8a5a0e-6f0c-4f6e-9f39-0d2d3c0c9c11", copy)


def look(page: Client, text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    return page.post("/rules/import/", {"file": SimpleUploadedFile("rules.yaml", data)}).content.decode()


def seen(shown: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', shown)
    assert found is not None
    return found[1]


def test_what_would_change_is_shown_before_anything_does(page: Client, changed: str) -> None:
    shown = html.unescape(look(page, changed))
    assert "2 of 2 rules would change" in shown
    assert "new, switched off" in shown
    assert "over 60.00 EUR" in shown
    assert 'class="diff-gone' in shown
    assert Rule.objects.get().versions.count() == 1


def test_a_yes_changes_what_was_shown(page: Client, changed: str, manager: User) -> None:
    answer = page.post("/rules/import/", {"text": changed, "do": "import", "seen": seen(look(page, changed))})
    assert answer["Location"] == "/rules/"
    assert Rule.objects.get(name="Stop loss").versions.count() == 2
    second = Rule.objects.get(name="Second")
    assert (second.active, second.owner) == (False, manager)


def test_what_changed_meanwhile_is_shown_again_and_not_overwritten(page: Client, changed: str, rule: Rule) -> None:
    before = seen(look(page, changed))
    save_rule(rule, document(leaf("spend_7d", ">", 70)), None, NOW)
    answer = page.post("/rules/import/", {"text": changed, "do": "import", "seen": before})
    assert "changed since you looked" in answer.content.decode()
    assert rule.versions.count() == 2
    assert not Rule.objects.filter(name="Second").exists()


def test_a_mistake_is_told_with_its_line_and_the_text_is_kept(page: Client, changed: str) -> None:
    answer = page.post("/rules/import/", {"text": changed.replace("value: 60", "value: lots", 1), "do": "import"})
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "1 problem; nothing was changed" in shown
    assert "rules[0].document.conditions.value" in shown
    assert "value: lots" in shown
    assert Rule.objects.get().versions.count() == 1


def test_odd_files_are_answered_and_not_crashed_on(page: Client) -> None:
    assert "not UTF-8" in look(page, b"rules: \xe4")
    assert page.post("/rules/import/", {}).status_code == 422
    big = page.post("/rules/import/", {"file": SimpleUploadedFile("a.yaml", b"x" * 500_001)})
    assert "Larger than 500 kB" in big.content.decode()
    assert "at most 500,000" in page.post("/rules/import/", {"text": "x" * 500_001}).content.decode()


def test_a_file_that_says_what_is_here_changes_nothing(page: Client, rule: Rule) -> None:
    assert "Nothing would change" in look(page, export_rules([rule]))


def test_another_persons_account_is_not_known_to_the_file(page: Client, changed: str, rule: Rule) -> None:
    rule.accounts.add(AdAccountFactory.create())
    shown = html.unescape(look(page, changed))
    assert "this id is that of a rule which you may not change" in shown


def test_the_download_holds_the_rules_that_one_may_see_whole(page: Client, rule: Rule, euro: AdAccount) -> None:
    made("Foreign", AdAccountFactory.create())
    made("Half foreign", euro, AdAccountFactory.create())
    answer = page.get("/rules/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="rules.yaml"'
    assert answer.content.decode() == export_rules([rule])


def test_a_rule_of_metas_is_taken_over_with_a_button(page: Client, euro: AdAccount) -> None:
    own = native(euro)
    native(euro, does="ROTATE", name="Rotate")
    shown = html.unescape(page.get("/rules/import/").content.decode())
    assert "Pause ad sets in status ACTIVE or PENDING_REVIEW" in shown
    assert "It rotates ads, and Meta does not document by what" in shown
    assert shown.count("Take over<") == 1
    answer = page.post(f"/rules/native/{own.pk}/", follow=True)
    assert "Switch Meta" in answer.content.decode()
    rule = Rule.objects.get()
    assert (rule.name, rule.active) == ("Stop the loss", False)
    assert "Taken over" in page.get("/rules/import/").content.decode()


def test_what_cannot_be_taken_over_is_said_and_nothing_made(page: Client, euro: AdAccount) -> None:
    rotating = native(euro, does="ROTATE")
    answer = page.post(f"/rules/native/{rotating.pk}/", follow=True)
    assert "was not taken over" in answer.content.decode()
    assert not Rule.objects.exists()


def test_the_operations_page_leads_to_it(page: Client, euro: AdAccount) -> None:
    assert "/rules/import/" in page.get("/operations/?tab=others").content.decode()
