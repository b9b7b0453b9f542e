"""The rails about money, disturbance and whose an object is: what each passes, trims and blocks."""

from decimal import Decimal
from typing import Any

import pytest

from optimization.guards import GUARDS, MADE, Outcome, Verdict, judge_all
from optimization.guards.run import Judgement
from optimization.models import Source
from tests.factories.optimization import facts, limits

PASS, TRIM, BLOCK = Outcome.PASS, Outcome.TRIM, Outcome.BLOCK
STATUS = {"field": "status", "before": "PAUSED", "wanted": "ACTIVE", "current": "PAUSED", "kind": "activate"}
BID = {"field": "bid", "before": {"bid_amount": 100}, "wanted": {"bid_amount": 120}, "current": {"bid_amount": 100}}


def check(key: str, **changes: Any) -> Verdict:
    return GUARDS[key].check(facts(**changes))


def judged(**changes: Any) -> Judgement:
    return judge_all(facts(**changes))


class TestLargestBudgets:
    def test_without_a_limit_everything_passes(self) -> None:
        assert check("largest_budgets", wanted=9_000_000).outcome is PASS

    @pytest.mark.parametrize(("wanted", "to"), [(10_400, None), (10_500, None), (10_501, 10_500)])
    def test_one_object_is_trimmed_to_its_cap(self, wanted: int, to: int | None) -> None:
        verdict = check("largest_budgets", wanted=wanted, limits=limits(max_entity_budget=Decimal(105)))
        assert (verdict.outcome, verdict.trimmed_to) == (PASS if to is None else TRIM, to)

    def test_what_is_over_its_cap_already_may_not_grow_but_shrink(self) -> None:
        cap = limits(max_entity_budget=Decimal(50))
        assert check("largest_budgets", limits=cap).outcome is BLOCK
        assert check("largest_budgets", wanted=9_000, limits=cap).outcome is PASS

    def test_it_binds_a_person_too(self) -> None:
        cap = limits(max_entity_budget=Decimal(50))
        blocked = judged(source=Source.PERSON, limits=cap).blocked
        assert blocked is not None
        assert blocked.guard == "largest_budgets"

    @pytest.mark.parametrize(("held", "outcome"), [(24_000, PASS), (24_001, BLOCK), (None, BLOCK)])
    def test_the_budgets_of_a_campaign_add_up(self, held: int | None, outcome: Outcome) -> None:
        cap = limits(max_campaign_budget=Decimal(250))
        assert check("budget_sums", limits=cap, campaign_budgets=held).outcome is outcome

    @pytest.mark.parametrize(("held", "outcome"), [(39_000, PASS), (39_001, BLOCK), (None, BLOCK)])
    def test_of_an_account_the_exposure_counts_which_is_seven_quarters(
        self, held: int | None, outcome: Outcome
    ) -> None:
        cap = limits(max_account_budget=Decimal(700))  # 400.00 of daily budgets
        assert check("budget_sums", limits=cap, account_budgets=held).outcome is outcome

    def test_the_installation_has_a_sum_in_dollars(self) -> None:
        cap = limits(max_total_budget_usd=Decimal(1750))  # 1,000 dollars of daily budgets
        known = {"limits": cap, "currency": "EUR", "usd": Decimal("0.0117")}
        assert check("budget_sums", **known, everywhere_usd=Decimal(988)).outcome is PASS
        assert check("budget_sums", **known, everywhere_usd=Decimal(989)).outcome is BLOCK
        assert check("budget_sums", **known, everywhere_usd=None).outcome is BLOCK

    def test_a_goals_campaign_may_have_fifty_a_day(self) -> None:
        goal = {"source": Source.ORCHESTRATOR, "orchestrated": True, "field": MADE, "before": 0, "current": 0}
        assert check("largest_budgets", **goal, wanted=5_000).outcome is PASS
        assert check("largest_budgets", **goal, wanted=5_001).trimmed_to == 5_000
        assert check("largest_budgets", **goal, wanted=1, limits=limits(max_orchestrated_budget=None)).outcome is BLOCK

    def test_switching_something_on_adds_its_budget(self) -> None:
        cap = limits(max_account_budget=Decimal(175))
        assert check("budget_sums", **STATUS, idle=4_000, account_budgets=6_000, limits=cap).outcome is PASS
        assert check("budget_sums", **STATUS, idle=4_001, account_budgets=6_000, limits=cap).outcome is BLOCK

    @pytest.mark.parametrize(("brings", "outcome"), [(50_000, PASS), (50_001, BLOCK), (None, BLOCK)])
    def test_nothing_above_its_cap_is_switched_on(self, brings: int | None, outcome: Outcome) -> None:
        one, campaign = limits(max_entity_budget=Decimal(500)), limits(max_campaign_budget=Decimal(500))
        verdict = check("largest_budgets", **STATUS, largest=brings, idle=900_000, limits=one)
        assert (verdict.outcome, verdict.trimmed_to) == (outcome, None)
        assert check("largest_budgets", **STATUS, idle=brings, limits=campaign).outcome is outcome
        off = {**STATUS, "before": "ACTIVE", "wanted": "PAUSED"}
        assert check("largest_budgets", **off, largest=900_000, limits=one).outcome is PASS

    def test_a_goals_campaign_is_switched_on_within_its_cap_alone(self) -> None:
        goal = {**STATUS, "orchestrated": True}
        assert check("largest_budgets", **goal, idle=5_000).outcome is PASS
        assert check("largest_budgets", **goal, idle=5_001).outcome is BLOCK

    def test_a_lifetime_budget_is_spread_over_the_days_that_are_left(self) -> None:
        cap = limits(max_entity_budget=Decimal(20))
        life = {"field": "lifetime_budget", "limits": cap}
        assert check("largest_budgets", **life, days_left=10.0).outcome is PASS
        assert check("largest_budgets", **life, days_left=None).outcome is BLOCK


