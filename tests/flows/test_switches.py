"""The feature matrix of the settings, row by row, by each half of the switches: environment and admin."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from intelligence.models import HourBlock, Reading, StoredFrame
from metaads import switch
from optimization.models import Action, Rule, Run, Status
from optimization.queue.errors import NotOffered
from optimization.queue.services import approve
from optimization.settings_doors import set_switch
from tests.flows.conftest import LocalMeta

pytestmark = pytest.mark.django_db(transaction=True)
Off = Callable[..., None]
HALVES = ["environment", "admin"]


@pytest.fixture(params=HALVES)
def off(request: pytest.FixtureRequest, settings: Settings, admin: User) -> Off:
    """Turns these switches off, and what it turned off before on, in one of the two places; the other says on."""
    turned: set[str] = set()

    def turn(*names: str) -> None:
        settings.SWITCHES = {**settings.SWITCHES, **dict.fromkeys(settings.SWITCHES, True)}
        if request.param == "environment":
            settings.SWITCHES = {**settings.SWITCHES, **dict.fromkeys(names, False)}
        else:
            for name in sorted({*turned, *names}):
                set_switch(name, name not in names, admin, timezone.now())
            turned.update(names)

    return turn


def tick() -> str:
    out = StringIO()
    call_command("tick", stdout=out)
    return out.getvalue()


def offers(client: Client, user: User) -> set[str]:
    """Ids of the proposals that the pages offer this person for approval."""
    client.force_login(user)
    pages = [reverse("dashboard"), reverse("actions")]
    pages += [reverse("action", args=[a.public_id]) for a in Action.objects.filter(status=Status.PENDING)]
    texts = [client.get(page).content.decode() for page in pages]
    wanted = (reverse("action-approve", args=[a.public_id]) for a in Action.objects.all())
    return {door for door in wanted if any(door in text for text in texts)}


def test_recommendations_are_shown_only_with_the_rules_engine_on(
    local_meta: LocalMeta, buyer: User, off: Off, client: Client, rule_for: Callable[..., Rule]
) -> None:
    """The matrix's third column: what was proposed before stays, and is not offered until it is on again."""
    rule_for(local_meta.accounts, timezone.now())
    tick()
    pending = list(Action.objects.filter(status=Status.PENDING))
    assert pending
    for names in ((switch.INTELLIGENCE,), (switch.RULES, switch.EXECUTOR)):
        assert len(offers(client, buyer)) == len(pending)
        off(*names)
        assert offers(client, buyer) == set()
        with pytest.raises(NotOffered, match=names[0]):
            approve(pending[0].pk, buyer, timezone.now())
        assert Action.objects.filter(status=Status.PENDING).count() == len(pending)
        off()


def test_everything_off_does_nothing_and_pages_still_serve(
    local_meta: LocalMeta, buyer: User, admin: User, off: Off, client: Client, rule_for: Callable[..., Rule]
) -> None:
    off(switch.INTELLIGENCE)
    rule_for(local_meta.accounts, timezone.now())
    before = local_meta.calls
    text = tick()
    assert text.count("skipped") >= 3 * len(local_meta.accounts)
    assert local_meta.calls == before, "no call to Meta"
    for model in (Reading, HourBlock, StoredFrame, Action, Run):
        assert not model._default_manager.exists(), f"a {model.__name__} row was made"
    client.force_login(buyer)
    for page in (reverse("dashboard"), reverse("actions")):
        answer = client.get(page)
        assert answer.status_code == 200
        assert "ENABLE_INTELLIGENCE" in answer.content.decode(), f"{page} does not say that everything is off"
    client.force_login(admin)
    assert client.get(reverse("admin:index")).status_code == 200
    client.logout()
    assert client.get(reverse("account_login")).status_code == 200


def test_only_collection_on_collects_and_stops_there(
    local_meta: LocalMeta, off: Off, admin: User, rule_for: Callable[..., Rule]
) -> None:
    off(switch.RULES, switch.EXECUTOR)
    rule_for(local_meta.accounts, timezone.now())
    text = tick()
    assert "evaluate skipped" in text
    assert Reading.objects.exists()
    assert StoredFrame.objects.exists()
    assert not Action.objects.exists()
    assert local_meta.writes() == []


def test_collection_off_reads_nothing(local_meta: LocalMeta, off: Off, admin: User) -> None:
    off(switch.COLLECTION)
    before = local_meta.calls
    assert "observe skipped" in tick()
    assert local_meta.calls == before
    assert not Reading.objects.exists()


def test_rules_on_and_executor_off_proposes_and_leaves_execution_to_people(
    local_meta: LocalMeta, off: Off, buyer: User, client: Client, rule_for: Callable[..., Rule]
) -> None:
    off(switch.EXECUTOR)
    rule_for(local_meta.accounts, timezone.now())
    tick()
    action = Action.objects.filter(status=Status.PENDING, field="daily_budget").first()
    assert action is not None
    client.force_login(buyer)
    assert "by hand" in client.get(reverse("action", args=[action.public_id])).content.decode()
    approve(action.pk, buyer, timezone.now())
    text = tick()
    action.refresh_from_db()
    assert "execute skipped" in text
    assert action.status == Status.APPROVED
    assert local_meta.writes() == [], "nothing is written while the executor is off"


def test_all_on_executes_what_was_approved_and_nothing_else(
    local_meta: LocalMeta, buyer: User, rule_for: Callable[..., Rule]
) -> None:
    rule_for(local_meta.accounts, timezone.now())
    tick()
    pending = list(Action.objects.filter(status=Status.PENDING, field="daily_budget"))
    assert len(pending) > 1
    approve(pending[0].pk, buyer, timezone.now())
    tick()
    assert {write["object_id"] for write in local_meta.writes()} == {pending[0].entity_id}
