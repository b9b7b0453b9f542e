"""The main job, end to end, through the real SDK over HTTP: watch, propose, approve, change once, explain, undo."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intelligence.models import Reading, StoredFrame
from optimization.ledger import events_of, triggers, verify
from optimization.models import Action, LedgerEvent, Rule, Status
from tests.flows.conftest import Meta

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def tick() -> str:
    out = StringIO()
    call_command("tick", stdout=out)
    return out.getvalue()


def pending_daily_cut(meta: Meta) -> Action:
    """A pending cut of an ad set's daily budget in the first account."""
    found = Action.objects.filter(account=meta.accounts[0], status=Status.PENDING, field="daily_budget")
    action = found.filter(level="adset").order_by("pk").first() or found.order_by("pk").first()
    assert action is not None, "no rule matched: the world has changed"
    return action


def test_a_change_is_proposed_approved_made_once_explained_and_undone(
    meta: Meta, buyer: User, client: Client, rule_for: Callable[..., Rule]
) -> None:
    rule_for(meta.accounts, timezone.now())
    tick()
    assert Reading.objects.filter(account=meta.accounts[0], level="ad").count() >= 8
    assert StoredFrame.objects.filter(account=meta.accounts[0]).count() == 3

    action = pending_daily_cut(meta)
    before, wanted = action.value_before, action.value_final
    assert wanted == pytest.approx(before * 0.9, abs=1)
    assert meta.writes() == [], "observing and proposing write nothing at Meta"

    client.force_login(buyer)
    page = client.get(reverse("action", args=[action.public_id]))
    assert page.status_code == 200
    assert "spend in the last 7 days" in page.content.decode(), "the page shows the condition that fired"
    client.post(reverse("action-approve", args=[action.public_id]), {"version": action.version})
    action.refresh_from_db()
    assert action.status == Status.APPROVED
    assert action.decided_by == buyer

    tick()
    action.refresh_from_db()
    assert action.status == Status.EXECUTED, action.outcome_note
    made = meta.writes(action.entity_id)
    assert [write["after"] for write in made] == [{"daily_budget": wanted}]

    client.post(reverse("action-undo", args=[action.public_id]))
    tick()
    action.refresh_from_db()
    assert action.status == Status.REVERTED
    assert [write["after"] for write in meta.writes(action.entity_id)][-1] == {"daily_budget": before}
    assert len(meta.writes(action.entity_id)) == 2

    kinds = [event.kind for event in events_of(action)]
    for kind in ("suggested", "approved", "executing", "executed", "reverted"):
        assert f"optimization_{kind}" in kinds
    call_command("verify_ledger", stdout=StringIO())


def test_a_second_tick_proposes_nothing_twice(meta: Meta, admin: User, rule_for: Callable[..., Rule]) -> None:
    rule_for(meta.accounts, timezone.now())
    tick()
    count = Action.objects.count()
    assert count > 0
    assert "nothing new" in tick()
    assert Action.objects.count() == count


def test_a_ledger_row_cannot_be_altered_and_an_altered_one_is_found(meta: Meta, admin: User) -> None:
    event = LedgerEvent.objects.order_by("id").first()
    assert event is not None, "connecting is in the ledger"
    tamper = "UPDATE optimization_ledgerevent SET actor = 'nobody' WHERE id = %s"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(tamper, [event.pk])
    triggers.drop()
    try:
        with connection.cursor() as cursor:
            cursor.execute(tamper, [event.pk])
    finally:
        triggers.create()
    assert verify(), "an altered row breaks the chain"
    with pytest.raises(CommandError):
        call_command("verify_ledger", stdout=StringIO(), stderr=StringIO())


def test_one_account_whose_token_fails_does_not_stop_the_others(meta: Meta, admin: User) -> None:
    broken, healthy = meta.accounts[0], meta.accounts[1]
    meta.control.call("POST", "access", {"account": broken.meta_id, "revoked": True})
    out = StringIO()
    with pytest.raises(CommandError, match="failed"):
        call_command("tick", stdout=out)
    assert f"{healthy.name}: observe done" in out.getvalue()
    assert f"{broken.name}: observe failed" in out.getvalue()
    assert Reading.objects.filter(account=healthy).exists()
    assert not Reading.objects.filter(account=broken).exists()
