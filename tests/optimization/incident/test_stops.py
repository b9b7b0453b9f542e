"""Emergency stops: who sets and lifts which, what they turn off, and what waits for a new decision."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from metaads.models import AdAccount, Role
from notifications.models import Notification
from optimization.incident.selectors import rules_turned_off
from optimization.incident.stops import in_force, lift_stop, release_rule, set_stop
from optimization.ledger import events_of, verify
from optimization.models import Action, EmergencyStop, LedgerEvent, Rule, Status
from optimization.rules.selectors import active_rules
from tests.factories.metaads import AdAccountFactory, AdSetFactory, UserFactory
from tests.factories.optimization import NOW, budget_action, make_rule, pause_action
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
Member = Callable[..., User]
WHEN = leaf("spend_7d", ">", 5)


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


@pytest.fixture
def boss() -> User:
    made: User = UserFactory.create(is_superuser=True)
    return made


def test_a_manager_stops_the_own_account_and_only_that(account: AdAccount, member: Member) -> None:
    user = member(account)
    stop = set_stop(account, user, NOW, " spends too much ")
    assert (stop.account, stop.set_by, stop.set_at, stop.reason) == (account, user, NOW, "spends too much")
    assert in_force(account) == stop
    assert in_force(AdAccountFactory.create()) is None
    assert in_force(None) is None
    event = LedgerEvent.objects.get()
    assert (event.kind, event.account_id, event.user_id) == ("emergency_stop_set", account.pk, user.pk)
    assert event.payload["reason"] == "spends too much"


def test_an_administrator_stops_everything(account: AdAccount, boss: User) -> None:
    stop = set_stop(None, boss, NOW, "")
    assert in_force(account) == stop
    assert in_force(None) == stop
    assert LedgerEvent.objects.get().chain == "installation"
    assert "everything" in stop.sentence()


@pytest.mark.parametrize("who", ["viewer", "stranger", "manager of another account"])
def test_nobody_else_stops_an_account(account: AdAccount, member: Member, who: str) -> None:
    user = UserFactory.create()
    if who != "stranger":
        member(account if who == "viewer" else AdAccountFactory.create(), Role[who.split()[0].upper()], user)
    with pytest.raises(PermissionDenied):
        set_stop(account, user, NOW, "no")
    assert not EmergencyStop.objects.exists()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
def test_stopping_everything_is_not_for_members_of_one_account(account: AdAccount, member: Member, role: Role) -> None:
    with pytest.raises(PermissionDenied, match="administrators"):
        set_stop(None, member(account, role), NOW, "no")


def test_setting_it_twice_keeps_the_first(account: AdAccount) -> None:
    first = set_stop(account, None, NOW, "first")
    assert set_stop(account, None, NOW + timedelta(hours=1), "second") == first
    assert EmergencyStop.objects.get().reason == "first"
    assert LedgerEvent.objects.count() == 1
    everything = set_stop(None, None, NOW, "all")
    assert set_stop(None, None, NOW, "again") == everything


def test_rules_of_the_account_alone_are_turned_off_and_listed(account: AdAccount) -> None:
    other = AdAccountFactory.create()
    mine = make_rule(account, WHEN, name="mine")
    shared = make_rule(account, WHEN, name="shared")
    shared.accounts.add(other)
    elsewhere = make_rule(other, WHEN, name="elsewhere")
    sleeping = make_rule(account, WHEN, name="sleeping")
    Rule.objects.filter(pk=sleeping.pk).update(active=False)
    stop = set_stop(account, None, NOW, "")
    assert stop.disabled_rules == [mine.pk, shared.pk]
    assert set(Rule.objects.filter(active=True)) == {shared, elsewhere}
    assert list(stop.suspended.all()) == [shared]
    mine.refresh_from_db()
    assert "emergency stop" in mine.disabled_reason
    told = LedgerEvent.objects.get(kind="emergency_stop_set").payload
    assert (told["rules_disabled"], told["rules_suspended"]) == ([mine.pk], [shared.pk])


def of_owner(owner: User, name: str) -> Rule:
    """A rule that names no account."""
    rule = make_rule(None, WHEN, name=name)
    Rule.objects.filter(pk=rule.pk).update(owner=owner)
    return rule


def test_a_rule_that_names_no_account_is_turned_off_where_its_owner_decides(account: AdAccount, member: Member) -> None:
    other = AdAccountFactory.create()
    here, both = member(account), member(account, user=UserFactory.create(username="both"))
    member(other, user=both)
    only, wide = of_owner(here, "only"), of_owner(both, "wide")
    of_owner(member(other, user=UserFactory.create(username="there")), "elsewhere")
    stop = set_stop(account, None, NOW, "")
    assert stop.disabled_rules == [only.pk, wide.pk]
    assert list(stop.suspended.all()) == [wide]
    only.refresh_from_db()
    assert not only.active


def test_what_covers_others_too_proposes_nothing_here_until_a_person_lets_it(account: AdAccount) -> None:
    other = AdAccountFactory.create()
    shared = make_rule(account, WHEN)
    shared.accounts.add(other)
    first = lift_stop(set_stop(account, None, NOW, ""), None, NOW, "found it")
    again = lift_stop(set_stop(account, None, NOW, ""), None, NOW, "found it")
    assert list(active_rules(account)) == []
    assert list(active_rules(other)) == [shared]
    assert [(one.on, one.state) for one in rules_turned_off(again)] == [(False, "off in this account, on in others")]
    assert release_rule(again, shared, None, NOW)
    assert not release_rule(first, shared, None, NOW)
    assert list(active_rules(account)) == [shared]
    assert [one.state for one in rules_turned_off(first)] == ["on again"]
    released = [e for e in LedgerEvent.objects.all() if e.payload.get("change") == "released_after_stop"]
    assert [event.account_id for event in released] == [account.pk]


def test_only_an_administrator_lets_it(account: AdAccount, member: Member) -> None:
    shared = make_rule(account, WHEN)
    shared.accounts.add(AdAccountFactory.create())
    stop = set_stop(account, None, NOW, "")
    with pytest.raises(PermissionDenied):
        release_rule(stop, shared, member(account), NOW)


def test_a_stop_of_everything_turns_every_rule_off(account: AdAccount) -> None:
    rules = [make_rule(account, WHEN), make_rule(AdAccountFactory.create(), WHEN)]
    assert set(set_stop(None, None, NOW, "").disabled_rules) == {rule.pk for rule in rules}
    assert not Rule.objects.filter(active=True).exists()


def test_what_was_approved_needs_a_new_decision(account: AdAccount) -> None:
    ad_set = AdSetFactory.create(campaign__account=account)
    waiting = budget_action(ad_set, status=Status.APPROVED, decided_at=NOW, held_since=NOW)
    begun = pause_action(ad_set, status=Status.EXECUTING)
    elsewhere = budget_action(AdSetFactory.create(), status=Status.APPROVED)
    set_stop(account, None, NOW, "too much")
    for action in (waiting, begun, elsewhere):
        action.refresh_from_db()
    assert (waiting.status, waiting.held_since) == (Status.PENDING, None)
    assert waiting.expires_at == NOW + timedelta(hours=48)
    assert "before an emergency stop" in waiting.outcome_note
    assert events_of(waiting).get().payload["reason"] == "approved before an emergency stop"
    assert (begun.status, elsewhere.status) == (Status.EXECUTING, Status.APPROVED)
    assert verify() == []


def test_one_that_cannot_return_does_not_keep_the_stop_from_being_set(account: AdAccount) -> None:
    ad_set = AdSetFactory.create(campaign__account=account)
    old = budget_action(ad_set, status=Status.APPROVED)
    budget_action(ad_set)
    set_stop(account, None, NOW, "")
    assert in_force(account) is not None
    assert Action.objects.get(pk=old.pk).status == Status.APPROVED


def test_all_concerned_are_told(account: AdAccount) -> None:
    set_stop(account, None, NOW, "too much")
    notice = Notification.objects.get()
    assert (notice.subject, notice.severity, notice.body) == (f"account:{account.pk}", "error", "too much")
    assert account.name in notice.title
    set_stop(None, None, NOW, "")
    assert Notification.objects.get(subject="").body == "No reason was given."


def test_lifting_is_for_admins_with_a_reason_and_rules_stay_off(account: AdAccount, member: Member) -> None:
    rule = make_rule(account, WHEN)
    manager = member(account)
    stop = set_stop(account, manager, NOW, "too much")
    with pytest.raises(PermissionDenied):
        lift_stop(stop, manager, NOW, "fine again")
    admin = member(account, Role.ADMIN, UserFactory.create())
    with pytest.raises(ValueError, match="reason"):
        lift_stop(stop, admin, NOW, "  ")
    assert in_force(account) == stop
    lifted = lift_stop(stop, admin, NOW + timedelta(hours=1), "fine again")
    assert (lifted.lifted_by, lifted.lift_reason) == (admin, "fine again")
    assert in_force(account) is None
    rule.refresh_from_db()
    assert not rule.active
    assert LedgerEvent.objects.get(kind="emergency_stop_lifted").payload["reason"] == "fine again"


def test_only_the_installations_administrator_lifts_a_stop_of_everything(
    account: AdAccount, member: Member, boss: User
) -> None:
    stop = set_stop(None, boss, NOW, "")
    with pytest.raises(PermissionDenied):
        lift_stop(stop, member(account, Role.ADMIN), NOW, "fine")
    lift_stop(stop, boss, NOW, "fine")
    assert in_force(None) is None


def test_lifting_twice_is_recorded_once_and_another_stop_can_follow(account: AdAccount) -> None:
    stop = set_stop(account, None, NOW, "")
    stale = EmergencyStop.objects.get()
    lift_stop(stop, None, NOW, "first")
    assert lift_stop(stale, None, NOW, "second").lift_reason == "first"
    assert LedgerEvent.objects.filter(kind="emergency_stop_lifted").count() == 1
    assert set_stop(account, None, NOW, "again") != stop
