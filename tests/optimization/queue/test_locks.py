"""Locks: who may set them, what they hold, when they end, and the ledger's word of each."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from metaads.models import Ad, AdAccount, Role
from optimization.entities import load_one
from optimization.models import Action, EntityLock, LedgerEvent
from optimization.queue.errors import AlreadyDecided, Invalid, Locked, NotAllowed, Stale
from optimization.queue.locks import lock, locks_of, locks_on, release
from optimization.queue.services import approve
from tests.factories.metaads import AdFactory, MembershipFactory, UserFactory
from tests.factories.optimization import NOW, budget_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad() -> Ad:
    made: Ad = AdFactory.create()
    return made


@pytest.fixture
def mia(ad: Ad) -> User:
    user: User = UserFactory.create(username="mia")
    MembershipFactory.create(user=user, account=ad.account, role=Role.MANAGER)
    return user


def events(account: AdAccount) -> list[dict[str, object]]:
    rows = LedgerEvent.objects.filter(account_id=account.pk, kind="entity_locked").order_by("number")
    return [row.payload for row in rows]


def test_a_lock_holds_the_object_and_all_below_it(ad: Ad, mia: User) -> None:
    account = ad.account
    lock(account, "campaign", ad.campaign.meta_id, mia, NOW, reason="Launch week")
    locks = locks_of(account, NOW)
    for level, meta_id in (("campaign", ad.campaign.meta_id), ("adset", ad.ad_set.meta_id), ("ad", ad.meta_id)):
        entity = load_one(account, level, meta_id)
        assert entity
        held = locks.on(entity)
        assert held is not None, level
        assert held.reason == "Launch week"


def test_a_lock_of_an_ad_leaves_its_ad_set_free(ad: Ad, mia: User) -> None:
    lock(ad.account, "ad", ad.meta_id, mia, NOW, reason="Legal looks at it")
    ad_set = load_one(ad.account, "adset", ad.ad_set.meta_id)
    assert ad_set
    assert locks_of(ad.account, NOW).on(ad_set) is None


def test_an_account_lock_holds_everything_in_it_and_nothing_elsewhere(ad: Ad, mia: User) -> None:
    other: Ad = AdFactory.create()
    lock(ad.account, "account", ad.account.meta_id, mia, NOW, reason="Handover")
    assert locks_of(ad.account, NOW).of("ad", ad.meta_id) is not None
    assert locks_of(other.account, NOW).of("ad", other.meta_id) is None


def test_a_lock_ends_at_its_date(ad: Ad, mia: User) -> None:
    end = NOW + timedelta(days=2)
    lock(ad.account, "ad", ad.meta_id, mia, NOW, reason="Until the sale", until=end)
    assert locks_of(ad.account, end - timedelta(seconds=1)).of("ad", ad.meta_id)
    assert locks_of(ad.account, end).of("ad", ad.meta_id) is None


def test_locking_again_changes_its_end_and_reason_and_the_ledger_keeps_both(ad: Ad, mia: User) -> None:
    lock(ad.account, "ad", ad.meta_id, mia, NOW, reason="First")
    lock(ad.account, "ad", ad.meta_id, mia, NOW, reason="Second", until=NOW + timedelta(days=1))
    assert EntityLock.objects.get().reason == "Second"
    first, second = events(ad.account)
    assert (first["locked"], first["instead_of"]) == (True, None)
    assert second["instead_of"] == {"until": None, "reason": "First"}


def test_an_ended_lock_can_be_set_anew(ad: Ad, mia: User) -> None:
    lock(ad.account, "ad", ad.meta_id, mia, NOW, reason="First", until=NOW + timedelta(hours=1))
    later = NOW + timedelta(days=1)
    lock(ad.account, "ad", ad.meta_id, mia, later, reason="Again")
    assert locks_of(ad.account, later).of("ad", ad.meta_id)


def test_released_once_and_by_whom(ad: Ad, mia: User) -> None:
    held = lock(ad.account, "ad", ad.meta_id, mia, NOW, reason="First")
    freed = release(held, mia, NOW + timedelta(hours=1), "Done")
    assert (freed.released_by, freed.released_at) == (mia, NOW + timedelta(hours=1))
    assert locks_of(ad.account, NOW).held == {}
    assert events(ad.account)[-1] == {"entity": f"ad:{ad.meta_id}", "locked": False, "reason": "Done"}
    with pytest.raises(AlreadyDecided):
        release(held, mia, NOW)


def test_only_managers_lock_and_release(ad: Ad, mia: User) -> None:
    viewer: User = UserFactory.create()
    MembershipFactory.create(user=viewer, account=ad.account, role=Role.VIEWER)
    with pytest.raises(NotAllowed, match="managers"):
        lock(ad.account, "ad", ad.meta_id, viewer, NOW, reason="No")
    held = lock(ad.account, "ad", ad.meta_id, mia, NOW, reason="Yes")
    with pytest.raises(NotAllowed):
        release(held, viewer, NOW)
    assert EntityLock.objects.get().released_at is None


@pytest.mark.parametrize(
    ("level", "entity_id", "changes", "error", "words"),
    [
        ("ad", "own", {"reason": "  "}, Invalid, "reason:"),
        ("ad", "own", {"until": NOW}, Invalid, "until:"),
        ("ad", "404", {}, Stale, "no longer exists"),
        ("planet", "own", {}, Invalid, "level:"),
        ("account", "own", {}, Invalid, "level:"),
    ],
)
def test_what_cannot_be_locked_says_why(
    ad: Ad, mia: User, level: str, entity_id: str, changes: dict[str, object], error: type[Exception], words: str
) -> None:
    wanted = {"reason": "A test", **changes}
    with pytest.raises(error, match=words):
        lock(ad.account, level, ad.meta_id if entity_id == "own" else entity_id, mia, NOW, **wanted)  # type: ignore[arg-type]
    assert not EntityLock.objects.exists()


def test_the_locks_of_many_actions_cost_two_queries(ad: Ad, mia: User) -> None:
    lock(ad.account, "adset", ad.ad_set.meta_id, mia, NOW, reason="A test")
    of_ad = budget_action(ad.ad_set, level="ad", entity_id=ad.meta_id, kind="pause")
    of_set = budget_action(ad.ad_set)
    elsewhere: Ad = AdFactory.create(ad_set__campaign__account=ad.account)
    free = budget_action(elsewhere.ad_set)
    rows = list(Action.objects.select_related("account"))
    with CaptureQueriesContext(connection) as asked:
        found = locks_on(rows, {ad.account.pk: NOW})
    assert set(found) == {of_ad.pk, of_set.pk}
    assert free.pk not in found
    assert len(asked) == 2


def test_a_rules_proposal_on_a_locked_object_is_not_approved_to_fail_later(ad: Ad, mia: User) -> None:
    action, until = budget_action(ad.ad_set), NOW + timedelta(days=1)
    lock(ad.account, "campaign", ad.campaign.meta_id, mia, NOW, reason="Launch week", until=until)
    with pytest.raises(Locked) as refused:
        approve(action.pk, mia, NOW)
    said = str(refused.value)
    assert f"is locked with {ad.campaign.name} against automation by mia until {ad.account.moment(until)}" in said
    assert "Launch week." in said
    assert "Release the lock first" in said
    action.refresh_from_db()
    assert action.status == "pending_approval"
    assert approve(action.pk, mia, until).status == "approved"


def test_a_persons_own_wish_passes_the_lock(ad: Ad, mia: User) -> None:
    lock(ad.account, "adset", ad.ad_set.meta_id, mia, NOW, reason="Launch week")
    assert approve(budget_action(ad.ad_set, source="person").pk, mia, NOW).status == "approved"


def test_the_locks_of_many_actions_are_one_question(ad: Ad) -> None:
    rows = [budget_action(ad.ad_set), budget_action(AdFactory.create().ad_set)]
    with CaptureQueriesContext(connection) as asked:
        assert locks_on(rows, {row.account_id: NOW for row in rows}) == {}
    assert len(asked) == 1
