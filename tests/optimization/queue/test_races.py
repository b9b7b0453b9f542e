"""Who comes second is told so in words, and of many the others go on."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client

from metaads.models import AdSet
from optimization.by_person import Wanted as ByHand
from optimization.by_person import propose_by_hand
from optimization.incident.emergency import emergency, follow
from optimization.ledger import verify
from optimization.models import Action, Source, Status
from optimization.queue import races, services
from optimization.queue.errors import AlreadyDecided, QueueError, Stale
from optimization.queue.reverting import Wanted, revert
from optimization.queue.states import move
from optimization.queue.undoing import mark_reverted
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, pause_action, roomy

pytestmark = pytest.mark.django_db
Member = Callable[..., User]


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create(daily_budget=10_000, status="ACTIVE")
    return made


def cut(ad_set: AdSet) -> Action:
    """From 100.00 to 80.00, in effect."""
    action = budget_action(ad_set, status=Status.EXECUTED, executed_at=NOW, expires_at=None)
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=8_000)
    return action


def waiting(ad_set: AdSet, kind: str = "set_budget") -> Action:
    """A rule's proposal of the same kind as the undo."""
    return budget_action(ad_set, 9_000, kind=kind, value_before=8_000)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Ids of proposals that somebody approves right before we move them, which no lock of SQLite's could show."""
    ids: set[int] = set()

    def late(action: Action, to: Status, **more: Any) -> Action:
        if action.pk in ids:
            Action.objects.filter(pk=action.pk).update(status=Status.APPROVED)
        return move(action, to, **more)

    monkeypatch.setattr(races, "move", late)
    return ids


def test_an_undo_that_loses_the_race_says_so_and_leaves_nothing(ad_set: AdSet, taken: set[int]) -> None:
    action, other = cut(ad_set), waiting(ad_set)
    taken.add(other.pk)
    with pytest.raises(AlreadyDecided, match="already approved"):
        services.undo(action.pk, None, NOW)
    assert not action.undos.exists()
    assert verify() == []


def test_a_proposal_refreshed_at_the_same_moment_is_to_be_looked_at_again(
    ad_set: AdSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    action, other = cut(ad_set), waiting(ad_set)

    def late(found: Action, to: Status, **more: Any) -> Action:
        Action.objects.filter(pk=other.pk).update(version=other.version + 1)
        return move(found, to, **more)

    monkeypatch.setattr(races, "move", late)
    with pytest.raises(Stale, match="changed since you looked"):
        services.undo(action.pk, None, NOW)


def test_the_page_tells_it_in_words(ad_set: AdSet, taken: set[int], client: Client, member: Member) -> None:
    action = cut(ad_set)
    taken.add(waiting(ad_set).pk)
    client.force_login(member(ad_set.account))
    answer = client.post(f"/actions/{action.public_id}/undo/")
    assert answer.status_code == 409
    assert "already approved" in answer.content.decode()


def test_of_many_undos_the_others_go_on(ad_set: AdSet, taken: set[int]) -> None:
    sets = [ad_set, *AdSetFactory.create_batch(2, campaign=ad_set.campaign, daily_budget=10_000)]
    first, lost, last = (cut(one) for one in sets)
    taken.add(waiting(sets[1]).pk)
    done = revert(ad_set.account, Wanted.last(4, NOW), None, NOW)
    assert done.undone == {first.pk, last.pk}
    assert done.left == [(lost, "It is already approved.")]


def test_a_change_by_hand_that_loses_the_race_says_so(ad_set: AdSet, taken: set[int], member: Member) -> None:
    roomy(ad_set.account, ad_set.meta_id)
    taken.add(pause_action(ad_set).pk)
    wanted = ByHand("adset", ad_set.meta_id, "pause", {})
    with pytest.raises(AlreadyDecided, match="already approved"):
        propose_by_hand(member(ad_set.account), ad_set.account, wanted, NOW, reason="x", override_reason="x")
    assert Action.objects.count() == 1


def test_an_emergency_pauses_the_others_and_comes_back_to_the_one(ad_set: AdSet, taken: set[int]) -> None:
    sets = [ad_set, *AdSetFactory.create_batch(2, campaign=ad_set.campaign, daily_budget=10_000, status="ACTIVE")]
    for one in sets:
        cut(one)
    proposal = pause_action(sets[0])
    taken.add(proposal.pk)
    incident = emergency(ad_set.account, None, NOW, "too much", pause_affected=True)
    assert set(incident.actions.values_list("entity_id", flat=True)) == {one.meta_id for one in sets[1:]}
    taken.clear()
    Action.objects.filter(pk=proposal.pk).update(status=Status.CANCELLED)
    assert follow(incident, NOW) == 1
    assert incident.actions.filter(source=Source.INCIDENT).count() == 3


def test_a_row_that_may_stand_but_once_is_no_crash() -> None:
    with pytest.raises(AlreadyDecided, match="proposed at this very moment"), races.plainly():
        raise IntegrityError
    with pytest.raises(QueueError, match="Somebody was first"), races.plainly("Somebody was first."):
        raise IntegrityError


def test_approving_a_proposed_undo_beside_another_undo_is_refused_in_words(ad_set: AdSet) -> None:
    action = cut(ad_set)
    undo = {"undo_of": action, "source": Source.UNDO, "value_before": 8_000}
    proposed = budget_action(ad_set, 10_000, kind="increase_budget", **undo)
    budget_action(ad_set, 10_000, kind="set_budget", status=Status.APPROVED, **undo)
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=8_000)
    with pytest.raises(AlreadyDecided, match="being undone"):
        services.approve(proposed.pk, None, NOW)


def test_what_was_noted_on_an_original_meanwhile_does_not_undo_the_undo(ad_set: AdSet) -> None:
    action = cut(ad_set)
    undo = services.undo(action.pk, None, NOW)
    Action.objects.filter(pk=action.pk).update(version=action.version + 1)
    mark_reverted(action, undo, NOW)
    mark_reverted(action, undo, NOW)
    action.refresh_from_db()
    assert action.status == Status.REVERTED
