"""Four eyes: above the account's amount two people approve, neither of them the proposer, whatever door they use."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from metaads.models import AdAccount, AdSet, Role
from optimization.incident.stops import lift_stop, set_stop
from optimization.ledger import events_of, verify
from optimization.models import AccountLimits, Action, Approval, Source, Status
from optimization.queue import four_eyes, services
from optimization.queue.daily import Change, Daily
from optimization.queue.decision import approved
from optimization.queue.errors import AlreadyDecided, NotAllowed, Stale
from optimization.queue.four_eyes import FIRST_YES, ONE_MANAGER, PROPOSER, TWICE, Amount, not_asked
from optimization.queue.objects import Objects
from optimization.queue.propose import propose
from optimization.steps import STEPS, Step
from tests.factories.metaads import AdSetFactory, UserFactory
from tests.factories.optimization import NOW, budget_action, draft_of, pause_action

pytestmark = pytest.mark.django_db
Member = Callable[..., User]


@pytest.fixture
def ad_set() -> AdSet:
    """Two people must approve from a change of 10.00 a day on."""
    made: AdSet = AdSetFactory.create(daily_budget=10_000)
    AccountLimits.objects.create(account=made.account, four_eyes_above=Decimal(10))
    return made


def told(actions: list[Action]) -> dict[int, str]:
    return four_eyes.told(actions, {action.account_id: NOW for action in actions})


def _set(meta_id: str, old: Any, new: int) -> Step:
    return Step("set", "adset", meta_id, meta_id, "daily_budget", old, new)


@pytest.fixture
def mia(ad_set: AdSet, member: Member) -> User:
    return member(ad_set.account)


@pytest.fixture
def ben(ad_set: AdSet, member: Member) -> User:
    return member(ad_set.account, user=UserFactory.create(username="ben"))


def test_the_first_yes_is_kept_and_the_second_approves(ad_set: AdSet, mia: User, ben: User) -> None:
    action = budget_action(ad_set, 8_999)
    first = services.approve(action.pk, mia, NOW, version=1, note="fine")
    assert (first.status, first.decided_by) == (Status.PENDING, None)
    assert told([first]) == {action.pk: "1 of 2 approvals: mia"}
    second = services.approve(action.pk, ben, NOW, version=1)
    assert (second.status, second.decided_by) == (Status.APPROVED, ben)
    kinds = [(event.kind, event.user_id) for event in events_of(action)]
    assert kinds == [("optimization_first_approval", mia.pk), ("optimization_approved", ben.pk)]
    assert verify() == []


def test_what_came_back_needs_two_again(ad_set: AdSet, mia: User, ben: User) -> None:
    action = budget_action(ad_set)
    services.approve(action.pk, mia, NOW)
    services.approve(action.pk, ben, NOW)
    lift_stop(set_stop(ad_set.account, None, NOW, "odd figures"), None, NOW, "they were right")
    back = services.approve(action.pk, mia, NOW)
    assert (back.status, told([back])) == (Status.PENDING, {action.pk: "1 of 2 approvals: mia"})


def test_up_to_the_amount_one_person_is_enough(ad_set: AdSet, mia: User, ben: User) -> None:
    action = budget_action(ad_set, 9_000)
    assert told([action]) == {}
    assert services.approve(action.pk, mia, NOW).status == Status.APPROVED
    assert not Approval.objects.exists()


def test_one_person_counts_once(ad_set: AdSet, mia: User, ben: User) -> None:
    action = budget_action(ad_set)
    services.approve(action.pk, mia, NOW)
    with pytest.raises(AlreadyDecided, match="A second person"):
        services.approve(action.pk, mia, NOW)
    assert Action.objects.get().status == Status.PENDING


def test_who_proposed_it_does_not_count(ad_set: AdSet, mia: User, ben: User, member: Member) -> None:
    cleo = member(ad_set.account, user=UserFactory.create(username="cleo"))
    action = budget_action(ad_set, source=Source.PERSON, proposed_by=mia)
    with pytest.raises(NotAllowed, match="You proposed it"):
        services.approve(action.pk, mia, NOW)
    assert services.approve(action.pk, ben, NOW).status == Status.PENDING
    assert services.approve(action.pk, cleo, NOW).status == Status.APPROVED


def test_who_may_not_decide_any_more_does_not_count(ad_set: AdSet, mia: User, ben: User, member: Member) -> None:
    cleo = member(ad_set.account, user=UserFactory.create(username="cleo"))
    action = budget_action(ad_set)
    services.approve(action.pk, mia, NOW)
    mia.memberships.update(role=Role.VIEWER)
    assert services.approve(action.pk, ben, NOW).status == Status.PENDING
    assert services.approve(action.pk, cleo, NOW).status == Status.APPROVED


def test_a_new_version_starts_again(ad_set: AdSet, mia: User, ben: User) -> None:
    action = budget_action(ad_set)
    services.approve(action.pk, mia, NOW)
    propose(ad_set.account, [draft_of(ad_set, wanted=7_000)], [], NOW, None)
    with pytest.raises(Stale):
        services.approve(action.pk, ben, NOW, version=1)
    assert services.approve(action.pk, ben, NOW, version=2).status == Status.PENDING
    assert services.approve(action.pk, mia, NOW, version=2).status == Status.APPROVED


def test_what_one_person_modified_the_other_approves(ad_set: AdSet, mia: User, ben: User) -> None:
    action = budget_action(ad_set)
    first = services.modify_and_approve(action.pk, mia, NOW, Decimal(70), "enough")
    assert (first.status, first.version, first.value_final) == (Status.PENDING, 2, 7_000)
    assert first.modified_from is not None
    with pytest.raises(Stale):
        services.approve(action.pk, ben, NOW, version=1)
    done = services.approve(action.pk, ben, NOW, version=2)
    assert (done.status, done.value_final) == (Status.APPROVED, 7_000)
    assert done.modified_from is not None
    assert done.modified_from["value_final"] == 8_000


def test_a_rule_that_fires_again_replaces_what_a_person_had_modified(ad_set: AdSet, mia: User, ben: User) -> None:
    action = budget_action(ad_set)
    services.modify_and_approve(action.pk, mia, NOW, Decimal(70), "enough")
    propose(ad_set.account, [draft_of(ad_set, wanted=8_000)], [], NOW, None)
    action.refresh_from_db()
    assert (action.value_final, action.modified_from, action.version, action.status) == (8_000, None, 3, Status.PENDING)
    assert told([action]) == {action.pk: "2 people must approve it"}


def test_where_there_is_one_manager_it_is_off_and_said(ad_set: AdSet, mia: User) -> None:
    action = budget_action(ad_set)
    assert told([action]) == {action.pk: ONE_MANAGER}
    assert services.approve(action.pk, mia, NOW).status == Status.APPROVED


def test_an_administrator_counts_as_a_manager_of_every_account(ad_set: AdSet, mia: User) -> None:
    root = UserFactory.create(username="root", is_superuser=True)
    action = budget_action(ad_set)
    assert services.approve(action.pk, mia, NOW).status == Status.PENDING
    assert services.approve(action.pk, root, NOW).status == Status.APPROVED


def test_an_undo_needs_one_person(ad_set: AdSet, mia: User, ben: User) -> None:
    AdSet.objects.update(daily_budget=5_000)
    action = budget_action(ad_set, 5_000, status=Status.EXECUTED, executed_at=NOW)
    assert services.undo(action.pk, mia, NOW).status == Status.APPROVED


def test_the_command_line_has_no_name_and_is_refused(ad_set: AdSet, mia: User, ben: User) -> None:
    action = budget_action(ad_set)
    with pytest.raises(CommandError, match="Two named people"):
        call_command("approve_action", str(action.public_id), now=NOW.isoformat())


def test_no_policy_gets_past_it(ad_set: AdSet, mia: User, ben: User) -> None:
    action = budget_action(ad_set)
    with pytest.raises(NotAllowed, match="Two people"):
        approved(action, None, NOW, "alone", by={"actor": "policy", "user_id": None}, alone=True)
    assert Action.objects.get().status == Status.PENDING


def test_a_bulk_decision_says_which_wait_for_a_second_person(ad_set: AdSet, mia: User, ben: User) -> None:
    large, small = budget_action(ad_set), budget_action(ad_set, 9_500, kind="set_budget")
    answers = services.approve_many({large.pk: 1, small.pk: 1}, mia, NOW)
    assert answers == {large.pk: FIRST_YES, small.pk: ""}


@pytest.mark.parametrize(("stake", "two"), [(1_000, False), (1_001, True), (None, True)])
def test_a_pause_counts_by_its_stake_and_an_unknown_one_as_large(
    ad_set: AdSet, mia: User, ben: User, stake: int | None, two: bool
) -> None:
    action = pause_action(ad_set, at_stake=stake)
    assert (services.approve(action.pk, mia, NOW).status == Status.PENDING) is two


RESUME: dict[str, Any] = {
    "kind": "activate",
    "value_before": "PAUSED",
    "value_wanted": "ACTIVE",
    "value_final": "ACTIVE",
}


@pytest.mark.parametrize(("budget", "two"), [(1_000, False), (500_000, True)])
def test_what_rests_counts_by_the_budget_that_it_brings_not_by_what_it_spent(
    ad_set: AdSet, mia: User, ben: User, budget: int, two: bool
) -> None:
    AdSet.objects.update(status="PAUSED", daily_budget=budget)
    action = pause_action(ad_set, at_stake=0, **RESUME)
    assert bool(told([action])) is two
    assert (services.approve(action.pk, mia, NOW).status == Status.PENDING) is two


def test_what_is_switched_on_but_not_in_the_mirror_counts_as_large(ad_set: AdSet, mia: User, ben: User) -> None:
    action = pause_action(ad_set, at_stake=0, entity_id="77", **RESUME)
    assert four_eyes.two_needed(action, NOW)


LIFE: dict[str, Any] = {"field": "lifetime_budget", "kind": "set_budget", "value_before": 10_000}


@pytest.mark.parametrize(
    ("final", "stake", "days", "two"),
    [
        (100_000_000, 0, 10, True),
        (20_000, 0, 10, False),
        (20_000, None, 10, False),
        (20_000, 1_001, 10, True),
        (20_000, 0, None, True),
    ],
)
def test_a_lifetime_budget_counts_by_the_days_left_and_never_less_than_by_its_spend(
    ad_set: AdSet, mia: User, ben: User, final: int, stake: int | None, days: int | None, two: bool
) -> None:
    ends = None if days is None else NOW + timedelta(days=days)
    AdSet.objects.update(status="PAUSED", daily_budget=None, lifetime_budget=10_000, stop_time=ends)
    action = budget_action(ad_set, final, at_stake=stake, **LIFE)
    assert four_eyes.two_needed(action, NOW) is two
    assert bool(told([action])) is two


CAMPAIGN = Step("create", "campaign", "", "New", params={"daily_budget": 500})


@pytest.mark.parametrize(
    ("steps", "change"),
    [
        ([_set("1", 100, 160), _set("2", 100, 40)], 60),
        ([CAMPAIGN, Step("create", "adset", "$1", "In it", params={})], 500),
        ([Step("copy", "adset", "1", "A copy"), _set("$1", 100, 300)], 300),
        ([Step("create", "campaign", "", "New", params={"lifetime_budget": 500})], None),
        ([_set("1", "?", 100)], None),
        ([Step("set", "ad", "1", "Ad", "status", "PAUSED", "ACTIVE")], 0),
    ],
)
def test_of_a_plan_the_raises_and_what_it_makes_are_summed(steps: list[Step], change: int | None) -> None:
    plan = Change("account", "1", STEPS, {}, {}, 5, [step.as_json() for step in steps])
    assert Daily(AdAccount(), [plan], Objects(AdAccount(), NOW, lambda _: None)).moved(plan) == change


def test_a_large_campaign_that_would_be_made_needs_two(ad_set: AdSet, mia: User, ben: User) -> None:
    """What is made has no present value, so nothing of it stands among the values of the action."""
    plan: dict[str, Any] = {
        "kind": "create_campaign",
        "field": STEPS,
        "value_before": {},
        "value_wanted": {},
        "value_final": {},
    }
    made = replace(CAMPAIGN, params={"daily_budget": 1_001})
    action = budget_action(ad_set, level="account", steps=[made.as_json()], **plan)
    assert four_eyes.two_needed(action, NOW)
    assert told([action]) == {action.pk: "2 people must approve it"}


def test_without_an_amount_set_nobody_needs_a_second_person() -> None:
    assert not Amount(None, None).two_needed
    assert not Amount(10**9, None).two_needed


def test_who_proposed_it_or_said_yes_is_not_asked_again(ad_set: AdSet, mia: User, ben: User) -> None:
    action = budget_action(ad_set, 8_999, source="person", proposed_by=mia)
    said = told([action])
    assert not_asked([action], said, mia) == {action.pk: PROPOSER}
    assert not_asked([action], said, ben) == {}
    services.approve(action.pk, ben, NOW, version=1)
    action.refresh_from_db()
    assert not_asked([action], told([action]), ben) == {action.pk: TWICE}
    assert not_asked([action], {}, ben) == {}, "one person is enough"
