"""The rule builder without scripts: what it shows, saves, refuses and never loses."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from metaads.models import AdAccount, Role
from optimization.models import Rule
from optimization.rules.services import save_rule
from tests.factories.metaads import MembershipFactory
from tests.optimization.views.conftest import signed_in


class Form(HTMLParser):
    """What a browser would send of the form on the page: (name, value) in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self._inside, self._select = False, ""
        self._area: list[str] | None = None
        self._options: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attributes}
        if tag == "form":
            self._inside = told.get("id") == "rule-form"
        if not self._inside:
            return
        if tag == "input" and told.get("name"):
            kind = told.get("type", "text")
            if kind not in ("checkbox", "radio") or "checked" in told:
                self.pairs.append((told["name"], told.get("value", "")))
        elif tag == "select":
            self._select, self._options = told["name"], []
        elif tag == "option" and self._select:
            self._options.append((told.get("value", ""), "selected" in told))
        elif tag == "textarea":
            self._area = [told["name"], ""]

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            chosen = [value for value, on in self._options if on] or [self._options[0][0]]
            self.pairs.append((self._select, chosen[0]))
            self._select = ""
        elif tag == "textarea" and self._area is not None:
            self.pairs.append((self._area[0], self._area[1]))
            self._area = None
        elif tag == "form":
            self._inside = False

    def data(self, **changes: Any) -> dict[str, list[str]]:
        """For the test client; a change replaces all values of its name."""
        told: dict[str, list[str]] = {}
        for name, value in self.pairs:
            told.setdefault(name, []).append(value)
        for name, value in changes.items():
            told[name] = value if isinstance(value, list) else [value]
        return told


def form_of(answer: Any) -> Form:
    return Form(answer.content.decode())


NEW = "/rules/new/"


@pytest.fixture
def rule(euro: AdAccount, manager: User) -> Rule:
    from django.utils import timezone

    made = Rule(name="Stop loss", category="loss_prevention", level="adset", owner=manager)
    made.save()
    made.accounts.set([euro])
    document = {
        "conditions": {"all": [{"field": "spend_7d", "operator": ">", "value": 50}, {"not": {"any": [
            {"field": "cpa_7d", "operator": "between", "value": [1, "target_cpa"]},
            {"field": "effective_status", "operator": "in", "value": ["ACTIVE", "PAUSED"]}]}}]},
        "actions": [{"kind": "decrease_budget", "parameters": {"percent": 20}}],
    }  # fmt: skip
    save_rule(made, document, manager, timezone.now())
    return made


def test_a_rule_that_is_opened_and_saved_again_stays_as_it_is(page: Client, rule: Rule) -> None:
    address = reverse("rule-edit", args=[rule.public_id])
    before = rule.current
    assert before is not None
    answer = page.post(address, form_of(page.get(address)).data(do="save"))
    assert answer.status_code == 302
    rule.refresh_from_db()
    assert rule.current == before
    assert before.document == rule.current.document
    assert rule.versions.count() == 1


def test_a_condition_is_added_filled_and_saved(page: Client, rule: Rule) -> None:
    address = reverse("rule-edit", args=[rule.public_id])
    grown = page.post(address, form_of(page.get(address)).data(do="add:n1"))
    assert rule.versions.count() == 1
    told = {"n6-field": "ROAS", "n6-window": "3d", "n6-operator": "<", "n6-v": "1.5"}
    answer = page.post(address, form_of(grown).data(do="save", **told))
    assert answer.status_code == 302
    rule.refresh_from_db()
    assert rule.current is not None
    assert rule.current.document["conditions"]["all"][-1] == {"field": "roas_3d", "operator": "<", "value": 1.5}


def test_an_error_stands_at_its_control_and_loses_nothing(page: Client, rule: Rule) -> None:
    address = reverse("rule-edit", args=[rule.public_id])
    told = {"n2-field": "spendings", "name": ""}
    answer = page.post(address, form_of(page.get(address)).data(do="save", **told))
    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'value="spendings"' in html
    assert 'aria-describedby="c-n2-field-error"' in html
    assert 'href="#c-n2-field"' in html
    assert "Did you mean" in html
    assert rule.versions.count() == 1
    assert form_of(answer).data()["n4-v[1]"] == ["target_cpa"]


def test_somebody_elses_save_in_between_is_told_and_nothing_is_lost(
    page: Client, rule: Rule, euro: AdAccount, manager: User
) -> None:
    from django.utils import timezone

    address = reverse("rule-edit", args=[rule.public_id])
    opened = form_of(page.get(address))
    save_rule(rule, {**rule.current.document, "mode": "automatic"}, manager, timezone.now())  # type: ignore[union-attr]
    answer = page.post(address, opened.data(do="save", **{"n2-v": "75"}))
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "saved this rule while you were writing" in html
    assert rule.versions.count() == 2
    assert form_of(answer).data()["n2-v"] == ["75"]
    over = page.post(address, form_of(answer).data(do="over"))
    assert over.status_code == 302
    rule.refresh_from_db()
    assert rule.current is not None
    assert rule.current.document["conditions"]["all"][0]["value"] == 75


