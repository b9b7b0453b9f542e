"""The report lists exactly what was done: held against the journal and the ledger after a run with faults."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from metaads.models import AdSet, JournalStep, Role
from optimization.dispatch import run_action
from optimization.incident.emergency import emergency
from optimization.incident.report import Report, report_of
from optimization.incident.stops import lift_stop
from optimization.ledger import events_of
from optimization.models import Action, Incident, LedgerEvent, Source, Status
from optimization.queue import services
from optimization.queue.selectors import claimable
from tests.factories.metaads import AdSetFactory, MembershipFactory, UserFactory
from tests.factories.optimization import NOW, budget_action, make_rule, version_of
from tests.optimization.conftest import Meta
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
Propose = Callable[..., Action]


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create(daily_budget=10_000, status="ACTIVE", name="Летняя распродажа")
    return made


def executed(ad_set: AdSet, wanted: int, hours_ago: float = 1, **columns: Any) -> Action:
    ad_set.refresh_from_db()
    at = NOW - timedelta(hours=hours_ago)
    done = {"status": Status.EXECUTED, "executed_at": at, "executing_at": at, **columns}
    action = budget_action(ad_set, wanted, **done)
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=wanted)
    return action


def line(report: Report, action: Action) -> Any:
    return next(one for one in report.lines if one.action == action)


def test_a_line_says_what_by_whom_why_and_what_became_of_it(ad_set: AdSet) -> None:
    rule = make_rule(ad_set.account, leaf("spend_7d", ">", 5), name="Scale winners")
    boss = UserFactory.create(username="boss")
    raised = executed(ad_set, 12_000, rule_version=version_of(rule), decided_by=boss)
    incident = emergency(ad_set.account, None, NOW, "too much", revert_hours=4)
    shown = line(report_of(incident), raised)
    assert (shown.before, shown.after) == ("100.00 EUR", "120.00 EUR")
    assert shown.who == "rule “Scale winners”, approved by boss"
    assert (shown.why, shown.part, shown.undone) == ("A test wants it.", "Before the stop", "Being undone: approved")
    undo = line(report_of(incident), raised.undos.get())
    assert (undo.part, undo.who) == ("Because of the stop", "undo")


def test_what_was_only_proposed_or_is_older_is_not_listed(ad_set: AdSet) -> None:
    executed(ad_set, 12_000, hours_ago=25)
    budget_action(ad_set, 9_000)
    assert report_of(emergency(ad_set.account, None, NOW, "")).lines == ()


def test_what_came_after_the_stop_was_lifted_is_another_story(ad_set: AdSet) -> None:
    incident = emergency(ad_set.account, None, NOW, "")
    assert incident.stop is not None
    lift_stop(incident.stop, None, NOW + timedelta(hours=1), "fine")
    executed(ad_set, 12_000, hours_ago=-2)
    assert report_of(Incident.objects.get()).lines == ()


def test_who_sees_one_account_sees_of_everything_only_that(ad_set: AdSet) -> None:
    other = AdSetFactory.create(daily_budget=5_000)
    mine, theirs = executed(ad_set, 12_000), executed(other, 6_000)
    user = MembershipFactory.create(account=ad_set.account, role=Role.MANAGER).user
    stranger = MembershipFactory.create(account=other.account, role=Role.MANAGER).user
    incident = emergency(None, None, NOW, "")
    assert {one.action for one in report_of(incident).lines} == {mine, theirs}
    seen = report_of(incident, user)
    assert [one.action for one in seen.lines] == [mine]
    assert [one.user for one in seen.told] == [user]
    assert {one.user for one in report_of(incident).told} == {user, stranger}


@pytest.mark.django_db(transaction=True)
def test_after_faults_it_lists_exactly_what_journal_and_ledger_know(
    meta: Meta, propose_budget: Propose, member: Callable[..., User]
) -> None:
    """Some changes work, some meet a fault, some are refused, one is edited by somebody else; then the stop undoes."""
    user = member(meta.account)
    running = AdSet.objects.filter(account=meta.account, daily_budget__gt=2000, status="ACTIVE").order_by("pk")
    sets = list(running[:6])
    assert len(sets) > 4
    meta.edit(sets[-1].meta_id, 4_242)
    for number, ad_set in enumerate(sets):
        assert ad_set.daily_budget is not None
        action = services.approve(propose_budget(ad_set, ad_set.daily_budget - 100).pk, user, NOW)
        if number == 2:
            meta.control.fault("timeout_after", method="POST")
        if number == 3:
            meta.control.fault("html_502", method="POST")
        run_action(action.pk, NOW)
    meta.edit(sets[0].meta_id, 5_151)
    AdSet.objects.filter(pk=sets[0].pk).update(daily_budget=5_151)
    incident = emergency(meta.account, user, NOW, "too much", revert_hours=1, pause_affected=True)
    for action in claimable(meta.account):
        run_action(action.pk, NOW)

    report = report_of(Incident.objects.get(pk=incident.pk))
    listed = {one.action for one in report.lines}
    tried = {event.action_id for event in LedgerEvent.objects.filter(kind="optimization_executing")}
    assert {action.public_id for action in listed} == tried | {a.public_id for a in incident.actions.all()}
    by_journal = {key.partition(":")[0] for key in JournalStep.objects.values_list("key", flat=True)}
    assert by_journal <= {str(action.public_id) for action in listed}
    for one in report.lines:
        steps = JournalStep.objects.filter(key__startswith=f"{one.action.public_id}:")
        assert one.sent == sum(step.sent for step in steps)
        took = "optimization_executed" in [event.kind for event in events_of(one.action)]
        assert took == (one.action.status in {Status.EXECUTED, Status.REVERTED})
        assert (one.undone == "Undone") == (one.action.status == Status.REVERTED)
    assert report.undone == Action.objects.filter(status=Status.REVERTED).count() > 0
    assert report.paused == Action.objects.filter(source=Source.INCIDENT, status=Status.EXECUTED).count() > 0
    edited = next(one for one in report.left if one.action.entity_id == sets[0].meta_id)
    assert "changed since" in edited.undone
