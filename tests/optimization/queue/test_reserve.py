"""Reservation: counters of the account's day, raised in the claim and given back, never passed by any order."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from metaads.models import AdAccount, AdSet
from optimization.models import Action, LimitCounter, Source
from optimization.queue.reserve import NoRoom, account_day, give_back, take, would_exceed
from optimization.steps import Step
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW, budget_action, keep_frame, limits, pause_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad_set() -> AdSet:
    """Of an account that spent 1,000.00 yesterday."""
    made: AdSet = AdSetFactory.create()
    keep_frame(made.account, "adset", {"ids": [made.meta_id]})
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
    used = {"changes": 1, "raised": 1_000, "exposure": 1_000}
    assert counters() == used
    assert {name.split(":")[0]: amount for name, _, amount in action.reserved} == used


def test_a_cut_uses_up_only_a_change_and_a_status_nothing(ad_set: AdSet) -> None:
    assert claim(budget_action(ad_set, 8_000))
    assert claim(pause_action(ad_set))
    assert counters() == {"changes": 1}


def test_the_fifth_change_of_a_day_has_no_room_and_the_next_day_has(ad_set: AdSet) -> None:
    action = budget_action(ad_set, 8_000)
    assert [claim(action) for _ in range(5)] == [True] * 4 + [False]
    with pytest.raises(NoRoom, match="4 of 4 budget changes today"):
        take(action, limits(), NOW)
    assert claim(action, NOW + timedelta(days=1))


def test_raises_of_a_day_end_at_a_fifth_of_its_first_budget(ad_set: AdSet) -> None:
    assert claim(budget_action(ad_set, 11_500, status="executed"))
    second = budget_action(ad_set, 12_001, value_before=11_500, status="failed")
    assert not claim(second)
    assert counters() == {"changes": 1, "raised": 1_500, "exposure": 1_500}
    assert claim(budget_action(ad_set, 12_000, value_before=11_500))
    assert counters() == {"changes": 2, "raised": 2_000, "exposure": 2_000}


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


def test_net_raises_of_an_account_end_at_a_fifth_of_yesterdays_spend(ad_set: AdSet) -> None:
    """1,000.00 were spent yesterday, so 200.00 a day may be added, by whatever ad sets."""
    others = [AdSetFactory.create(campaign=ad_set.campaign, daily_budget=50_000) for _ in range(3)]
    assert [claim(budget_action(one, 58_000)) for one in others] == [True, True, False]
    assert claim(budget_action(others[2], 54_000, status="failed"))
    assert counters()["exposure"] == 20_000


def test_a_cut_makes_room_only_once_it_took_effect(ad_set: AdSet) -> None:
    first, second, third = (AdSetFactory.create(campaign=ad_set.campaign, daily_budget=150_000) for _ in range(3))
    assert claim(budget_action(first, 170_000))
    cut = budget_action(second, 140_000)
    assert claim(cut)
    assert not claim(budget_action(third, 160_000))
    Action.objects.filter(pk=cut.pk).update(status="executed", executed_at=NOW)
    assert claim(budget_action(third, 160_000, status="failed"))


def test_what_was_spent_yesterday_is_unknown_so_no_machine_raises_and_a_person_may(ad_set: AdSet) -> None:
    other = AdSetFactory.create()
    with pytest.raises(NoRoom, match="spent yesterday is unknown"):
        take(budget_action(other, 11_000), limits(), NOW)
    assert claim(budget_action(other, 11_000, source=Source.PERSON, status="failed"))


def test_switching_an_ad_set_on_counts_its_budget(ad_set: AdSet) -> None:
    paused = AdSetFactory.create(campaign=ad_set.campaign, status="PAUSED", daily_budget=15_000)
    on = {"kind": "activate", "value_before": "PAUSED", "value_wanted": "ACTIVE", "value_final": "ACTIVE"}
    assert claim(pause_action(paused, **on))
    assert counters() == {"exposure": 15_000}
    more = AdSetFactory.create(campaign=ad_set.campaign, status="PAUSED", daily_budget=5_001)
    assert not claim(pause_action(more, **on))


@pytest.mark.parametrize(("most", "fits"), [(Decimal("175.00"), False), (Decimal("192.50"), True)])
def test_the_sum_of_an_accounts_budgets_holds_for_a_person_too(ad_set: AdSet, most: Decimal, fits: bool) -> None:
    """110.00 of daily budgets are an exposure of 192.50."""
    assert claim(budget_action(ad_set, 11_000, source=Source.PERSON), max_account_budget=most) is fits


def test_a_claim_in_flight_counts_before_the_mirror_shows_it(ad_set: AdSet) -> None:
    """Two raises of 10.00 on 200.00 of budgets, under a sum of 215.00."""
    other = AdSetFactory.create(campaign=ad_set.campaign)
    first = budget_action(ad_set, 11_000, source=Source.PERSON)
    assert claim(first, max_campaign_budget=Decimal(215))
    Action.objects.filter(pk=first.pk).update(status="executing")
    assert not claim(budget_action(other, 11_000, source=Source.PERSON), max_campaign_budget=Decimal(215))
    assert claim(budget_action(other, 10_500, source=Source.PERSON, status="failed"), max_campaign_budget=Decimal(215))


def copied(ad_set: AdSet) -> Action:
    """A claim of a copy with 52.00 a day."""
    steps = [
        Step("copy", "adset", ad_set.meta_id, "A copy"),
        Step("set", "adset", "$1", "It", "daily_budget", 1, 5_200),
    ]
    values = {"field": "steps", "steps": [step.as_json() for step in steps], "kind": "duplicate", "made": []}
    columns = {**values, "value_before": {}, "value_wanted": {}, "value_final": {}, "source": Source.PERSON}
    return budget_action(ad_set, 0, status="failed", **columns)


@pytest.mark.parametrize("limit", ["max_account_budget", "max_campaign_budget", "max_total_budget_usd"])
def test_what_was_just_made_counts_until_the_structure_is_read_again(ad_set: AdSet, limit: str) -> None:
    """One copy of 52.00 has room beside 100.00, two have not."""
    dollars = Decimal("0.85") if limit == "max_total_budget_usd" else Decimal(1)
    most: dict[str, Any] = {limit: Decimal(160) / dollars * (1 if limit == "max_campaign_budget" else Decimal("1.75"))}
    first = copied(ad_set)
    assert claim(first, **most)
    made = [{"level": "adset", "id": "99", "name": "A copy"}]
    Action.objects.filter(pk=first.pk).update(status="executed", executed_at=NOW, made=made)
    for read in (None, NOW - timedelta(minutes=50), NOW):
        AdAccount.objects.update(structure_synced_at=read)
        assert not claim(copied(ad_set), **most), read
    AdAccount.objects.update(structure_synced_at=NOW + timedelta(minutes=10))
    assert claim(copied(ad_set), **most), "by now the mirror would show it, were it still there"


def test_the_installation_has_a_sum_over_all_accounts(ad_set: AdSet) -> None:
    """Two accounts of 100.00 EUR each; 0.85 EUR are a dollar, and 7/4 of it may be spent."""
    AdSetFactory.create()
    dollars = Decimal(21_000) / 100 / Decimal("0.85") * Decimal("1.75")
    assert not claim(budget_action(ad_set, 11_000), max_total_budget_usd=dollars - 1)
    action = budget_action(ad_set, 11_000, status="failed")
    assert claim(action, max_total_budget_usd=dollars + 1)
    assert LimitCounter.objects.get(account__isnull=True).used == 1_000
    give_back(action)
    assert LimitCounter.objects.get(account__isnull=True).used == 0


def test_acting_alone_has_room_for_so_many_an_hour_here_and_everywhere(ad_set: AdSet, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "MAX_AUTO_ACTIONS_PER_HOUR": 2}
    actions = [pause_action(AdSetFactory.create(campaign=ad_set.campaign), alone=True) for _ in range(3)]
    assert [claim(one) for one in actions] == [True, True, False]
    elsewhere = pause_action(AdSetFactory.create(), alone=True)
    assert not claim(elsewhere), "the installation's hour is full"
    assert claim(elsewhere, NOW + timedelta(hours=1))
    assert claim(pause_action(AdSetFactory.create(campaign=ad_set.campaign))), "approved by a person"


def test_each_step_of_a_plan_is_reserved_and_only_its_net_raise_is_exposure(ad_set: AdSet) -> None:
    other = AdSetFactory.create(campaign=ad_set.campaign)
    down = Step("set", "adset", ad_set.meta_id, "Down", "daily_budget", 10_000, 9_000)
    up = Step("set", "adset", other.meta_id, "Up", "daily_budget", 10_000, 11_000)
    values = {"field": "steps", "steps": [down.as_json(), up.as_json()], "kind": "set_budget"}
    assert claim(budget_action(ad_set, 0, **values, value_before={}, value_wanted={}, value_final={}))
    used = {row.name: row.used for row in LimitCounter.objects.all()}
    assert used == {
        f"changes:adset:{ad_set.meta_id}": 1,
        f"changes:adset:{other.meta_id}": 1,
        f"raised:adset:{other.meta_id}": 1_000,
    }


def test_what_would_exceed_is_told_and_reserves_nothing(ad_set: AdSet) -> None:
    action = budget_action(ad_set, 12_001)
    assert "Would exceed a limit" in would_exceed(action, limits(), NOW)
    assert would_exceed(budget_action(ad_set, 12_000, status="failed"), limits(), NOW) == ""
    assert not LimitCounter.objects.exists()
