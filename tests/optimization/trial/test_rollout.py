"""Roll-out: an automatic rule is marked to act alone on a stable share of its matches, and a manager may raise it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from metaads.models import AdAccount, AdSet, Role
from optimization.cycle import run_cycle
from optimization.models import Action, LedgerEvent, Outcome, Rule, Status
from optimization.queue.errors import NotAllowed
from optimization.rules.compile import compile_version
from optimization.rules.schema import RuleInvalid
from optimization.trial.rollout import ENOUGH, rollout_of, set_rollout, within_share
from tests.factories.metaads import AdAccountFactory, AdSetFactory
from tests.factories.optimization import NOW, entity, keep_frame, make_rule, pause_action, version_of
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
SPENDS = leaf("spend_7d", ">", 50)
Member = Callable[..., User]


@pytest.fixture
def account(db: None) -> AdAccount:
    made: AdAccount = AdAccountFactory.create()
    return made


def marked(rule: Rule) -> set[int]:
    rule.refresh_from_db()
    read = compile_version(version_of(rule)).document
    return {n for n in range(2000) if within_share(rule, read, entity(str(n)))}


def test_a_newly_automatic_rule_acts_alone_on_a_tenth_and_a_larger_share_includes_it(account: AdAccount) -> None:
    rule = make_rule(account, SPENDS, mode="automatic")
    tenth = marked(rule)
    assert 140 < len(tenth) < 260
    set_rollout(rule, 50, None, NOW)
    half = marked(rule)
    assert 880 < len(half) < 1120
    assert tenth < half
    set_rollout(rule, 100, None, NOW)
    assert len(marked(rule)) == 2000


def test_a_rule_that_asks_a_person_acts_alone_nowhere(account: AdAccount) -> None:
    rule = make_rule(account, SPENDS)
    assert marked(rule) == set()
    assert rollout_of(rule) is None
    with pytest.raises(RuleInvalid, match="does not act alone"):
        set_rollout(rule, 50, None, NOW)


def test_what_may_act_alone_is_marked_and_waits_where_the_account_suggests(account: AdAccount) -> None:
    first: AdSet = AdSetFactory.create(campaign__account=account, account=account)
    rule = make_rule(account, SPENDS, mode="automatic", safety={"rollout_percent": 100})
    columns: dict[str, list[Any]] = {"ids": [first.meta_id], "spend_7d": [70]}
    keep_frame(account, "adset", columns)
    run_cycle(account, NOW)
    action = Action.objects.get()
    assert (action.may_act_alone, action.status, action.rule_version) == (True, Status.PENDING, rule.current)


def test_raising_is_a_version_in_the_ledger_and_for_managers(
    account: AdAccount, member: Member, django_user_model: type[User]
) -> None:
    rule = make_rule(account, SPENDS, mode="automatic")
    analyst = member(account, Role.VIEWER, django_user_model.objects.create(username="ann"))
    with pytest.raises(NotAllowed):
        set_rollout(rule, 50, analyst, NOW)
    manager = member(account)
    version = set_rollout(rule, 50, manager, NOW)
    assert (version.number, version.created_by, version.document["safety"]) == (2, manager, {"rollout_percent": 50})
    event = LedgerEvent.objects.filter(kind="rule_changed").latest("id")
    assert (event.payload["change"], event.user_id) == ("version", manager.pk)
    rule.refresh_from_db()
    found = rollout_of(rule)
    assert found is not None
    assert (found.percent, found.higher, found.measured, found.offered) == (50, (100,), 0, None)
    with pytest.raises(RuleInvalid):
        set_rollout(rule, 30, manager, NOW)


def judged(rule: Rule, ad_set: AdSet, verdict: str, *, alone: bool = True) -> None:
    """A change that the rule made, and what was measured of it after a day."""
    action = pause_action(ad_set, rule_version=rule.current, status=Status.EXECUTED, executed_at=NOW, alone=alone)
    Outcome.objects.create(action=action, horizon="24h", due_at=NOW, measured_at=NOW, verdict=verdict, effect=500)


@pytest.mark.parametrize(("worse", "offered"), [(5, 50), (6, None)])
def test_more_is_offered_once_what_it_did_alone_was_measured_and_not_worse(
    account: AdAccount, worse: int, offered: int | None
) -> None:
    rule = make_rule(account, SPENDS, mode="automatic")
    ad_set: AdSet = AdSetFactory.create(campaign__account=account, account=account)
    for number in range(ENOUGH):
        found = rollout_of(rule)
        assert found is not None
        assert found.offered is None, "too few were measured"
        judged(rule, ad_set, "worse" if number < worse else "better")
        judged(rule, ad_set, "worse", alone=False)
    found = rollout_of(rule)
    assert found is not None
    assert (found.worse, found.better, found.offered) == (worse, ENOUGH - worse, offered)
