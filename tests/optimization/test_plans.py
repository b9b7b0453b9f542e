"""Actions of several steps through wants, conflicts, rails, queue, staleness and decisions; rules that ask for them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from metaads.models import AdAccount, AdSet, Campaign
from optimization.by_hand import close_done_by_hand
from optimization.cycle import run_cycle
from optimization.models import Action, Status
from optimization.preview import preview
from optimization.queue import services
from optimization.queue.effect import effect_of
from optimization.queue.errors import Invalid, Stale
from optimization.queue.stale import mark_stale
from optimization.queue.standing import standing_of
from tests.factories.metaads import AdFactory, AdSetFactory
from tests.factories.optimization import NOW, OLD, budget_action, keep_frame, make_rule, pause_action
from tests.optimization.rules.build import leaf

pytestmark = pytest.mark.django_db
REALLOCATE = {"kind": "reallocate", "parameters": {}}
ALWAYS = leaf("spend_7d", ">", 0)


@pytest.fixture
def sets() -> list[AdSet]:
    first: AdSet = AdSetFactory.create(daily_budget=10_000)
    Campaign.objects.update(daily_budget=None, lifetime_budget=None)
    return [first, *AdSetFactory.create_batch(2, campaign=first.campaign, daily_budget=10_000)]


@pytest.fixture
def account(sets: list[AdSet]) -> AdAccount:
    account = sets[0].account
    account.minimum_budgets, account.connected_at = {"imp": 100}, OLD
    account.save()
    return account


def keep_again(account: AdAccount, at: Any) -> None:
    sets = list(AdSet.objects.filter(account=account).order_by("pk"))
    columns: dict[str, list[Any]] = {
        "ids": [one.meta_id for one in sets],
        "name": [one.name for one in sets],
        "spend_7d": [700.0, 700.0, 700.0],
        "conversion_value_7d": [2_800.0, 700.0, 1_400.0],
        "conversions_7d": [95.0, 95.0, 95.0],
    }
    keep_frame(account, "adset", columns, at=at)
    campaign = sets[0].campaign
    keep_frame(account, "campaign", {"ids": [campaign.meta_id], "name": [campaign.name], "spend_7d": [2_100.0]}, at=at)


@pytest.fixture
def shop(account: AdAccount) -> AdAccount:
    """Three ad sets with a ROAS of 4, 1 and 2, and their campaign."""
    keep_again(account, NOW)
    return account


def proposed(account: AdAccount) -> Action:
    run_cycle(account, NOW)
    return Action.objects.get(kind="reallocate")


def test_a_campaign_rule_proposes_one_plan_with_its_steps_values_and_stake(shop: AdAccount, sets: list[AdSet]) -> None:
    make_rule(shop, ALWAYS, REALLOCATE, level="campaign")
    action = proposed(shop)
    places = [f"adset:{one.meta_id}:daily_budget" for one in sets]
    assert (action.level, action.entity_id, action.field) == ("campaign", sets[0].campaign.meta_id, "steps")
    assert action.value_before == dict.fromkeys(places, 10_000)
    assert action.value_final == dict(zip(places, (12_000, 6_000, 12_000), strict=True))
    assert [step["new"] - step["old"] for step in action.steps] == [-4_000, 2_000, 2_000]
    assert (action.amount_pct, action.at_stake) == (None, 4_000)
    assert "stays as it is" in action.reason
    assert [(one.net, one.unknown, one.other) for one in effect_of([action], {action.account_id: NOW})] == [(0, 0, 0)]


def test_a_second_look_at_the_same_figures_refreshes_the_same_proposal(shop: AdAccount) -> None:
    make_rule(shop, ALWAYS, REALLOCATE, level="campaign")
    first = proposed(shop)
    keep_again(shop, NOW + timedelta(hours=1))
    run_cycle(shop, NOW + timedelta(hours=1))
    again = Action.objects.get(kind="reallocate")
    assert (again.pk, again.version, again.refresh_count) == (first.pk, first.version, 1)


def test_a_pause_of_one_of_its_ad_sets_goes_before_the_whole_plan(shop: AdAccount, sets: list[AdSet]) -> None:
    make_rule(shop, ALWAYS, REALLOCATE, level="campaign", name="Share")
    make_rule(shop, leaf("roas_7d", "<", 1.5), {"kind": "pause"}, name="Stop")
    run_cycle(shop, NOW)
    assert list(Action.objects.values_list("kind", "entity_id")) == [("pause", sets[1].meta_id)]


@pytest.mark.parametrize("status", [Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN])
def test_an_action_on_its_way_on_one_ad_set_holds_the_plan_back_and_the_other_way_round(
    shop: AdAccount, sets: list[AdSet], status: Status
) -> None:
    waiting = budget_action(sets[1], 9_000, status=status)
    make_rule(shop, ALWAYS, REALLOCATE, level="campaign")
    run_cycle(shop, NOW)
    assert not Action.objects.filter(kind="reallocate").exists()
    waiting.delete()
    keep_again(shop, NOW + timedelta(minutes=1))
    run_cycle(shop, NOW + timedelta(minutes=1))
    plan = Action.objects.get(kind="reallocate")
    Action.objects.filter(pk=plan.pk).update(status=status)
    touched = {("adset", one.meta_id) for one in sets} | {("campaign", plan.entity_id)}
    assert touched <= standing_of(shop, NOW).on_its_way


def test_a_pause_that_comes_later_takes_the_place_of_the_open_plan(shop: AdAccount, sets: list[AdSet]) -> None:
    make_rule(shop, ALWAYS, REALLOCATE, level="campaign")
    plan = proposed(shop)
    make_rule(shop, leaf("roas_7d", "<", 1.5), {"kind": "pause"}, name="Stop")
    keep_again(shop, NOW + timedelta(minutes=30))
    run_cycle(shop, NOW + timedelta(minutes=30))
    plan.refresh_from_db()
    assert plan.status == Status.SUPERSEDED
    assert Action.objects.filter(kind="pause", entity_id=sets[1].meta_id).exists()


def test_an_outside_change_of_one_budget_makes_the_whole_plan_stale(
    shop: AdAccount, sets: list[AdSet], admin_user: User
) -> None:
    make_rule(shop, ALWAYS, REALLOCATE, level="campaign")
    plan = proposed(shop)
    AdSet.objects.filter(pk=sets[1].pk).update(daily_budget=11_000)
    with pytest.raises(Stale, match=f"adset {sets[1].meta_id} daily_budget: 100.00 EUR a day, now 110.00 EUR a day"):
        services.approve(plan.pk, admin_user, NOW)
    assert mark_stale(shop, {}, [], NOW) == 1
    plan.refresh_from_db()
    assert "now 110.00" in plan.stale_reason


def test_a_plan_is_approved_as_a_whole_and_never_modified(shop: AdAccount, admin_user: User) -> None:
    make_rule(shop, ALWAYS, REALLOCATE, level="campaign")
    plan = proposed(shop)
    with pytest.raises(Invalid, match="as a whole"):
        services.modify_and_approve(plan.pk, admin_user, NOW, 5)  # type: ignore[arg-type]
    assert services.approve(plan.pk, admin_user, NOW).status == Status.APPROVED


def test_while_execution_is_off_a_plan_closes_when_all_of_it_stands_at_meta(
    shop: AdAccount, sets: list[AdSet], settings: Any
) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_ACTION_EXECUTOR": False}
    make_rule(shop, ALWAYS, REALLOCATE, level="campaign")
    plan = proposed(shop)
    AdSet.objects.filter(pk=sets[0].pk).update(daily_budget=12_000)
    assert close_done_by_hand(shop, NOW) == 0
    AdSet.objects.filter(pk=sets[1].pk).update(daily_budget=6_000)
    AdSet.objects.filter(pk=sets[2].pk).update(daily_budget=12_000)
    assert close_done_by_hand(shop, NOW) == 1
    plan.refresh_from_db()
    assert (plan.status, plan.by_hand) == (Status.EXECUTED, True)


def test_what_a_copy_would_make_is_never_taken_for_done(shop: AdAccount, sets: list[AdSet], settings: Any) -> None:
    settings.SWITCHES = {**settings.SWITCHES, "ENABLE_ACTION_EXECUTOR": False}
    make_rule(shop, ALWAYS, {"kind": "duplicate", "parameters": {"percent": 50}})
    run_cycle(shop, NOW)
    copy = Action.objects.filter(kind="duplicate").first()
    assert copy is not None
    assert copy.value_before == {}
    assert close_done_by_hand(shop, NOW) == 0


def test_a_rules_own_largest_change_bounds_every_step_of_the_plan(shop: AdAccount) -> None:
    make_rule(shop, ALWAYS, REALLOCATE, level="campaign", safety={"max_change_percent": 10})
    assert all(abs(step["new"] - step["old"]) <= 1_000 for step in proposed(shop).steps)


def test_the_preview_shows_each_step(shop: AdAccount) -> None:
    found = preview(shop, "campaign", {"conditions": ALWAYS, "actions": [REALLOCATE]}, NOW)
    assert len(found.rows[0].plan) == 3
    assert found.rows[0].plan[0].endswith("100.00 EUR → 60.00 EUR, −40 %")
    assert "total unchanged" in found.rows[0].change


def test_an_ad_set_rule_exchanges_ads(shop: AdAccount, sets: list[AdSet]) -> None:
    tired, rested = (
        AdFactory.create(ad_set=sets[0], campaign=sets[0].campaign, status=status, effective_status=status)
        for status in ("ACTIVE", "PAUSED")
    )
    columns: dict[str, list[Any]] = {
        "ids": [tired.meta_id, rested.meta_id],
        "impressions_7d": [9_000.0, 0.0],
        "reach_7d": [2_000.0, None],
        "impressions_30d": [30_000.0, 20_000.0],
        "clicks_7d": [40.0, 0.0],
        "clicks_30d": [300.0, 200.0],
    }
    keep_frame(shop, "ad", columns)
    make_rule(shop, leaf("roas_7d", ">", 3), {"kind": "rotate"})
    run_cycle(shop, NOW)
    action = Action.objects.get(kind="rotate")
    assert [(step["entity_id"], step["new"]) for step in action.steps] == [
        (rested.meta_id, "ACTIVE"),
        (tired.meta_id, "PAUSED"),
    ]
    assert action.at_stake == 10_000, "what the ad set spends a day"


def test_a_plan_never_acts_alone_where_its_kind_must_not(shop: AdAccount) -> None:
    with pytest.raises(ValueError, match="Reallocate budget always needs a person's approval"):
        make_rule(shop, ALWAYS, REALLOCATE, level="campaign", mode="automatic")


def test_an_open_pause_on_an_ad_set_holds_the_plan_back(shop: AdAccount, sets: list[AdSet]) -> None:
    stop = make_rule(shop, leaf("roas_7d", "<", 1.5), {"kind": "pause"}, name="Stop")
    pause_action(sets[1], rule_version=stop.current)
    make_rule(shop, ALWAYS, REALLOCATE, level="campaign")
    run_cycle(shop, NOW)
    assert not Action.objects.filter(kind="reallocate").exists()
