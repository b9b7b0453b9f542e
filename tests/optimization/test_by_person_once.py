"""Sent twice, done once: the form's token, and what makes objects two minutes after the same."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from intelligence.models import Freshness
from metaads.models import AdSet, Role
from optimization.by_person import Repeated, Wanted, propose_by_hand
from optimization.models import Action, Status
from tests.factories.metaads import AdSetFactory, MembershipFactory, UserFactory
from tests.factories.optimization import NOW, roomy

pytestmark = pytest.mark.django_db
Make = Callable[..., Action]
WHY: dict[str, Any] = {"reason": "More of it", "override_reason": "asked by the client"}


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create(daily_budget=10_000, status="ACTIVE")
    for level in ("campaign", "adset", "ad"):
        Freshness.objects.create(account=made.account, level=level, read_at=NOW - timedelta(minutes=5))
    roomy(made.account, made.meta_id)
    return made


def person(ad_set: AdSet) -> User:
    user: User = UserFactory.create()
    MembershipFactory.create(user=user, account=ad_set.account, role=Role.MANAGER)
    return user


@pytest.fixture
def do(ad_set: AdSet) -> Make:
    mia = person(ad_set)

    def make(kind: str = "duplicate", *, user: User = mia, minutes: float = 0, once: str = "", **said: Any) -> Action:
        wanted = Wanted("adset", ad_set.meta_id, kind, said)
        return propose_by_hand(user, ad_set.account, wanted, NOW + timedelta(minutes=minutes), once=once, **WHY)

    return make


def test_the_same_form_sent_twice_gives_the_first_action(do: Make) -> None:
    first = do(once="token")
    assert do(once="token", minutes=30) == first
    assert do("pause", once="other") == do("pause", once="other")
    assert Action.objects.count() == 2


def test_a_token_is_one_persons_and_one_changes(ad_set: AdSet, do: Make) -> None:
    first = do("set_budget", amount="90", once="token")
    with pytest.raises(Repeated, match="done something else already") as refused:
        do("set_budget", amount="95", once="token")
    assert refused.value.action == first
    assert do("set_budget", amount="95", once="token", user=person(ad_set)) != first


def test_what_was_refused_uses_no_token_up(ad_set: AdSet, do: Make) -> None:
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=None)
    with pytest.raises(Exception, match="budget"):
        do("set_budget", amount="90", once="token")
    AdSet.objects.filter(pk=ad_set.pk).update(daily_budget=10_000)
    assert do("set_budget", amount="90", once="token").status == Status.APPROVED


@pytest.mark.parametrize("status", [Status.APPROVED, Status.EXECUTING, Status.NEEDS_PERSON, Status.EXECUTED])
def test_a_second_copy_within_two_minutes_is_refused_and_says_where_the_first_is(do: Make, status: Status) -> None:
    first = do()
    Action.objects.filter(pk=first.pk).update(status=status)
    with pytest.raises(Repeated, match=f"The same was approved .*, as action {first.public_id}"):
        do(minutes=1.9)
    assert Action.objects.count() == 1


def test_another_copy_is_made_later_or_by_somebody_else_or_where_the_first_came_to_nothing(
    ad_set: AdSet, do: Make
) -> None:
    first = do()
    assert do(minutes=2).pk != first.pk
    assert do(minutes=3, user=person(ad_set)).status == Status.APPROVED
    Action.objects.update(status=Status.CANCELLED)
    assert do(minutes=3).status == Status.APPROVED


def test_setting_a_value_twice_is_nobodys_second_copy(ad_set: AdSet, do: Make) -> None:
    assert do("set_budget", amount="90").status == do("set_budget", amount="90").status == Status.APPROVED
