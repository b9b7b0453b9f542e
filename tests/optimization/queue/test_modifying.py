"""Modify and approve beyond budgets: a bid's amount, and a clear message for what has none."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from metaads.models import AdSet
from optimization.entities import load_one
from optimization.models import Action, Status
from optimization.queue import modifying
from optimization.queue.errors import Invalid
from optimization.queue.modifying import modifiable, modify_and_approve
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, pause_action

pytestmark = pytest.mark.django_db
Member = Callable[..., User]
CAP = {"bid_strategy": "LOWEST_COST_WITH_BID_CAP", "bid_amount": 500, "bid_constraints": None}
NONE = {"bid_strategy": "LOWEST_COST_WITHOUT_CAP", "bid_amount": None, "bid_constraints": None}


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def bid_action(ad_set: AdSet, final: dict[str, Any]) -> Action:
    return budget_action(
        ad_set, kind="set_budget", field="bid", value_before=CAP, value_wanted=final, value_final=final
    )


@pytest.fixture
def _mirror_shows_the_bid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        modifying, "check_fits", lambda action, now: load_one(action.account, "adset", action.entity_id)
    )
    monkeypatch.setattr("optimization.entities.Entity.value_of", lambda self, field: CAP)


@pytest.mark.usefixtures("_mirror_shows_the_bid")
def test_a_bid_keeps_its_strategy_and_takes_the_persons_amount(ad_set: AdSet, member: Member) -> None:
    action = bid_action(ad_set, {**CAP, "bid_amount": 600})
    assert modifiable(action)
    done = modify_and_approve(action.pk, member(ad_set.account), NOW, Decimal("5.50"), "enough")
    assert (done.status, done.value_final) == (Status.APPROVED, {**CAP, "bid_amount": 550})
    assert done.modified_from == {"value_final": {**CAP, "bid_amount": 600}, "amount_pct": "None", "kind": "set_budget"}


@pytest.mark.usefixtures("_mirror_shows_the_bid")
@pytest.mark.parametrize(("final", "amount", "why"), [(NONE, 5, "takes no amount"), (CAP, 0, "a bid above 0")])
def test_a_bid_that_cannot_be_is_refused(
    ad_set: AdSet, member: Member, final: dict[str, Any], amount: int, why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        modify_and_approve(bid_action(ad_set, final).pk, member(ad_set.account), NOW, Decimal(amount))
    assert Action.objects.get().status == Status.PENDING


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({}, "only a budget or a bid can be modified; this action changes the status"),
        ({"field": "steps", "value_final": {}}, "this action is a plan, approved or rejected as a whole"),
        ({"field": "targeting", "value_final": {}}, "this action changes the targeting"),
    ],
)
def test_what_has_no_amount_says_what_to_do_instead(
    ad_set: AdSet, member: Member, columns: dict[str, Any], why: str
) -> None:
    action = pause_action(ad_set, **columns)
    assert not modifiable(action)
    with pytest.raises(Invalid, match=why) as refused:
        modify_and_approve(action.pk, member(ad_set.account), NOW, Decimal(5))
    assert "Approve it as it is, or reject it and say why." in str(refused.value)
