"""What is gathered for the rails: from the mirror, the tables, locks, other people's changes and the history."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from intelligence.columns import pack
from intelligence.models import DayProfile
from metaads.models import AdSet, OutsideChange
from optimization.entities import Entity, load_one
from optimization.guards import MADE, Facts
from optimization.limits import limits_for
from optimization.models import EntityLock, LimitCounter, Source, Status
from optimization.queue import learned
from optimization.queue.estate import estate_now
from optimization.queue.facts import Wish, facts_for, surroundings
from optimization.queue.fatigue import fatigue_by
from optimization.queue.propose import propose
from optimization.queue.spending import account_day, alone_name
from optimization.steps import Step
from tests.factories.metaads import AdFactory, AdSetFactory
from tests.factories.optimization import NOW, budget_action, draft_of, keep_frame, pause_action, roomy

pytestmark = pytest.mark.django_db


@pytest.fixture
def ad_set() -> AdSet:
    made: AdSet = AdSetFactory.create()
    return made


def entity_of(ad_set: AdSet) -> Entity:
    found = load_one(ad_set.account, "adset", ad_set.meta_id)
    assert found is not None
    return found


def gathered(ad_set: AdSet, wanted: Any = 11_000, field: str = "daily_budget", **changes: Any) -> Facts:
    entity = entity_of(ad_set)
    before = entity.value_of(field)
    values: dict[str, Any] = {"source": Source.RULE, "kind": "increase_budget", "data_read_at": NOW, **changes}
    wish = Wish(field=field, before=before, wanted=wanted, **values)
    return facts_for(surroundings(ad_set.account, NOW), wish, entity, before)


def test_a_promotion_waits_from_the_last_promotion_and_not_from_a_cut(ad_set: AdSet) -> None:
    """Learning is cut to make room for it: it comes with the next run."""
    by_goal: dict[str, Any] = {"source": Source.ORCHESTRATOR, "status": Status.EXECUTED}
    budget_action(ad_set, 500, **by_goal, executed_at=NOW - timedelta(hours=6))
    wish: dict[str, Any] = {"field": MADE, "source": Source.ORCHESTRATOR, "kind": "duplicate"}
    assert gathered_made(ad_set, **wish).last_orchestrator_at is None
    assert gathered(ad_set, source=Source.ORCHESTRATOR).last_orchestrator_at == NOW - timedelta(hours=6)
    pause_action(ad_set, **{**by_goal, "kind": "duplicate"}, executed_at=NOW - timedelta(hours=60))
    assert gathered_made(ad_set, **wish).last_orchestrator_at == NOW - timedelta(hours=60)


def gathered_made(ad_set: AdSet, **wish: Any) -> Facts:
    made = Wish(before=0, wanted=1_000, data_read_at=NOW, **wish)
    return facts_for(surroundings(ad_set.account, NOW, [ad_set.meta_id]), made, entity_of(ad_set), 0)


@pytest.mark.parametrize("above", ["adset", "campaign", "account"])
def test_a_lock_holds_all_below_it_until_its_time_is_over(ad_set: AdSet, above: str) -> None:
    ids = {"adset": ad_set.meta_id, "campaign": ad_set.campaign.meta_id, "account": ad_set.account.meta_id}
    lock = EntityLock.objects.create(
        account=ad_set.account, level=above, entity_id=ids[above], entity_name="Shoes", locked_at=NOW, reason="A test"
    )
    assert gathered(ad_set).lock == "Shoes is locked against automation until it is released. A test."
    lock.until = NOW
    lock.save()
    assert gathered(ad_set).lock == ""


@pytest.mark.parametrize(
    ("hours", "field", "ours", "actor", "counts"),
    [
        (23, "daily_budget", False, "Ann", True),
        (25, "daily_budget", False, "Ann", False),
        (1, "daily_budget", True, "", False),
        (1, "learning_status", False, "Meta", False),
        (1, "name", False, "Ann", False),
    ],
)
def test_others_keep_machines_away_for_a_day(
    ad_set: AdSet, hours: int, field: str, ours: bool, actor: str, counts: bool
) -> None:
    outside(ad_set, field, "x", hours, ours, actor)
    assert bool(gathered(ad_set).touched) is counts


def outside(ad_set: AdSet, field: str, after: Any, hours: float, ours: bool = False, actor: str = "Ann") -> None:
    at = NOW - timedelta(hours=hours)
    values = {"level": "adset", "entity_id": ad_set.meta_id, "field": field, "after": after, "actor_name": actor}
    OutsideChange.objects.create(
        account=ad_set.account, key=f"{field}{hours}", at=at, noticed_at=at, source="activity", ours=ours, **values
    )


class TestReactivating:
    def facts(self, ad_set: AdSet) -> Facts:
        AdSet.objects.filter(pk=ad_set.pk).update(status="PAUSED")
        return gathered(ad_set, "ACTIVE", "status", kind="activate")

    def test_what_nobody_here_paused_was_paused_by_a_person(self, ad_set: AdSet) -> None:
        assert self.facts(ad_set).reactivates != ""

    def test_what_a_rule_paused_may_be_switched_on_again(self, ad_set: AdSet) -> None:
        pause_action(ad_set, status=Status.EXECUTED, executed_at=NOW - timedelta(days=2))
        facts = self.facts(ad_set)
        assert (facts.reactivates, facts.rested_hours, facts.idle) == ("", 48.0, 10_000)

    @pytest.mark.parametrize("how", ["at Meta", "here", "modified"])
    def test_unless_a_person_paused_it_since(self, ad_set: AdSet, how: str) -> None:
        pause_action(ad_set, status=Status.EXECUTED, executed_at=NOW - timedelta(days=9))
        if how == "at Meta":
            outside(ad_set, "status", "PAUSED", 48)
        else:
            by: dict[str, Any] = {"source": Source.PERSON} if how == "here" else {"modified_from": {"x": 1}}
            pause_action(ad_set, status=Status.EXECUTED, executed_at=NOW - timedelta(days=2), **by)
        assert self.facts(ad_set).reactivates != ""

    def test_a_pause_within_a_plan_counts_too(self, ad_set: AdSet) -> None:
        step = Step("set", "adset", ad_set.meta_id, "It", "status", "ACTIVE", "PAUSED")
        values = {"field": "steps", "steps": [step.as_json()], "value_before": {step.key: "ACTIVE"}}
        values |= {"value_wanted": {step.key: "PAUSED"}, "value_final": {step.key: "PAUSED"}}
        pause_action(ad_set, entity_id="9", status=Status.EXECUTED, executed_at=NOW, **values)
        assert self.facts(ad_set).reactivates == ""


class TestMoney:
    def test_yesterdays_spend_is_the_accounts_and_unknown_without_a_table(self, ad_set: AdSet) -> None:
        assert gathered(ad_set).spent_yesterday is None
        ids = [ad_set.meta_id, "9"]
        keep_frame(ad_set.account, "adset", {"ids": ids, "spend_yesterday": [12.34, None]})
        assert gathered(ad_set).spent_yesterday == 1_234

    def test_cuts_of_today_count_against_raises_and_those_of_yesterday_do_not(self, ad_set: AdSet) -> None:
        day = account_day(ad_set.account, NOW)
        LimitCounter.objects.create(account=ad_set.account, name="exposure", day=day, used=700)
        for hours, amount in ((1, 200), (30, 400)):
            done = NOW - timedelta(hours=hours)
            reserved = [["cut", day.isoformat(), amount]]
            budget_action(ad_set, 9_000, status=Status.EXECUTED, executed_at=done, reserved=reserved)
        assert gathered(ad_set).raised_in_account == 500

    @pytest.mark.parametrize(
        ("account", "campaign", "words"),
        [
            ({}, {}, ""),
            ({"spend_cap": 100, "amount_spent": 99}, {}, ""),
            ({"spend_cap": 100, "amount_spent": 100}, {}, "The account's spending limit is used up."),
            ({"spend_cap": 100}, {}, "How much of the account's spending limit is left is unknown."),
            ({}, {"lifetime_budget": 900, "budget_remaining": 0}, "The campaign's budget is used up."),
            ({}, {"spend_cap": 5_000}, "The campaign's spend cap is used up."),
            ({}, {"spend_cap": 5_001}, ""),
            ({}, {"spend_cap": 922337203685478}, ""),
        ],
    )
    def test_what_is_used_up_above_it_is_said(
        self, ad_set: AdSet, account: dict[str, int], campaign: dict[str, int], words: str
    ) -> None:
        for row, values in ((ad_set.account, account), (ad_set.campaign, campaign)):
            type(row)._default_manager.filter(pk=row.pk).update(**values)
            row.refresh_from_db()
        keep_frame(ad_set.account, "campaign", {"ids": [ad_set.campaign.meta_id], "spend_lifetime": [50.0]})
        assert gathered(ad_set).exhausted == words

    def test_metas_least_budget_goes_by_what_is_billed(self, ad_set: AdSet) -> None:
        ad_set.account.minimum_budgets = {"imp": 100, "high_freq": 500}
        assert gathered(ad_set).least_budget == 100
        AdSet.objects.filter(pk=ad_set.pk).update(billing_event="LINK_CLICKS")
        assert gathered(ad_set).least_budget == 500
        ad_set.account.minimum_budgets = {}
        assert gathered(ad_set).least_budget is None


def test_what_acts_alone_is_counted_by_the_hour_here_and_everywhere(ad_set: AdSet) -> None:
    day = account_day(ad_set.account, NOW)
    LimitCounter.objects.create(account=ad_set.account, name=alone_name(NOW), day=day, used=3)
    LimitCounter.objects.create(account=None, name=alone_name(NOW), day=NOW.date(), used=8)
    facts = gathered(ad_set, acting_alone=True)
    assert (facts.auto_last_hour, facts.auto_last_hour_everywhere, facts.max_alone_everywhere) == (3, 8, 10)
    assert alone_name(NOW) != alone_name(NOW + timedelta(hours=1))


class TestFatigue:
    def column(self, *values: float) -> np.ndarray:
        return np.array(values, dtype=np.float64)

    def test_it_is_weighted_by_spend_and_rested_ads_count_nothing(self) -> None:
        scores = fatigue_by(
            np.array(["1", "1", "2"]),
            self.column(4.5, 1.5, 9.0),
            self.column(0.6, 1.0, 0.1),
            self.column(1.0, 1.0, 1.0),
            self.column(9_000, 9_000, 999),
            self.column(30, 10, 10),
        )
        assert scores == {"1": pytest.approx(75.0), "2": 0.0}

    def test_what_many_saw_and_nothing_is_known_of_counts_as_worn_out(self) -> None:
        nan = float("nan")
        one = np.array(["1"])
        worn = fatigue_by(one, *(self.column(value) for value in (nan, nan, nan, 5_000, 10)))
        fresh = fatigue_by(one, *(self.column(value) for value in (nan, nan, nan, nan, 0)))
        assert (worn, fresh) == ({"1": 100.0}, {"1": 0.0})

    def test_an_ad_set_has_the_score_of_its_ads(self, ad_set: AdSet) -> None:
        ad = AdFactory.create(ad_set=ad_set)
        worn: dict[str, list[Any]] = {
            "impressions_7d": [9_000.0],
            "spend_7d": [50.0],
            "clicks_7d": [9.0],
            "clicks_30d": [400.0],
        }
        above: dict[str, list[Any]] = {
            "parent_id": [ad_set.meta_id],
            "campaign_id": [ad_set.campaign.meta_id],
            "impressions_30d": [40_000.0],
        }
        keep_frame(ad_set.account, "ad", {"ids": [ad.meta_id], **above, **worn})
        assert gathered(ad_set).fatigue == pytest.approx(100.0)
        assert gathered(AdSetFactory.create(campaign=ad_set.campaign)).fatigue is None


class TestLearned:
    def profiles(self, ad_set: AdSet, days: int) -> None:
        hours = np.zeros(24)
        hours[9:13] = 5.0
        for day in range(1, days + 1):
            packed = pack({"ids": np.array([1]), "conversions": hours})
            values = {"rows": 1, "source": str(day), "packed": packed}
            DayProfile.objects.create(
                account=ad_set.account, level="campaign", day=(NOW - timedelta(days=day)).date(), **values
            )

    def test_peak_hours_are_the_four_best_in_a_row_once_two_weeks_are_known(self, ad_set: AdSet) -> None:
        self.profiles(ad_set, 13)
        assert learned.peak_hours(ad_set.account, NOW) is None
        estate = estate_now(ad_set.account, NOW, limits_for(ad_set.account))
        assert estate.peak_hours == (frozenset({18, 19, 20, 21}), False)
        DayProfile.objects.all().delete()
        self.profiles(ad_set, 14)
        assert learned.peak_hours(ad_set.account, NOW) == frozenset({9, 10, 11, 12})

    def test_the_step_that_restarts_learning_is_learned_from_what_steps_did(self, ad_set: AdSet) -> None:
        def step(percent: float, restarted: bool) -> None:
            at = NOW - timedelta(days=3)
            one = AdSetFactory.create(
                campaign=ad_set.campaign, last_significant_edit_at=at if restarted else at - timedelta(days=9)
            )
            budget_action(one, 11_000, status=Status.EXECUTED, executed_at=at, amount_pct=percent)

        for percent in (5, 8, 10, 12):
            step(percent, restarted=False)
        for percent in (-30, 35, 40, 50, 60):
            step(percent, restarted=True)
        assert learned.significant_step(ad_set.account, NOW) is None
        step(15, restarted=False)
        assert learned.significant_step(ad_set.account, NOW) == 15.0
        step(32, restarted=False)
        assert learned.significant_step(ad_set.account, NOW) is None, "they overlap: the history is unclear"


def test_a_run_tells_each_proposal_what_share_of_the_spend_it_changes_so_far(ad_set: AdSet) -> None:
    sets = [ad_set, *AdSetFactory.create_batch(3, campaign=ad_set.campaign)]
    keep_frame(ad_set.account, "campaign", {"ids": ["1"], "spend_7d": [700.0]})
    keep_frame(ad_set.account, "adset", {"ids": [one.meta_id for one in sets], "spend_7d": [70.0] * 4})
    found = propose(ad_set.account, [draft_of(one) for one in sets], [], NOW, None)
    told = [
        verdict for _, judged in found.judged.passed for verdict in judged.verdicts if verdict.guard == "correlation"
    ]
    assert [verdict.reason.partition(" changes ")[2][:13] for verdict in told[1:3]] == [
        "20.00 EUR of ",
        "30.00 EUR of ",
    ]
    assert "40 % of the spend. A person decides" in told[3].reason


def test_no_query_is_added_by_a_thousandth_draft(ad_set: AdSet, django_assert_max_num_queries: Any) -> None:
    sets = [ad_set, *AdSetFactory.create_batch(30, campaign=ad_set.campaign)]
    roomy(ad_set.account, *[one.meta_id for one in sets])
    raises = [draft_of(one, "increase_budget", 11_000) for one in sets]
    with django_assert_max_num_queries(45):
        propose(ad_set.account, raises, [], NOW, None)
