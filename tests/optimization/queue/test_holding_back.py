"""What holds a wish back: an action on its way, a rejection, a parent to be paused, a cooldown."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from metaads.models import AdSet
from optimization.models import Action, Status
from optimization.queue import services
from optimization.queue.conflicts import Superseded
from optimization.queue.drafts import Draft
from optimization.queue.propose import Proposed, propose, without_rejected
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, draft_of, pause_action, roomy

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def ad_set() -> AdSet:
    """Of an account with many others, which spends a lot."""
    made: AdSet = AdSetFactory.create()
    roomy(made.account, made.meta_id)
    return made


def put(ad_set: AdSet, *drafts: Draft, losers: Sequence[Superseded] = (), now: datetime = NOW) -> Proposed:
    return propose(ad_set.account, drafts, losers, now, None)


def the_one() -> Action:
    return Action.objects.get()


@pytest.mark.parametrize("status", [Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN, Status.NEEDS_PERSON])
def test_while_an_action_is_on_its_way_nothing_else_is_proposed_for_its_entity(ad_set: AdSet, status: Status) -> None:
    budget_action(ad_set, status=status)
    assert put(ad_set, draft_of(ad_set, "pause")).skipped == {"another action on it is on its way": 1}
    assert Action.objects.count() == 1


@pytest.mark.parametrize(("hours", "comes"), [(0, False), (71.9, False), (72, True)])
def test_what_a_person_rejected_stays_away_for_72_hours(ad_set: AdSet, hours: float, comes: bool) -> None:
    services.reject(budget_action(ad_set).pk, None, NOW, "no")
    later = NOW + timedelta(hours=hours)
    wish = draft_of(ad_set, data_read_at=later)
    assert len(put(ad_set, wish, now=later).created) == comes
    assert len(without_rejected(ad_set.account, [wish], later)[0]) == comes


def test_a_rejection_holds_for_that_kind_only(ad_set: AdSet) -> None:
    services.reject(budget_action(ad_set).pk, None, NOW, "no")
    welcome, left_out = without_rejected(ad_set.account, [draft_of(ad_set), draft_of(ad_set, "pause")], NOW)
    assert [wish.kind for wish in welcome] == ["pause"]
    assert left_out.total() == 1


@pytest.mark.parametrize(
    ("status", "comes"), [(Status.PENDING, False), (Status.APPROVED, False), (Status.REJECTED, True)]
)
def test_nothing_grows_while_its_campaign_waits_to_be_paused(ad_set: AdSet, status: Status, comes: bool) -> None:
    campaign = {"level": "campaign", "entity_id": ad_set.campaign.meta_id, "status": status, "decided_at": NOW}
    pause_action(ad_set, **campaign)
    assert len(put(ad_set, draft_of(ad_set, "increase_budget", 12_000)).created) == comes
    assert len(put(ad_set, draft_of(ad_set, "decrease_budget", 9_000)).created) == 1


def test_cooldown_counts_actions_of_every_source_but_spares_loss_prevention(ad_set: AdSet) -> None:
    budget_action(ad_set, status=Status.EXECUTED, source="person", executed_at=NOW - timedelta(hours=1))
    assert put(ad_set, draft_of(ad_set, "increase_budget", 11_000)).blocked == {"cooldown": 1}
    assert len(put(ad_set, draft_of(ad_set, "decrease_budget", 9_000)).created) == 1
