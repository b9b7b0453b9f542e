"""The gallery of templates: in the account's currency, for who decides there, with what each would have done."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from intelligence.metrics import windows
from metaads.models import AdAccount, Role
from optimization.jobs.kinds import KINDS
from optimization.models import Job, Rule
from optimization.rules.templates import ALL
from optimization.views import templates_past
from tests.factories.metaads import MembershipFactory
from tests.optimization.views.conftest import signed_in

GALLERY = "/rules/templates/"
FOUND: dict[str, Any] = {
    "firings": 12, "entities": 3, "spend_cut": 1250.5, "conversions_lost": 1.25, "spend_added": None,
    "conversions_gained": None, "estimate": False, "told": 0, "matched": 40, "resolution": "hourly", "problems": [],
}  # fmt: skip


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch, euro: AdAccount) -> dict[str, str]:
    """As if the account's days were stored."""
    today = windows.local_day(timezone.now(), euro.zone)
    monkeypatch.setattr(templates_past, "earliest", lambda *given: today - timedelta(days=60))
    return {"since": (today - timedelta(days=14)).isoformat(), "until": (today - timedelta(days=1)).isoformat()}


def done(account: AdAccount, days: dict[str, str], **found: Any) -> Job:
    return Job.objects.create(
        kind="templates", account=account, parameters=days, state=Job.State.DONE, created_at=timezone.now(),
        result={"templates": {template.key: {**FOUND, **found} for template in ALL}},
    )  # fmt: skip


def test_every_template_stands_there_in_the_currency_of_the_chosen_account(
    page: Client, manager: User, yen: AdAccount
) -> None:
    MembershipFactory.create(user=manager, account=yen, role=Role.MANAGER)
    html = page.get(f"{GALLERY}?for={yen.pk}").content.decode()
    assert all(f'id="template-{template.key}"' in html for template in ALL)
    assert "JPY" in html
    assert "EUR</" not in html.partition("template-cards")[2]


def test_a_viewer_is_refused_and_a_foreign_account_is_not_chosen(page: Client, viewer: User, yen: AdAccount) -> None:
    assert signed_in(viewer).get(GALLERY).status_code == 403
    assert "Kanto" not in page.get(f"{GALLERY}?for={yen.pk}").content.decode()


def test_adopting_opens_a_form_and_stores_nothing(page: Client, euro: AdAccount) -> None:
    html = page.get(f"/rules/new/?template=zero_conversions&for={euro.pk}").content.decode()
    assert 'value="Zero conversions stop loss"' in html
    assert "New rule from a template" in html
    assert not Rule.objects.exists()
    assert page.get("/rules/new/", {"template": "nothing"}).status_code == 404


def test_a_card_says_what_it_would_have_cut_and_lost(page: Client, euro: AdAccount, days: dict[str, str]) -> None:
    done(euro, days)
    html = page.get(GALLERY).content.decode()
    assert "12 firings on 3 ad sets" in html
    assert "1,250.50 EUR less spent, 1.2 conversions lost with it" in html
    assert "Last 14 days" in html


def test_a_template_that_would_not_have_fired_says_so(page: Client, euro: AdAccount, days: dict[str, str]) -> None:
    done(euro, days, firings=0, entities=0)
    assert "It would not have fired." in page.get(GALLERY).content.decode()


def test_what_is_not_known_is_not_said_to_be_nothing(page: Client, euro: AdAccount, days: dict[str, str]) -> None:
    done(euro, days, conversions_lost=None)
    assert "conversions lost unknown" in page.get(GALLERY).content.decode()


def test_the_work_is_asked_for_once_a_day_and_account(
    page: Client, euro: AdAccount, days: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KINDS["templates"], "check", lambda *given: None)
    for _ in range(2):
        assert page.post(f"{GALLERY}past/", {"for": euro.pk}).status_code == 302
    job = Job.objects.get()
    assert (job.kind, job.account, job.parameters) == ("templates", euro, days)
    Job.objects.update(state=Job.State.RUNNING, progress=0.4, note="Stale ad, 9 of 22")
    html = page.get(f"{GALLERY}past/", {"for": euro.pk}, headers={"HX-Request": "true"}).content.decode()
    assert "Stale ad, 9 of 22" in html
    assert 'hx-trigger="every 2s"' in html
    assert "Still computing" in html


def test_an_account_without_a_stored_day_says_from_when(page: Client, euro: AdAccount) -> None:
    assert "No day of Northwind is stored yet" in page.get(GALLERY).content.decode()