class TestExposure:
    @pytest.mark.parametrize(
        ("raised", "yesterday", "to", "outcome"),
        [(0, 5_000, None, PASS), (0, 4_000, 10_800, TRIM), (1_000, 5_000, None, BLOCK), (0, None, None, BLOCK)],
    )
    def test_net_raises_are_a_fifth_of_yesterdays_spend(
        self, raised: int, yesterday: int | None, to: int | None, outcome: Outcome
    ) -> None:
        verdict = check("exposure", raised_in_account=raised, spent_yesterday=yesterday)
        assert (verdict.outcome, verdict.trimmed_to) == (outcome, to)

    def test_cuts_of_the_day_make_room(self) -> None:
        assert check("exposure", raised_in_account=-1_000, spent_yesterday=0).outcome is PASS

    def test_a_reallocation_adds_nothing_in_all(self) -> None:
        assert check("exposure", plan_adds=-1_000, spent_yesterday=None).outcome is PASS
        assert check("exposure", plan_adds=-900, spent_yesterday=400).trimmed_to == 10_980

    def test_a_cut_and_a_pause_are_none_of_its_business(self) -> None:
        assert check("exposure", wanted=9_000, spent_yesterday=None).outcome is PASS
        assert check("exposure", field="status", before="ACTIVE", wanted="PAUSED", spent_yesterday=None).outcome is PASS


class TestLearningPhase:
    def test_out_of_it_everything_passes(self) -> None:
        for word in ("", "SUCCESS", "FAIL"):
            assert check("learning_phase", **BID, learning=word).outcome is PASS

    def test_a_large_step_is_trimmed_to_one_that_does_not_restart_it(self) -> None:
        assert check("learning_phase", learning="LEARNING", wanted=12_001).trimmed_to == 12_000
        assert check("learning_phase", learning="LEARNING", wanted=7_000).trimmed_to == 8_000
        assert check("learning_phase", learning="LEARNING", wanted=12_000).outcome is PASS

    def test_what_the_account_taught_goes_before_the_default_and_an_entered_limit_before_that(self) -> None:
        taught = {"learning": "LEARNING", "wanted": 13_000, "learned_step": 10.0}
        verdict = check("learning_phase", **taught)
        assert (verdict.trimmed_to, "learned" in verdict.setting) == (11_000, True)
        entered = limits(significant_step_percent=40.0, significant_step_learnable=False)
        assert check("learning_phase", **taught, limits=entered).outcome is PASS

    @pytest.mark.parametrize("field", ["bid", "bid_strategy", "targeting", "creative", "optimization_goal"])
    def test_significant_edits_wait(self, field: str) -> None:
        verdict = check("learning_phase", learning="LEARNING", field=field, before={}, wanted={"x": 1})
        assert (verdict.outcome, verdict.passing) == (BLOCK, True)

    def test_an_added_ad_waits(self) -> None:
        assert check("learning_phase", learning="LEARNING", field=MADE, before=0, wanted=0).outcome is BLOCK

    @pytest.mark.parametrize(("hours", "outcome"), [(24.0, PASS), (167.0, PASS), (168.0, BLOCK), (None, BLOCK)])
    def test_a_resume_after_seven_days_would_learn_anew(self, hours: float | None, outcome: Outcome) -> None:
        assert check("learning_phase", **STATUS, learning="LEARNING", rested_hours=hours).outcome is outcome

    def test_a_loss_is_stopped_all_the_same(self) -> None:
        pause = {"field": "status", "before": "ACTIVE", "wanted": "PAUSED", "current": "ACTIVE", "grows": False}
        cut = {"loss_prevention": True, "wanted": 5_000, "grows": False}
        assert judged(**pause, loss_prevention=True, learning="LEARNING").blocked is None
        assert judged(**cut, learning="LEARNING").final == 5_000


