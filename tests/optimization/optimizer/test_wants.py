"""The table of spec 40: what deserves what, and where the budget lives."""

from dataclasses import replace
from typing import Any

import pytest

from metaads.models import AdSet
from optimization.kinds import KINDS
from optimization.knobs import Knobs
from optimization.models import Goal, GoalObject, Method
from optimization.optimizer.wanted import Wanted
from optimization.optimizer.wants import (
    CONTENT,
    NO_DATA,
    NOT_CANARY,
    NOT_FOR_SALES,
    OF_A_GOAL,
    UNSURE,
    in_canary,
    wants,
)
from optimization.queue.drafts import Draft
from optimization.views.trace import tree_of
from tests.factories.optimization import NOW, pause_action
from tests.optimization.optimizer.estate import SPENT, Estate

pytestmark = pytest.mark.django_db
KNOBS = Knobs()


@pytest.fixture
def estate() -> Estate:
    return Estate()


def asked(estate: Estate, knobs: Knobs = KNOBS, **about: object) -> Wanted:
    return wants(estate.account, estate.frames(), knobs, NOW, **about)  # type: ignore[arg-type]


def only(found: Wanted) -> Draft:
    assert len(found.drafts) == 1
    return found.drafts[0]


@pytest.mark.parametrize(
    ("roas", "kind", "wanted"),
    [
        (6.0, "increase_budget", 20_000),
        (4.3, "increase_budget", 17_500),
        (3.75, "increase_budget", 15_000),
        (3.25, "increase_budget", 12_500),
        (2.5, "increase_budget", 11_000),
        (1.2, "decrease_budget", 7_000),
        (0.5, "pause", "PAUSED"),
    ],
)
def test_each_roas_gets_what_the_table_says(estate: Estate, roas: float, kind: str, wanted: object) -> None:
    campaign = estate.campaign()
    mine = estate.ad_set(campaign, roas, spent=SPENT * 30)
    draft = only(asked(estate))
    assert (draft.entity.meta_id, draft.kind, draft.wanted) == (mine.meta_id, kind, wanted)
    assert draft.confidence is not None
    assert draft.confidence > 0.8
    assert draft.spend == SPENT * 30
    assert draft.at_stake == SPENT * 30 / 7 * 100
    KINDS[kind].Parameters.model_validate(draft.parameters)


def test_between_the_marks_nothing_is_wanted(estate: Estate) -> None:
    estate.ad_set(estate.campaign(), 1.75, spent=SPENT * 50)
    found = asked(estate)
    assert (found.drafts, found.campaigns, dict(found.skipped)) == ([], 1, {CONTENT: 1})


def test_few_orders_are_not_sure_enough(estate: Estate) -> None:
    campaign = estate.campaign()
    for roas in (1.4, 1.9, 1.7):
        estate.ad_set(campaign, roas)
    estate.ad_set(estate.campaign(2.0, daily_budget=5_000), 2.05, spent=20.0, daily_budget=None)
    found = asked(estate, replace(KNOBS, min_confidence=0.99))
    assert found.skipped[UNSURE] >= 1


def test_what_it_says_of_itself(estate: Estate) -> None:
    estate.ad_set(estate.campaign(), 3.25, spent=SPENT * 30)
    draft = only(asked(estate))
    assert draft.reason.startswith("ROAS 3.")
    for words in ("80 % between", "is at least 2.00", " % sure", "Wanted: +25 %, 100.00 EUR to 125.00 EUR"):
        assert words in draft.reason
    tree = tree_of(draft.trace, "EUR")
    assert tree is not None
    assert [child.threshold for child in tree.children] == ["2.00", "0.65"]
    assert draft.metrics["supporting"]["spend_7d"] == SPENT * 30


