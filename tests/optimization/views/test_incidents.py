"""Incidents on the pages: stopping with reverts and pauses, the report and its files, lifting with a list of rules."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from metaads.models import AdAccount, AdSet, Role
from optimization.incident.emergency import emergency
from optimization.incident.report import report_of
from optimization.models import Action, EmergencyStop, Incident, Rule, Source, Status
from optimization.rules.selectors import active_rules
from optimization.views.incident_pdf import pdf_of, printable
from tests.factories.metaads import AdAccountFactory, AdSetFactory, MembershipFactory, UserFactory
from tests.factories.optimization import budget_action, make_rule
from tests.optimization.rules.build import leaf
from tests.optimization.views.conftest import signed_in


@pytest.fixture
def raised(euro: AdAccount) -> Action:
    """100.00 -> 120.00, half an hour ago."""
    ad_set: AdSet = AdSetFactory.create(campaign__account=euro, daily_budget=10_000, status="ACTIVE")
    at = timezone.now() - timedelta(minutes=30)
    action = budget_action(ad_set, 12_000, status=Status.EXECUTED, executed_at=at, executing_at=at)
    AdSet.objects.update(daily_budget=12_000)
    return action


@pytest.fixture
def admin(euro: AdAccount) -> Client:
    user: User = UserFactory.create(username="ada")
    MembershipFactory.create(user=user, account=euro, role=Role.ADMIN)
    return signed_in(user)


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_one_form_stops_undoes_pauses_and_leads_to_the_report(page: Client, euro: AdAccount, raised: Action) -> None:
    answer = page.post("/stop/", {"account": euro.pk, "hours": "4", "pause": "1", "reason": "odd spend"})
    incident = Incident.objects.get()
    assert answer["Location"] == f"/incidents/{incident.public_id}/"
    assert sorted(incident.actions.values_list("source", flat=True)) == [Source.INCIDENT, Source.UNDO]
    text = html(page, answer["Location"])
    assert "odd spend" in text
    assert "100.00 EUR" in text
    assert "Being undone: approved" in text
    assert "Lift the stop" not in text
    assert f"/incidents/{incident.public_id}/" in html(page, "/")
    assert "Northwind" in html(page, "/incidents/")


@pytest.mark.parametrize("hours", ["custom", "99999", "-1", "nan", "soon"])
def test_odd_hours_stop_all_the_same_and_are_said(page: Client, euro: AdAccount, raised: Action, hours: str) -> None:
    page.post("/stop/", {"account": euro.pk, "hours": hours})
    assert EmergencyStop.objects.get().lifted_at is None
    incident = Incident.objects.get()
    assert not incident.actions.exists()
    assert "Nothing was undone" in html(page, f"/incidents/{incident.public_id}/")


def test_the_file_has_every_line_and_no_formula(page: Client, euro: AdAccount, raised: Action) -> None:
    Action.objects.update(entity_name="=1+1")
    incident = emergency(euro, None, timezone.now(), "", revert_hours=4)
    answer = page.get(f"/incidents/{incident.public_id}/csv/")
    rows = list(csv.DictReader(StringIO(answer.content.decode().lstrip("\ufeff"))))
    assert {row["Action id"] for row in rows} == {str(one.action.public_id) for one in report_of(incident).lines}
    assert len(rows) == 2
    assert rows[-1]["Name"] == "'=1+1"
    assert (rows[-1]["Before"], rows[-1]["After"]) == ("100.00 EUR", "120.00 EUR")


def test_the_pdf_is_made_for_long_lists_and_any_script(page: Client, euro: AdAccount, raised: Action) -> None:
    at = timezone.now() - timedelta(minutes=30)
    for number, name in enumerate(["Καλοκαίρι", "Летняя распродажа", "夏のセール", "\u202eבדיקה", "x" * 300] * 12):
        ad_set = AdSetFactory.create(campaign__account=euro, name=name)
        columns = {"status": Status.EXECUTED, "executed_at": at, "executing_at": at, "entity_name": name}
        budget_action(ad_set, 8_000 + number, **columns)
    incident = emergency(euro, None, timezone.now(), "too much")
    answer = page.get(f"/incidents/{incident.public_id}/pdf/")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.count(b"/Type /Page\n") > 3
    assert printable("Ναι, да, 夏\n\t") == "Ναι, да, □\n "
    assert len(pdf_of(report_of(incident))) < 500_000


def test_lifting_needs_an_administrator_and_a_reason_and_brings_back_only_ticked_rules(
    page: Client, admin: Client, euro: AdAccount
) -> None:
    first, second = (make_rule(euro, leaf("spend_7d", ">", 5), name=name) for name in ("First", "Second"))
    incident = emergency(euro, None, timezone.now(), "")
    path = f"/incidents/{incident.public_id}/"
    assert page.post(f"{path}lift/", {"reason": "fine"}).status_code == 403
    refused = admin.post(f"{path}lift/", {"reason": " "})
    assert refused.status_code == 422
    assert "say why it is safe again" in refused.content.decode()
    assert EmergencyStop.objects.get().lifted_at is None
    text = html(admin, path)
    assert "First" in text
    assert "checked" not in text[text.index('id="lift"') :]

    admin.post(f"{path}lift/", {"reason": "found it", "rules": [str(second.pk)]})
    assert EmergencyStop.objects.get().lift_reason == "found it"
    assert set(Rule.objects.filter(active=True)) == {second}
    admin.post(f"{path}rules/", {"rules": [str(first.pk), "12345"]})
    assert Rule.objects.filter(active=True).count() == 2


def test_a_rule_of_several_accounts_comes_back_here_by_its_tick_alone(admin: Client, euro: AdAccount) -> None:
    rule = make_rule(euro, leaf("spend_7d", ">", 5), name="Wide")
    rule.accounts.add(AdAccountFactory.create())
    path = f"/incidents/{emergency(euro, None, timezone.now(), '').public_id}/"
    admin.post(f"{path}lift/", {"reason": "found it"})
    assert "off in this account, on in others" in html(admin, path)
    assert not active_rules(euro).exists()
    admin.post(f"{path}rules/", {"rules": [str(rule.pk)]})
    assert list(active_rules(euro)) == [rule]
    assert "on again" in html(admin, path)


def test_rules_stay_off_while_the_stop_is_in_force(admin: Client, euro: AdAccount) -> None:
    rule = make_rule(euro, leaf("spend_7d", ">", 5))
    incident = emergency(euro, None, timezone.now(), "")
    admin.post(f"/incidents/{incident.public_id}/rules/", {"rules": [str(rule.pk)]})
    assert not Rule.objects.filter(active=True).exists()


def test_another_accounts_incident_does_not_exist(page: Client, yen: AdAccount) -> None:
    incident = emergency(yen, None, timezone.now(), "")
    for part in ("", "csv/", "pdf/"):
        assert page.get(f"/incidents/{incident.public_id}/{part}").status_code == 404
    assert str(incident.public_id) not in html(page, "/incidents/")