@pytest.mark.parametrize(("hour", "outcome"), [(17, PASS), (18, BLOCK), (21, BLOCK), (22, PASS)])
def test_no_bid_is_changed_in_peak_hours(hour: int, outcome: Outcome) -> None:
    peak = frozenset({18, 19, 20, 21})
    verdict = check("peak_hours", **BID, peak_hours=peak, local_hour=hour)
    assert (verdict.outcome, verdict.passing) == (outcome, outcome is BLOCK)
    assert check("peak_hours", peak_hours=peak, local_hour=hour).outcome is PASS, "a budget is no bid"


class TestCorrelation:
    def test_the_first_of_a_run_passes_whatever_its_size(self) -> None:
        assert check("correlation", own_spend=90, account_spend=100).outcome is PASS

    @pytest.mark.parametrize(("own", "outcome"), [(10, PASS), (11, BLOCK), (None, BLOCK)])
    def test_a_run_changes_three_tenths_of_the_spend(self, own: int | None, outcome: Outcome) -> None:
        so_far = {"run_actions": 2, "run_spend": 20, "account_spend": 100, "acting_alone": True}
        assert check("correlation", **so_far, own_spend=own).outcome is outcome

    def test_an_unknown_spend_of_others_blocks_the_next(self) -> None:
        known = {"run_actions": 1, "own_spend": 1, "account_spend": 100, "acting_alone": True}
        assert check("correlation", **known, run_spend=None).outcome is BLOCK
        assert check("correlation", **{**known, "account_spend": None}).outcome is BLOCK

    def test_not_all_siblings_are_raised_at_once(self) -> None:
        share = {"run_actions": 1, "run_spend": 1, "own_spend": 1, "account_spend": 100, "acting_alone": True}
        assert check("correlation", **share, siblings=3, siblings_growing=1).outcome is PASS
        assert check("correlation", **share, siblings=3, siblings_growing=2).outcome is BLOCK
        assert check("correlation", **share, siblings=3, siblings_growing=2, wanted=9_000).outcome is PASS

    def test_to_a_person_the_share_is_told_and_nothing_is_held_back(self) -> None:
        verdict = check("correlation", run_actions=2, run_spend=20, own_spend=40, account_spend=100)
        assert (verdict.outcome, verdict.remaining) == (PASS, 0.0)
        assert "60 % of the spend. A person decides" in verdict.reason

    def test_at_execution_it_has_been_held_against_the_others_already(self) -> None:
        assert check("correlation", executing=True, run_actions=9, run_spend=None).outcome is PASS


@pytest.mark.parametrize(
    ("score", "outcome"), [(0.0, PASS), (69.9, PASS), (70.0, BLOCK), (None, BLOCK), (float("nan"), BLOCK)]
)
def test_nothing_grows_on_ads_that_people_are_tired_of(score: float | None, outcome: Outcome) -> None:
    assert check("creative_fatigue", fatigue=score).outcome is outcome
    assert check("creative_fatigue", fatigue=score, wanted=9_000).outcome is PASS
    assert check("creative_fatigue", fatigue=score, field=MADE, before=0, wanted=500).outcome is outcome


