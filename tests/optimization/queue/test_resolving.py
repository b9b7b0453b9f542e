"""What the executor could not settle, a person does."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from metaads.models import AdSet, Role
from optimization.ledger import events_of
from optimization.models import Action, Source, Status
from optimization.queue import services
from optimization.queue.errors import AlreadyDecided, Invalid, NotAllowed
from tests.optimization.conftest import NOW

Propose = Callable[..., Action]
Member = Callable[..., User]


@pytest.fixture
def stuck(local_ad_set: AdSet, propose_budget: Propose) -> Action:
    return propose_budget(local_ad_set, 8000, status=Status.NEEDS_PERSON)


def test_seen_in_effect_it_is_executed_with_the_note_on_record(stuck: Action, member: Member) -> None:
    fresh = services.resolve(stuck.pk, member(stuck.account), NOW, True, "80.00 in Ads Manager")
    assert (fresh.status, fresh.executed_at) == (Status.EXECUTED, NOW)
    assert events_of(stuck).last().payload["note"] == "80.00 in Ads Manager"  # type: ignore[union-attr]


def test_seen_not_in_effect_it_failed_and_the_entity_is_free_again(stuck: Action, member: Member) -> None:
    fresh = services.resolve(stuck.pk, member(stuck.account), NOW, False, "still 100.00")
    assert (fresh.status, fresh.executed_at) == (Status.FAILED, None)


def test_an_undo_seen_in_effect_turns_its_original_to_reverted(
    local_ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    original = propose_budget(local_ad_set, 8000, status=Status.EXECUTED, executed_at=NOW)
    undo = propose_budget(local_ad_set, 8000, status=Status.NEEDS_PERSON, source=Source.UNDO, undo_of=original)
    services.resolve(undo.pk, member(undo.account), NOW, True, "seen")
    original.refresh_from_db()
    assert original.status == Status.REVERTED


def test_it_needs_a_note_a_role_and_something_to_settle(
    stuck: Action, local_ad_set: AdSet, propose_budget: Propose, member: Member
) -> None:
    viewer = member(stuck.account, Role.VIEWER)
    with pytest.raises(NotAllowed):
        services.resolve(stuck.pk, viewer, NOW, True, "seen")
    with pytest.raises(Invalid, match="note"):
        services.resolve(stuck.pk, None, NOW, True, " ")
    services.resolve(stuck.pk, None, NOW, True, "seen")
    with pytest.raises(AlreadyDecided):
        services.resolve(stuck.pk, None, NOW, True, "seen")


def test_the_page_asks_and_its_door_settles(stuck: Action, member: Member, client: Client) -> None:
    client.force_login(member(stuck.account))
    page = client.get(f"/actions/{stuck.public_id}/").content.decode()
    assert "It is in effect" in page
    client.post(f"/actions/{stuck.public_id}/resolve/", {"seen": "not_in_effect", "note": "still 100.00"})
    stuck.refresh_from_db()
    assert stuck.status == Status.FAILED


def test_the_command_settles_too(stuck: Action) -> None:
    call_command("resolve_action", str(stuck.public_id), "--in-effect", "--note", "seen", "--now", NOW.isoformat())
    stuck.refresh_from_db()
    assert stuck.status == Status.EXECUTED
