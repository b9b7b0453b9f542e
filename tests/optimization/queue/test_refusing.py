"""What is not approved whoever asks: proposals of a stage that is off, and amounts that no budget can be."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from metaads.models import AdSet, SwitchState
from optimization.models import Action, Status
from optimization.queue import services
from optimization.queue.errors import Invalid, NotOffered
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action

pytestmark = pytest.mark.django_db
Member = Callable[..., User]


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


@pytest.mark.parametrize("name", ["ENABLE_RULES_ENGINE", "ENABLE_INTELLIGENCE"])
def test_nothing_is_approved_while_proposals_are_not_offered(ad_set: AdSet, member: Member, name: str) -> None:
    user, action = member(ad_set.account), budget_action(ad_set)
    SwitchState.objects.create(name=name, on=False)
    words = f"{name} was turned off in admin.*not offered"
    with pytest.raises(NotOffered, match=words):
        services.approve(action.pk, user, NOW)
    with pytest.raises(NotOffered, match=words):
        services.modify_and_approve(action.pk, user, NOW, Decimal(90))
    assert name in services.approve_many({action.pk: 1}, user, NOW)[action.pk]
    assert services.reject(action.pk, user, NOW, "never").status == Status.REJECTED


@pytest.mark.parametrize("digits", [13, 15, 25, 40])
def test_an_amount_beyond_all_money_is_refused(ad_set: AdSet, member: Member, digits: int) -> None:
    action = budget_action(ad_set)
    with pytest.raises(Invalid, match="the most an amount can be"):
        services.modify_and_approve(action.pk, member(ad_set.account), NOW, Decimal("9" * digits))
    assert Action.objects.get().status == Status.PENDING


def test_a_change_whose_percent_no_column_holds_is_kept_without_it(ad_set: AdSet, member: Member) -> None:
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=100)
    action = budget_action(ad_set, value_before=100, value_final=90)
    approved = services.modify_and_approve(action.pk, member(ad_set.account), NOW, Decimal(10**11), "really")
    approved.refresh_from_db()
    assert (approved.amount_pct, approved.value_final) == (None, 10**13)


def test_an_amount_that_rounds_to_nothing_is_refused(ad_set: AdSet, member: Member) -> None:
    action = budget_action(ad_set)
    with pytest.raises(Invalid, match="above 0"):
        services.modify_and_approve(action.pk, member(ad_set.account), NOW, Decimal("0.001"))
