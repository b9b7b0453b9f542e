"""Reservation: counters of the account's day, raised in the claim and given back, never passed by any order."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metaads.models import AdSet
from optimization.models import Action, LimitCounter, Source
from optimization.queue.reserve import NoRoom, account_day, give_back, take
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, limits, pause_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def counters() -> dict[str, int]:
    return {row.name.split(":")[0]: row.used for row in LimitCounter.objects.all()}


def claim(action: Action, now: datetime = NOW, **changes: Any) -> bool:
    """Takes what the action needs, as the claim does: all of it or nothing."""
    try:
        with transaction.atomic():
            action.reserved = take(action, limits(**changes), now)
            action.save()
    except NoRoom:
        return False
    return True


def test_the_day_is_the_accounts_own(ad_set: AdSet) -> None:
    assert account_day(ad_set.account, datetime(2026, 11, 20, 22, 59, tzinfo=UTC)) == date(2026, 11, 20)
    assert account_day(ad_set.account, datetime(2026, 11, 20, 23, 0, tzinfo=UTC)) == date(2026, 11, 21)


def test_a_raise_uses_up_a_change_and_its_amount(ad_set: AdSet) -> None:
    action = budget_action(ad_set, 11_000)
    assert claim(action)
    assert counters() == {"changes": 1, "raised": 1_000}
    assert {name.split(":")[0]: amount for name, _, amount in action.reserved} == {"changes": 1, "raised": 1_000}


def test_a_cut_uses_up_only_a_change_and_a_status_nothing(ad_set: AdSet) -> None:
    assert claim(budget_action(ad_set, 8_000))
    assert claim(pause_action(ad_set))
    assert counters() == {"changes": 1}


def test_the_fifth_change_of_a_day_has_no_room_and_the_next_day_has(ad_set: AdSet) -> None:
    action = budget_action(ad_set, 8_000)
    assert [claim(action) for _ in range(5)] == [True] * 4 + [False]
    with pytest.raises(NoRoom, match="4 of 4 budget changes of it today"):
        take(action, limits(), NOW)
    assert claim(action, NOW + timedelta(days=1))


def test_raises_of_a_day_end_at_a_fifth_of_its_first_budget(ad_set: AdSet) -> None:
    assert claim(budget_action(ad_set, 11_500, status="executed"))
    second = budget_action(ad_set, 12_001, value_before=11_500, status="failed")
    assert not claim(second)
    assert counters() == {"changes": 1, "raised": 1_500}
    assert claim(budget_action(ad_set, 12_000, value_before=11_500))
    assert counters() == {"changes": 2, "raised": 2_000}


def test_a_person_may_raise_further_but_not_more_often(ad_set: AdSet) -> None:
    action = budget_action(ad_set, 30_000, source=Source.PERSON)
    assert [claim(action) for _ in range(5)] == [True] * 4 + [False]


def test_an_undo_is_free_but_counted(ad_set: AdSet) -> None:
    action = budget_action(ad_set, 30_000, source=Source.UNDO)
    assert all(claim(action) for _ in range(6))
    assert counters()["changes"] == 6


def test_what_took_no_effect_is_given_back_on_its_own_day(ad_set: AdSet) -> None:
    action = budget_action(ad_set, 11_000)
    claim(action)
    give_back(action)
    assert set(counters().values()) == {0}
    give_back(action)
    assert set(counters().values()) == {0}, "a counter never falls below nothing"


def test_two_ad_sets_do_not_share_a_counter(ad_set: AdSet) -> None:
    other = AdSetFactory.create(campaign=ad_set.campaign)
    assert all(claim(budget_action(ad_set, 8_000 + n, status="failed")) for n in range(4))
    assert claim(budget_action(other, 8_000))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from([Source.RULE, Source.OPTIMIZER, Source.PERSON, Source.UNDO]),
            st.integers(1, 1_500),
            st.booleans(),
        ),
        max_size=14,
    )
)
def test_no_order_of_claims_and_releases_passes_a_limit(ad_set: AdSet, story: list[tuple[Source, int, bool]]) -> None:
    LimitCounter.objects.all().delete()
    budget, machines, counted, day_start = 10_000, 0, 0, 10_000
    for source, growth, fails in story:
        action = budget_action(ad_set, budget + growth, value_before=budget, source=source, status="superseded")
        if not claim(action):
            continue
        if fails:
            give_back(action)
            continue
        budget += growth
        counted += source != Source.UNDO
        machines += growth if source in {Source.RULE, Source.OPTIMIZER} else 0
        if source in {Source.RULE, Source.OPTIMIZER}:
            assert budget - day_start <= day_start * 0.2, (
                "a machine's raise ends above a fifth of the day's first budget"
            )
        assert counted <= 4
    assert counters().get("raised", 0) == budget - day_start
    assert machines <= day_start * 0.2


def test_what_a_person_modified_is_a_persons_wish_and_not_bound_by_the_machines_day(ad_set: AdSet) -> None:
    assert not claim(budget_action(ad_set, 15_000))
    assert claim(budget_action(ad_set, 15_000, kind="set_budget", modified_from={"value_final": 12_000}))
