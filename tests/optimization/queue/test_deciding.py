"""Approve, reject, modify, cancel and undo: who may, what is refused, what is recorded, and the words of it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoCaptureOnCommitCallbacks

from metaads.models import AdSet, Role, SwitchState
from optimization.entities import load_one
from optimization.incident.stops import set_stop
from optimization.ledger import events_of
from optimization.models import Action, LimitCounter, Rule, Status
from optimization.queue import services
from optimization.queue.decision import lost
from optimization.queue.errors import AlreadyDecided, Invalid, NotAllowed, Stale
from optimization.queue.reserve import account_day
from optimization.queue.states import LostRace
from optimization.rules.services import save_rule
from tests.factories.metaads import AdSetFactory, MembershipFactory, UserFactory
from tests.factories.optimization import NOW, budget_action, make_rule, pause_action, version_of
from tests.optimization.rules.build import document, leaf

pytestmark = pytest.mark.django_db
Member = Callable[..., User]
Decide = Callable[[Action, User], Any]

DECISIONS: dict[str, Decide] = {
    "approve": lambda action, user: services.approve(action.pk, user, NOW),
    "reject": lambda action, user: services.reject(action.pk, user, NOW, "not now"),
    "modify": lambda action, user: services.modify_and_approve(action.pk, user, NOW, Decimal(90)),
    "cancel": lambda action, user: services.cancel(action.pk, user, NOW, "never mind"),
}


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def test_an_approval_is_recorded_with_person_time_and_value(ad_set: AdSet, member: Member) -> None:
    user = member(ad_set.account)
    action = services.approve(budget_action(ad_set).pk, user, NOW, note="fine")
    assert (action.status, action.decided_by, action.decided_at) == (Status.APPROVED, user, NOW)
    assert action.expires_at == NOW + timedelta(hours=24)
    event = events_of(action).get()
    assert (event.kind, event.user_id, event.actor) == ("optimization_approved", user.pk, "user")
    assert event.payload["value"] == 8_000
    assert event.payload["note"] == "fine"


def test_an_approval_wakes_the_executor_once_it_is_committed(
    ad_set: AdSet,
    member: Member,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr("optimization.queue.enqueue.async_task", lambda *task, **_: sent.append(task))
    action = budget_action(ad_set)
    with django_capture_on_commit_callbacks(execute=True):
        services.approve(action.pk, member(ad_set.account), NOW)
        assert sent == []
    assert sent == [("optimization.tasks.run_action", action.pk)]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
@pytest.mark.parametrize("decision", DECISIONS)
def test_managers_and_admins_of_the_account_decide(ad_set: AdSet, member: Member, decision: str, role: Role) -> None:
    action = budget_action(ad_set)
    DECISIONS[decision](action, member(ad_set.account, role))
    assert Action.objects.get().status != Status.PENDING


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("who", ["viewer", "manager of another account", "stranger", "inactive manager"])
def test_nobody_else_decides(ad_set: AdSet, decision: str, who: str) -> None:
    user = UserFactory.create(is_active=who != "inactive manager")
    if who == "viewer":
        MembershipFactory.create(user=user, account=ad_set.account, role=Role.VIEWER)
    elif who == "manager of another account":
        MembershipFactory.create(user=user, role=Role.ADMIN)
    elif who == "inactive manager":
        MembershipFactory.create(user=user, account=ad_set.account)
    action = budget_action(ad_set)
    with pytest.raises(NotAllowed, match="managers of this ad account"):
        DECISIONS[decision](action, user)
    assert Action.objects.get().status == Status.PENDING
    assert not events_of(action).exists()


@pytest.mark.parametrize("decision", DECISIONS)
def test_who_comes_second_reads_who_was_first(ad_set: AdSet, member: Member, decision: str) -> None:
    action = budget_action(ad_set)
    first = member(ad_set.account)
    services.reject(action.pk, first, NOW, "no")
    second = member(ad_set.account, user=UserFactory.create())
    with pytest.raises(AlreadyDecided, match="already rejected by mia"):
        DECISIONS[decision](action, second)


def test_two_approvals_at_the_same_moment_end_in_one(
    ad_set: AdSet, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    action, user = budget_action(ad_set), member(ad_set.account)

    def the_other_is_quicker(*args: Any) -> Any:
        monkeypatch.setattr(services, "load_one", load_one)
        services.approve(action.pk, user, NOW)
        return load_one(*args)

    monkeypatch.setattr(services, "load_one", the_other_is_quicker)
    with pytest.raises(AlreadyDecided, match="It is already approved by mia"):
        services.approve(action.pk, member(ad_set.account, user=UserFactory.create()), NOW)
    assert events_of(action).count() == 1


def test_a_refresh_at_the_same_moment_asks_for_another_look(ad_set: AdSet) -> None:
    assert isinstance(lost(LostRace(budget_action(ad_set))), Stale)


def test_an_approval_of_figures_that_have_changed_is_refused(ad_set: AdSet, member: Member) -> None:
    action = budget_action(ad_set, version=2)
    with pytest.raises(Stale, match="changed since you looked"):
        services.approve(action.pk, member(ad_set.account), NOW, version=1)
    assert services.approve(action.pk, None, NOW, version=2).status == Status.APPROVED


@pytest.mark.parametrize("decision", ["approve", "modify"])
@pytest.mark.parametrize("cause", ["expired", "flagged", "changed at Meta", "gone at Meta", "rule edited"])
def test_what_no_longer_fits_cannot_be_approved(ad_set: AdSet, member: Member, decision: str, cause: str) -> None:
    rule = make_rule(ad_set.account, leaf("spend_7d", ">", 5))
    action = budget_action(ad_set, rule_version=version_of(rule))
    if cause == "expired":
        Action.objects.update(expires_at=NOW)
    elif cause == "flagged":
        Action.objects.update(stale_reason="its condition no longer held.")
    elif cause == "changed at Meta":
        AdSet.objects.update(daily_budget=12_345)
    elif cause == "gone at Meta":
        AdSet.objects.update(deleted_at=NOW)
    else:
        save_rule(rule, document(leaf("spend_7d", ">", 6)), None, NOW)
    words = {
        "expired": "has expired",
        "flagged": "no longer held",
        "changed at Meta": "saw 10000, now it is 12345",
        "gone at Meta": "no longer exists",
        "rule edited": "edited",
    }
    with pytest.raises(Stale, match=words[cause]):
        DECISIONS[decision](action, member(ad_set.account))
    assert Action.objects.get().status == Status.PENDING


def test_a_suggestion_can_be_approved_too(ad_set: AdSet) -> None:
    assert services.approve(budget_action(ad_set, status=Status.SUGGESTED).pk, None, NOW).status == Status.APPROVED


def test_an_approval_counts_for_its_rule(ad_set: AdSet) -> None:
    rule = make_rule(ad_set.account, leaf("spend_7d", ">", 5))
    services.approve(budget_action(ad_set, rule_version=version_of(rule)).pk, None, NOW)
    assert Rule.objects.get().approved == 1


def test_while_execution_is_off_an_approval_says_it_is_to_be_done_by_hand(ad_set: AdSet) -> None:
    SwitchState.objects.create(name="ENABLE_ACTION_EXECUTOR", on=False)
    action = services.approve(budget_action(ad_set).pk, None, NOW)
    assert action.held_since == NOW
    assert "by hand" in action.outcome_note
    assert "ENABLE_ACTION_EXECUTOR" in action.outcome_note
    assert events_of(action).get().payload["by_hand"] is True


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_rejection_needs_a_reason(ad_set: AdSet, reason: str) -> None:
    action = budget_action(ad_set)
    with pytest.raises(Invalid, match="reason"):
        services.reject(action.pk, None, NOW, reason)
    assert Action.objects.get().status == Status.PENDING


def test_a_rejection_keeps_its_reason(ad_set: AdSet) -> None:
    action = services.reject(budget_action(ad_set).pk, None, NOW, " too early ")
    assert (action.status, action.decision_note, action.finished_at) == (Status.REJECTED, "too early", NOW)
    assert events_of(action).get().payload["reason"] == "too early"
    assert events_of(action).get().actor == "operator"


@pytest.mark.parametrize("status", Status)
def test_only_what_no_worker_has_begun_can_be_cancelled(ad_set: AdSet, status: Status) -> None:
    action = budget_action(ad_set, status=status)
    if status in {Status.SUGGESTED, Status.PENDING, Status.APPROVED}:
        assert services.cancel(action.pk, None, NOW).status == Status.CANCELLED
    else:
        with pytest.raises(AlreadyDecided, match=status.label.lower()):
            services.cancel(action.pk, None, NOW)


def test_modifying_keeps_both_versions_and_judges_it_as_a_persons_wish(ad_set: AdSet, member: Member) -> None:
    action = budget_action(ad_set)
    user = member(ad_set.account)
    changed = services.modify_and_approve(action.pk, user, NOW, Decimal("35.50"), note="gently")
    assert (changed.status, changed.value_wanted, changed.value_final) == (Status.APPROVED, 8_000, 3_550)
    assert changed.modified_from is not None
    assert changed.modified_from["value_final"] == 8_000
    assert (changed.amount_pct, changed.at_stake) == (Decimal("-64.50"), 6_450)
    step = next(v for v in changed.verdicts if v["guard"] == "budget_step")
    assert (step["outcome"], "a person decides" in step["reason"]) == ("pass", True)
    approved, modified = events_of(changed)
    assert (approved.payload["value"], modified.kind) == (3_550, "optimization_modified")
    assert modified.payload["instead_of"]["value_final"] == 8_000


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-5), Decimal(100)])
def test_an_amount_that_makes_no_sense_is_refused_by_name(ad_set: AdSet, member: Member, amount: Decimal) -> None:
    action = budget_action(ad_set)
    with pytest.raises(Invalid, match="amount: "):
        services.modify_and_approve(action.pk, member(ad_set.account), NOW, amount)
    assert Action.objects.get().status == Status.PENDING


def test_a_status_has_no_amount_to_modify(ad_set: AdSet, member: Member) -> None:
    with pytest.raises(Invalid, match="only a budget"):
        services.modify_and_approve(pause_action(ad_set).pk, member(ad_set.account), NOW, Decimal(5))


def test_a_hard_rail_stops_a_modification_and_says_why(ad_set: AdSet, member: Member) -> None:
    account = ad_set.account
    name = f"changes:adset:{ad_set.meta_id}"
    LimitCounter.objects.create(account=account, name=name, day=account_day(account, NOW), used=4)
    action = budget_action(ad_set)
    with pytest.raises(Invalid, match="4 budget changes of it today"):
        services.modify_and_approve(action.pk, member(account), NOW, Decimal(90))
    assert Action.objects.get().status == Status.PENDING


def test_bulk_decisions_tell_of_each_what_went_wrong(ad_set: AdSet, member: Member) -> None:
    user = member(ad_set.account)
    good = budget_action(ad_set)
    done = budget_action(AdSetFactory.create(campaign=ad_set.campaign), status=Status.EXECUTED)
    foreign = budget_action(AdSetFactory.create())
    answers = services.approve_many({good.pk: 1, done.pk: 1, foreign.pk: 1}, user, NOW)
    assert answers[good.pk] == ""
    assert "already executed" in answers[done.pk]
    assert "managers" in answers[foreign.pk]
    good.refresh_from_db()
    assert good.status == Status.APPROVED


def test_a_bulk_approval_leaves_what_changed_since_it_was_seen(ad_set: AdSet, member: Member) -> None:
    user = member(ad_set.account)
    same, other = budget_action(ad_set), budget_action(AdSetFactory.create(campaign=ad_set.campaign), version=2)
    answers = services.approve_many({same.pk: 1, other.pk: 1}, user, NOW)
    assert answers[same.pk] == ""
    assert "has changed since you looked" in answers[other.pk]
    other.refresh_from_db()
    assert other.status == Status.PENDING


def test_bulk_rejection_needs_one_reason_for_all(ad_set: AdSet, member: Member) -> None:
    user, action = member(ad_set.account), budget_action(ad_set)
    with pytest.raises(Invalid, match="reason"):
        services.reject_many([action.pk], user, NOW, " ")
    assert services.reject_many([action.pk], user, NOW, "season is over") == {action.pk: ""}
    action.refresh_from_db()
    assert action.decision_note == "season is over"


def test_during_a_stop_nothing_is_modified(ad_set: AdSet, member: Member) -> None:
    action, user = budget_action(ad_set), member(ad_set.account)
    set_stop(ad_set.account, None, NOW, "too much")
    with pytest.raises(Invalid, match="emergency stop"):
        services.modify_and_approve(action.pk, user, NOW, Decimal(90))