def test_a_new_rule_is_saved_off_and_can_be_switched_on_at_once(page: Client, euro: AdAccount) -> None:
    blank = form_of(page.get(NEW))
    told = {"name": "No sales", "n2-v": "50", "n3-v": "0", "accounts": [str(euro.pk)]}
    answer = page.post(NEW, blank.data(do="save", **told))
    made = Rule.objects.get(name="No sales")
    assert answer["Location"] == reverse("rule", args=[made.public_id])
    assert not made.active
    assert list(made.accounts.all()) == [euro]
    page.post(NEW, blank.data(do="on", **{**told, "name": "On at once"}))
    assert Rule.objects.get(name="On at once").active


def test_a_viewer_and_a_foreign_account_are_refused(viewer: User, page: Client, yen: AdAccount) -> None:
    assert signed_in(viewer).get(NEW).status_code == 403
    answer = page.post(NEW, form_of(page.get(NEW)).data(do="save", name="x", accounts=[str(yen.pk)]))
    assert answer.status_code == 422
    assert not Rule.objects.exists()


def test_only_the_accounts_where_the_user_decides_are_offered(
    page: Client, manager: User, euro: AdAccount, yen: AdAccount
) -> None:
    MembershipFactory.create(user=manager, account=yen, role=Role.VIEWER)
    html = page.get(NEW).content.decode()
    assert f'name="accounts" value="{euro.pk}"' in html
    assert f'name="accounts" value="{yen.pk}"' not in html


def test_every_control_has_a_label(page: Client, rule: Rule) -> None:
    html = page.get(reverse("rule-edit", args=[rule.public_id])).content.decode()
    unnamed = Labels(html).unnamed
    assert not unnamed


class Labels(HTMLParser):
    """Controls that nothing names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.named: set[str] = set()
        self.controls: list[tuple[str, bool]] = []
        self._labels = 0
        self.feed(html)

    @property
    def unnamed(self) -> list[str]:
        return [one for one, wrapped in self.controls if not wrapped and one not in self.named]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attributes}
        if tag == "label":
            self._labels += 1
            self.named.add(told.get("for", ""))
        if tag in ("input", "select", "textarea") and told.get("type") != "hidden":
            self.controls.append((told.get("id", told.get("name", "")), bool(self._labels) or "aria-label" in told))

    def handle_endtag(self, tag: str) -> None:
        self._labels -= tag == "label"


def test_a_rule_that_this_one_can_work_against_is_named_when_it_is_saved(
    page: Client, rule: Rule, manager: User, euro: AdAccount
) -> None:
    from django.utils import timezone

    growing = Rule(name="Grow", category="scaling", level="adset", owner=manager, active=True)
    growing.save()
    growing.accounts.set([euro])
    raise_it = {"kind": "increase_budget", "parameters": {"percent": 20}}
    spends = {"field": "spend_7d", "operator": ">", "value": 10}
    save_rule(growing, {"conditions": spends, "actions": [raise_it]}, manager, timezone.now())
    address = reverse("rule-edit", args=[rule.public_id])
    saved = page.post(address, form_of(page.get(address)).data(do="save", **{"n2-v": "60"}), follow=True)
    said = [str(message) for message in saved.context["messages"]]
    assert any("Grow" in text for text in said)


def test_what_a_form_cannot_show_is_edited_as_text_and_kept(page: Client, rule: Rule, manager: User) -> None:
    from django.utils import timezone

    odd = {"field": "name", "operator": "contains", "value": "two\nlines"}
    save_rule(rule, {"conditions": odd, "actions": [{"kind": "pause"}]}, manager, timezone.now())
    address = reverse("rule-edit", args=[rule.public_id])
    opened = form_of(page.get(address))
    assert json.loads(opened.data()["whole"][0])["conditions"] == odd
    assert page.post(address, opened.data(do="save", name="Still odd")).status_code == 302
    rule.refresh_from_db()
    assert rule.name == "Still odd"
    assert rule.versions.count() == 2


def test_the_text_of_a_rule_becomes_a_form_again(page: Client, rule: Rule) -> None:
    address = reverse("rule-edit", args=[rule.public_id])
    text = page.post(address, form_of(page.get(address)).data(do="as-text"))
    back = page.post(address, form_of(text).data(do="as-form"))
    assert form_of(back).data()["n2-field"] == ["Spend"]


def test_another_name_saved_in_between_is_not_overwritten_either(page: Client, rule: Rule) -> None:
    address = reverse("rule-edit", args=[rule.public_id])
    opened = form_of(page.get(address))
    Rule.objects.filter(pk=rule.pk).update(name="Renamed", priority=90)
    answer = page.post(address, opened.data(do="save", description="Mine"))
    assert answer.status_code == 409
    rule.refresh_from_db()
    assert (rule.name, rule.priority, rule.description) == ("Renamed", 90, "")