def test_some_kinds_never_act_alone() -> None:
    assert check("never_alone", may_act_alone=False, acting_alone=True).outcome is BLOCK
    assert check("never_alone", may_act_alone=False).outcome is PASS
    assert check("never_alone", acting_alone=True).outcome is PASS


def test_what_cannot_be_spent_is_not_raised_and_the_reason_says_what_to_do() -> None:
    verdict = check("budget_exhausted", exhausted="The campaign's spend cap is used up.")
    assert (verdict.outcome, "Reallocate" in verdict.reason) == (BLOCK, True)
    assert judged(source=Source.PERSON, exhausted="Used up.").blocked is not None
    assert check("budget_exhausted", exhausted="Used up.", wanted=9_000).outcome is PASS
    assert check("budget_exhausted", exhausted="Used up.", plan_adds=-1_000).outcome is PASS


class TestWhoseItIs:
    def test_an_outside_change_keeps_machines_away_until_its_time_is_over(self) -> None:
        verdict = check("hands_off", touched="Ann changed its status.")
        assert (verdict.outcome, verdict.passing) == (BLOCK, True)
        assert judged(source=Source.PERSON, touched="Ann changed its status.").blocked is None

    def test_what_a_person_paused_stays_paused_for_good(self) -> None:
        verdict = check("hands_off", **STATUS, reactivates="A person paused it.")
        assert (verdict.outcome, verdict.passing) == (BLOCK, False)

    def test_a_lock_holds_machines_and_advises_a_person(self) -> None:
        assert check("lock", lock="Locked until Friday.").outcome is BLOCK
        assert judged(source=Source.PERSON, lock="Locked until Friday.").blocked is None
        assert judged(source=Source.UNDO, lock="Locked until Friday.").blocked is None

    def test_what_was_rejected_stays_away(self) -> None:
        assert check("rejected", rejected="Rejected by a person.").outcome is BLOCK
        assert check("rejected").outcome is PASS


class TestObjective:
    @pytest.mark.parametrize(
        ("objective", "deciding", "outcome"),
        [
            ("OUTCOME_SALES", {"roas"}, PASS),
            ("OUTCOME_AWARENESS", {"roas"}, BLOCK),
            ("REACH", {"cpa"}, BLOCK),
            ("OUTCOME_TRAFFIC", {"roas", "spend"}, BLOCK),
            ("OUTCOME_TRAFFIC", {"cpa"}, PASS),
            ("OUTCOME_AWARENESS", {"frequency", "cpm"}, PASS),
            ("", {"roas"}, BLOCK),
            ("", {"spend"}, PASS),
        ],
    )
    def test_what_decides_suits_what_the_campaign_is_for(
        self, objective: str, deciding: set[str], outcome: Outcome
    ) -> None:
        assert check("objective", objective=objective, deciding=frozenset(deciding)).outcome is outcome


class TestMetaLimits:
    def test_four_budget_changes_an_hour_are_all_that_meta_takes_also_from_an_undo(self) -> None:
        assert check("meta_limits", budget_changes_last_hour=3).outcome is PASS
        for source in (Source.UNDO, Source.INCIDENT, Source.PERSON, Source.RULE):
            blocked = judged(source=source, budget_changes_last_hour=4).blocked
            assert blocked is not None
            assert (blocked.guard, blocked.passing) == ("meta_limits", True)

    def test_a_cut_ends_at_metas_least_budget(self) -> None:
        assert check("meta_limits", wanted=500, least_budget=600).trimmed_to == 600
        assert check("meta_limits", before=500, wanted=400, current=500, least_budget=600).outcome is BLOCK
        assert check("meta_limits", wanted=500, least_budget=None).outcome is PASS

    def test_what_is_made_without_a_budget_of_its_own_has_no_least(self) -> None:
        made = {"field": MADE, "before": 0, "current": 0, "least_budget": 600}
        assert check("meta_limits", **made, wanted=0).outcome is PASS
        assert check("meta_limits", **made, wanted=599).outcome is BLOCK


def test_an_object_of_several_fields_drifts_where_a_field_differs() -> None:
    same = {"bid_amount": 100, "bid_constraints": None}
    assert check("state_drift", **{**BID, "current": same}).outcome is PASS
    verdict = check("state_drift", **{**BID, "current": {"bid_amount": 105}})
    assert verdict.outcome is BLOCK
    assert "bid_amount 100" in verdict.reason
    assert "bid_amount 105" in verdict.reason