class TestWhereTheBudgetLives:
    def test_a_campaigns_budget_is_judged_by_the_campaign(self, estate: Estate) -> None:
        campaign = estate.campaign(3.25, daily_budget=50_000)
        estate.spent[campaign.meta_id] = SPENT * 30
        for roas in (3.0, 3.5):
            estate.ad_set(campaign, roas, spent=SPENT * 15, daily_budget=None)
        draft = only(asked(estate))
        assert (draft.entity.meta_id, draft.field, draft.wanted) == (campaign.meta_id, "daily_budget", 62_500)

    def test_an_ad_moves_to_its_ad_set_and_says_so(self, estate: Estate) -> None:
        ad_set = estate.ad_set(estate.campaign(), 1.75, spent=SPENT * 30)
        ad = estate.ad(ad_set, 2.6, spent=SPENT * 20)
        draft = only(asked(estate))
        assert (draft.entity.meta_id, draft.asked_of) == (ad_set.meta_id, ad.meta_id)
        assert f"An ad has no budget of its own at Meta. The budget lives on the ad set {ad_set.name}." in draft.reason
        assert draft.metrics["asked_of"] == {"level": "ad", "id": ad.meta_id, "name": ad.name}

    def test_an_ad_with_little_of_the_money_speaks_for_nobody(self, estate: Estate) -> None:
        ad_set = estate.ad_set(estate.campaign(), 1.75, spent=SPENT * 60)
        estate.ad(ad_set, 2.6, spent=SPENT * 20)
        assert asked(estate).drafts == []

    def test_of_an_ad_set_to_be_paused_no_ad_is_paused_too(self, estate: Estate) -> None:
        ad_set = estate.ad_set(estate.campaign(), 0.4, spent=SPENT * 30)
        estate.ad(ad_set, 0.3, spent=SPENT * 30)
        assert only(asked(estate)).entity.meta_id == ad_set.meta_id

    def test_a_losing_ad_is_paused_alone(self, estate: Estate) -> None:
        ad_set = estate.ad_set(estate.campaign(), 1.75, spent=SPENT * 60)
        ad = estate.ad(ad_set, 0.3, spent=SPENT * 10)
        draft = only(asked(estate))
        assert (draft.entity.meta_id, draft.kind, draft.metrics["old_budget"]) == (ad.meta_id, "pause", None)


class TestMovingMoney:
    def sets(self, estate: Estate, *roas: float, whole: float = 1.75) -> list[AdSet]:
        campaign = estate.campaign(whole)
        estate.spent[campaign.meta_id] = SPENT * 30 * len(roas)
        return [estate.ad_set(campaign, one, spent=SPENT * 30) for one in roas]

    def test_it_keeps_the_total_and_leaves_single_steps(self, estate: Estate) -> None:
        low, middle, high = self.sets(estate, 1.2, 1.7, 2.4)
        draft = only(asked(estate))
        assert draft.kind == "reallocate"
        after = {step.entity_id: step.new for step in draft.steps}
        assert sum(after.values()) == sum(step.old for step in draft.steps)
        assert after[low.meta_id] < 10_000 < after[high.meta_id] <= 12_000
        assert "share" in draft.reason
        assert middle.meta_id not in after or after[middle.meta_id] < after[high.meta_id]

    def test_a_campaign_that_is_to_grow_grows_by_its_parts(self, estate: Estate) -> None:
        self.sets(estate, 1.7, 3.2, 3.3, whole=2.8)
        assert sorted(draft.kind for draft in asked(estate).drafts) == ["increase_budget", "increase_budget"]

    def test_two_are_too_few_and_alike_is_alike(self, estate: Estate) -> None:
        self.sets(estate, 1.65, 1.85)
        self.sets(estate, 1.65, 1.75, 1.85)
        assert asked(estate).drafts == []

    def test_what_is_to_be_paused_takes_no_part(self, estate: Estate) -> None:
        self.sets(estate, 0.3, 1.7, 1.8, 1.9)
        assert [draft.kind for draft in asked(estate).drafts] == ["pause"]

    def test_between_cbo_campaigns_of_the_account(self, estate: Estate) -> None:
        for roas in (1.2, 1.7, 2.4):
            campaign = estate.campaign(roas, daily_budget=50_000)
            estate.spent[campaign.meta_id] = SPENT * 30
        draft = only(asked(estate))
        assert (draft.kind, draft.entity.level) == ("reallocate", "account")
        assert asked(estate, campaigns=list(estate.roas)).drafts[0].kind != "reallocate"


