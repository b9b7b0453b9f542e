"""Two people at the same moment, each with a connection of their own: one decides, the other is told who did."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.contrib.auth.models import User
from django.db import connections

from optimization.incident.stops import set_stop
from optimization.ledger import events_of, verify
from optimization.models import AccountLimits, Action, Approval, EmergencyStop, LedgerEvent, Status
from optimization.queue import services
from optimization.queue.errors import AlreadyDecided
from optimization.queue.propose import propose
from tests.factories.metaads import AdSetFactory, MembershipFactory
from tests.factories.optimization import NOW, budget_action, draft_of

Decision = Callable[[], object]


def at_once(*decisions: Decision) -> list[str]:
    """Runs all together; what each was told, empty = it went through."""
    together = Barrier(len(decisions), timeout=30)

    def one(decide: Decision) -> str:
        try:
            together.wait()
            decide()
        except AlreadyDecided as told:
            return str(told)
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(len(decisions)) as pool:
        return list(pool.map(one, decisions))


def test_of_an_approval_and_rejections_at_once_one_holds(transactional_db: None) -> None:
    action = budget_action(AdSetFactory.create())
    people: list[User] = [MembershipFactory.create(account=action.account).user for _ in range(4)]
    approvals = [lambda user=user: services.approve(action.pk, user, NOW) for user in people[:2]]
    rejections = [lambda user=user: services.reject(action.pk, user, NOW, "no") for user in people[2:]]

    told = at_once(*approvals, *rejections)

    row = Action.objects.get()
    first = row.decided_by
    assert first is not None
    assert told.count("") == 1
    assert told.index("") == people.index(first)
    assert row.status == (Status.APPROVED if first in people[:2] else Status.REJECTED)
    assert set(told) == {"", f"It is already {row.get_status_display().lower()} by {first.username}."}
    assert events_of(action).count() == 1
    assert verify() == []


def test_two_undos_at_once_make_one(transactional_db: None) -> None:
    ad_set = AdSetFactory.create(daily_budget=8_000)
    action = budget_action(ad_set, value_before=10_000, status=Status.EXECUTED, executed_at=NOW)
    told = at_once(*[lambda: services.undo(action.pk, None, NOW)] * 2)
    assert sorted(told) == ["", "It is being undone already."]
    assert Action.objects.filter(undo_of=action).count() == 1


def test_two_stops_at_once_are_one(transactional_db: None) -> None:
    account = AdSetFactory.create().account
    for what in (account, None):
        assert at_once(*[lambda what=what: set_stop(what, None, NOW, "too much")] * 3) == ["", "", ""]
    assert EmergencyStop.objects.count() == 2
    assert LedgerEvent.objects.filter(kind="emergency_stop_set").count() == 2
    assert verify() == []


def test_two_evaluations_at_once_make_one_proposal(transactional_db: None) -> None:
    ad_set = AdSetFactory.create()
    wish = draft_of(ad_set)
    assert at_once(*[lambda: propose(ad_set.account, [wish], [], NOW, None)] * 3) == ["", "", ""]
    assert Action.objects.get().refresh_count == 2
    assert LedgerEvent.objects.count() == 1


def test_two_first_approvals_at_once_are_two_and_approve_it_once(transactional_db: None) -> None:
    action = budget_action(AdSetFactory.create(daily_budget=10_000))
    AccountLimits.objects.create(account=action.account, four_eyes_above=1)
    people: list[User] = [MembershipFactory.create(account=action.account).user for _ in range(4)]
    told = at_once(*[lambda user=user: services.approve(action.pk, user, NOW) for user in people])
    row = Action.objects.get()
    assert row.status == Status.APPROVED
    assert row.decided_by is not None
    late = f"It is already approved by {row.decided_by.username}."
    assert sorted(told) == ["", "", late, late]
    assert Approval.objects.count() == 2
    assert [event.kind for event in events_of(action)] == ["optimization_first_approval", "optimization_approved"]
    assert verify() == []