def test_the_canary_is_the_same_everywhere_and_says_so(estate: Estate) -> None:
    ids = [str(number) for number in range(2_000)]
    canary = replace(KNOBS, canary_percent=10.0)
    inside = [one for one in ids if in_canary(one, canary)]
    assert 150 < len(inside) < 250
    assert inside[:3] == [one for one in ids if in_canary(one, canary)][:3] == ["10", "14", "18"]
    assert set(inside) < {one for one in ids if in_canary(one, replace(KNOBS, canary_percent=20.0))}
    estate.ad_set(estate.campaign(), 4.0, spent=SPENT * 30)
    found = asked(estate, replace(KNOBS, canary_percent=0.0))
    assert (found.drafts, dict(found.skipped)) == ([], {NOT_CANARY: 1})


def test_without_sales_figures_a_campaign_is_skipped_with_the_reason(estate: Estate) -> None:
    estate.ad_set(estate.campaign(float("nan")), float("nan"))
    assert dict(asked(estate).skipped) == {NO_DATA: 1}


def test_only_the_campaigns_that_were_asked_for(estate: Estate) -> None:
    first, second = estate.campaign(), estate.campaign()
    for campaign in (first, second):
        estate.ad_set(campaign, 3.2, spent=SPENT * 30)
    found = asked(estate, campaigns=[second.meta_id, "404"])
    assert (only(found).entity.campaign_id, found.campaigns) == (second.meta_id, 1)
    assert found.saw(second.meta_id)
    assert not found.saw(first.meta_id)


def test_a_paused_campaign_is_not_looked_at(estate: Estate) -> None:
    campaign = estate.campaign(status="PAUSED", effective_status="PAUSED")
    estate.ad_set(campaign, 3.2, spent=SPENT * 30, effective_status="CAMPAIGN_PAUSED")
    found = asked(estate)
    assert (found.drafts, found.campaigns) == ([], 0)


def test_a_campaign_of_a_goal_is_left_to_the_goal(estate: Estate) -> None:
    campaign = estate.campaign()
    estate.ad_set(campaign, 3.2, spent=SPENT * 30)
    names = {"key": "sales", "name": "Sales", "signal": "purchase", "active": True}
    goal = Goal.objects.create(account=estate.account, created_at=NOW, **names)
    action = pause_action(AdSet.objects.get())
    place = {"level": "campaign", "meta_id": campaign.meta_id, "campaign_id": campaign.meta_id}
    GoalObject.objects.create(goal=goal, role="learning", action=action, made_at=NOW, **place)
    found = asked(estate)
    assert (found.drafts, dict(found.skipped)) == ([], {OF_A_GOAL: 1})
    Goal.objects.update(active=False)
    assert OF_A_GOAL not in asked(estate).skipped, "of a goal that is off it is nobody else's"


@pytest.mark.parametrize("method", [Method.MARGINAL, Method.THOMPSON])
def test_the_other_methods_ask_response_curves_under_the_same_terms(
    estate: Estate, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    campaign = estate.campaign()
    estate.ad_set(campaign, 0.4, spent=SPENT * 30)
    draft = replace(only(asked(estate)), priority=9, metrics={}, may_act_alone=False)
    called: list[Any] = []

    def curves(*about: Any) -> list[Draft]:
        called.append(about)
        return [draft]

    monkeypatch.setattr("optimization.optimizer.wants.drafts_by_response", curves)
    knobs = replace(KNOBS, method=method, mode="auto")
    made = only(asked(estate, knobs))
    assert (made.priority, made.may_act_alone, made.metrics) == (0, True, {"old_budget": 10_000})
    assert called[0][3:] == (knobs, NOW, frozenset([campaign.meta_id]))


@pytest.mark.parametrize("objective", ["OUTCOME_LEADS", "OUTCOME_TRAFFIC", "REACH"])
def test_what_is_not_to_sell_is_not_judged_by_sales(estate: Estate, objective: str) -> None:
    estate.ad_set(estate.campaign(objective=objective), 0.3, spent=SPENT * 30)
    found = asked(estate)
    assert (found.drafts, dict(found.skipped)) == ([], {NOT_FOR_SALES: 1})
