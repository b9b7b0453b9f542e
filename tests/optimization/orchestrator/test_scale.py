"""Scaling: steps while the cost per event holds, inside the cap; a way of scaling stays with its goal."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from metaads.models import AdAccount, AdSet, Campaign
from optimization.models import Action, Goal, OrchestratorSettings, Source, Status
from optimization.orchestrator import ground as grounds
from optimization.orchestrator.core_signal import Figures
from optimization.orchestrator.cut import cuts
from optimization.orchestrator.ground import Ground
from optimization.orchestrator.losers import losers
from optimization.orchestrator.made import Made, made_for_goals
from optimization.orchestrator.promote import FULL, promote
from optimization.orchestrator.scale import scale
from optimization.orchestrator.settings import save_settings, shipped
from optimization.orchestrator.templates import BY_KEY
from optimization.orchestrator.variants import BadVariants, Variant, variant_of, variants_of
from optimization.steps import Op, Step
from tests.factories.metaads import AdAccountFactory, AdSetFactory, CampaignFactory
from tests.optimization.conftest import NOW

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=12)


def made(goal: Goal, role: str, campaign: Campaign, ad_set: AdSet, **mark: Any) -> Action:
    """An action that was carried out for a goal."""
    pairs = (("campaign", campaign), ("adset", ad_set))
    return Action.objects.create(
        account=goal.account, level="account", entity_id=f"{goal.account.meta_id}:{role}", entity_name="x",
        kind="create_campaign", source=Source.ORCHESTRATOR, field="steps", value_before={}, value_wanted={},
        value_final={}, currency="USD", reason="x", status=Status.EXECUTED, proposed_at=LONG_AGO,
        refreshed_at=LONG_AGO, executed_at=LONG_AGO,
        metrics={"goal": {"id": goal.pk, "key": goal.key, "role": role, "groups": ["a/1"], **mark}},
        made=[{"level": one, "id": node.meta_id, "name": "x"} for one, node in pairs],
    )  # fmt: skip


class Told:
    """Figures by ad set and days, as a test says them: (now, before)."""

    def __init__(self, now: Figures, before: Figures) -> None:
        self.now, self.before, self.today = now, before, NOW.date()

    def of(self, ids: Any, signal: str, first: Any, last: Any) -> dict[str, Figures]:
        recent = last >= self.today - timedelta(days=1)
        return dict.fromkeys(ids, self.now if recent else self.before)


@pytest.fixture
def goal() -> Goal:
    account: AdAccount = AdAccountFactory.create(currency="USD", timezone_name="UTC", min_daily_budget=100)
    save_settings(shipped(account), None, NOW)
    template = BY_KEY["traffic"].template
    found = Goal.objects.create(
        account=account, key="traffic", name="Traffic", signal="link_click", active=True, template=template,
        created_at=LONG_AGO, budget_hint=Decimal(20),
    )  # fmt: skip
    learning = CampaignFactory.create(account=account, daily_budget=None, status="ACTIVE")
    source = AdSetFactory.create(campaign=learning, account=account, daily_budget=1_000, status="ACTIVE")
    made(found, "learning", learning, source)
    scaling = CampaignFactory.create(account=account, daily_budget=1_000, status="ACTIVE")
    copied = AdSetFactory.create(campaign=scaling, account=account, daily_budget=None, status="ACTIVE")
    made(found, "scaling", scaling, copied, promoted_from=source.meta_id)
    return found


def ground_with(goal: Goal, now: Figures, before: Figures) -> Ground:
    ground = grounds.Ground(goal.account, NOW, OrchestratorSettings.objects.get(), [goal])
    ground.__dict__["readings"] = Told(now, before)
    return ground


def test_what_was_made_is_read_from_the_actions(goal: Goal) -> None:
    found = made_for_goals(goal.account)
    assert [(one.role, one.level) for one in found] == [
        ("learning", "campaign"), ("learning", "adset"), ("scaling", "campaign"), ("scaling", "adset"),
    ]  # fmt: skip
    assert found[-1].promoted_from == found[1].meta_id


def test_it_grows_by_a_fifth_while_the_cost_holds(goal: Goal) -> None:
    wanted = scale(ground_with(goal, Figures(20, 0, 40), Figures(70, 0, 130)), goal)[-1]
    assert wanted.draft
    assert (wanted.draft.before, wanted.draft.wanted, wanted.draft.may_act_alone) == (1_000, 1_200, False)
    assert wanted.draft.confidence


@pytest.mark.parametrize(
    ("now", "before", "says"),
    [
        (Figures(20, 0, 20), Figures(70, 0, 130), "rose from"),
        (Figures(20, 0, 0), Figures(70, 0, 130), "No event"),
        (Figures(20, 0, 40, known=False), Figures(70, 0, 130), "Not all"),
        (Figures(20, 0, 40), Figures(), "nothing to compare"),
    ],
)
def test_it_does_not_grow_otherwise_and_says_why(goal: Goal, now: Figures, before: Figures, says: str) -> None:
    wanted = scale(ground_with(goal, now, before), goal)[-1]
    assert wanted.draft is None
    assert says in wanted.message


def test_the_cap_of_all_goals_binds_its_step(goal: Goal) -> None:
    OrchestratorSettings.objects.update(max_daily_budget=Decimal(21))
    wanted = scale(ground_with(goal, Figures(20, 0, 40), Figures(70, 0, 130)), goal)[-1]
    assert wanted.draft
    assert wanted.draft.wanted == 1_100


def test_what_the_mirror_has_not_met_yet_uses_what_it_was_made_with(goal: Goal) -> None:
    before = ground_with(goal, Figures(), Figures()).in_use
    learning, scaling = Campaign.objects.order_by("pk")
    new = made(goal, "learning", learning, AdSet.objects.get(campaign=learning))
    steps: list[tuple[Op, str, str, Any]] = [
        ("create", "campaign", "", {}),
        ("create", "adset", "$1", {"daily_budget": 1_700}),
    ]
    _as_made(new, steps, [("campaign", "701"), ("adset", "702")])
    copy = made(goal, "scaling", scaling, AdSet.objects.get(campaign=scaling))
    steps = [("create", "campaign", "", {"daily_budget": 900}), ("copy", "adset", "5", {})]
    _as_made(copy, steps, [("campaign", "703"), ("adset", "704")])
    assert ground_with(goal, Figures(), Figures()).in_use == before + 1_700 + 900
    CampaignFactory.create(account=goal.account, meta_id="703", daily_budget=900, status="PAUSED")
    assert ground_with(goal, Figures(), Figures()).in_use == before + 1_700


def _as_made(action: Action, steps: list[tuple[Op, str, str, Any]], ids: list[tuple[str, str]]) -> None:
    action.steps = [Step(op, level, about, "x", params=params).as_json() for op, level, about, params in steps]
    action.made = [{"level": level, "id": meta_id, "name": "x"} for level, meta_id in ids]
    action.save()


def test_not_twice_in_a_day(goal: Goal) -> None:
    scaling = Campaign.objects.get(account=goal.account, daily_budget=1_000)
    Action.objects.filter(metrics__goal__role="scaling").update(entity_id=scaling.meta_id, executed_at=NOW)
    wanted = scale(ground_with(goal, Figures(20, 0, 40), Figures(70, 0, 130)), goal)[-1]
    assert wanted.draft is None
    assert "24 hours" in wanted.message


def test_with_the_toggle_on_it_may_act_alone(goal: Goal) -> None:
    OrchestratorSettings.objects.update(auto_scale_winners=True, auto_pause_losers=True)
    raised = scale(ground_with(goal, Figures(20, 0, 40), Figures(70, 0, 130)), goal)[-1]
    paused = losers(ground_with(goal, Figures(30, 2000, 0), Figures()), goal)
    assert [one.draft and one.draft.may_act_alone for one in (raised, *paused)] == [True, True]


@pytest.mark.parametrize(
    ("figures", "lost"),
    [(Figures(10.01, 0, 0), 1), (Figures(10, 0, 0), 0), (Figures(30, 0, 1), 0), (Figures(30, 0, 0, known=False), 0)],
)
def test_losers_spent_enough_without_one_event(goal: Goal, figures: Figures, lost: int) -> None:
    assert len(losers(ground_with(goal, figures, figures), goal)) == lost


@pytest.mark.parametrize(("days", "says"), [(12, "in 288 hours without"), (20, "in the last 14 days without")])
def test_a_loser_is_told_the_span_that_was_looked_at(goal: Goal, days: int, says: str) -> None:
    Action.objects.update(executed_at=NOW - timedelta(days=days))
    (wanted,) = losers(ground_with(goal, Figures(30, 0, 0), Figures(30, 0, 0)), goal)
    assert f"30.00 USD spent {says} one link_click." in wanted.message


def test_a_loser_whose_budget_gave_it_no_chance_is_let_be(goal: Goal) -> None:
    AdSet.objects.filter(daily_budget=1_000).update(daily_budget=499)
    (wanted,) = losers(ground_with(goal, Figures(30, 0, 0), Figures()), goal)
    assert wanted.draft is None


def test_ways_of_scaling_are_split_over_goals_and_stay_with_them(goal: Goal) -> None:
    row = OrchestratorSettings(
        scaling_variants=[{"name": "slow", "step": 0.1}, {"name": "sure", "step": 0.2, "method": "confident"}]
    )
    goals = [Goal() for _ in range(200)]
    names = [variant_of(one, row).name for one in goals]
    assert 60 < names.count("slow") < 140
    assert names == [variant_of(one, row).name for one in goals]
    assert variants_of(OrchestratorSettings()) == [Variant("standard", 0.2)]
    assert Variant("sure", 0.2, "confident").raise_by(0.5) == 0.1
    with pytest.raises(BadVariants):
        variants_of(OrchestratorSettings(scaling_variants=[{"name": "x", "step": 3}]))


def test_learning_is_cut_once_when_scaling_starts(goal: Goal) -> None:
    """Its budget is 20.00 a day, of which learning keeps 70 %."""
    AdSet.objects.filter(daily_budget=1_000).update(daily_budget=2_000)
    Action.objects.filter(metrics__goal__role="scaling").update(executed_at=NOW - timedelta(days=3))
    (cut,) = cuts(ground_with(goal, Figures(), Figures()), goal, _home(goal))
    assert cut.draft
    assert (cut.draft.kind, cut.draft.wanted) == ("decrease_budget", 1_400)
    source = AdSet.objects.get(daily_budget=2_000)
    row = made(goal, "learning", source.campaign, source)
    Action.objects.filter(pk=row.pk).update(kind="decrease_budget", level="adset", entity_id=source.meta_id, made=[])
    assert cuts(ground_with(goal, Figures(), Figures()), goal, _home(goal)) == []


def test_no_ad_set_is_cut_below_its_least(goal: Goal) -> None:
    AdSet.objects.filter(daily_budget=1_000).update(daily_budget=600)
    Goal.objects.update(budget_hint=Decimal(6))
    goal.refresh_from_db()
    Action.objects.filter(metrics__goal__role="scaling").update(executed_at=NOW - timedelta(days=3))
    (cut,) = cuts(ground_with(goal, Figures(), Figures()), goal, _home(goal))
    assert cut.draft
    assert cut.draft.wanted == 500


def _home(goal: Goal) -> Made | None:
    return grounds.Ground(goal.account, NOW, OrchestratorSettings.objects.get(), [goal]).campaign_of(goal, "scaling")


def test_a_winner_is_copied_into_the_campaign_that_there_is(goal: Goal) -> None:
    """And where there is none, into a new one with the goal's share; not while its copy runs."""
    source = AdSet.objects.get(daily_budget=1_000)
    rival = AdSetFactory.create(campaign=source.campaign, account=goal.account, daily_budget=500, status="ACTIVE")
    made(goal, "learning", source.campaign, rival)
    figures = {source.meta_id: Figures(20, 3_000, 40), rival.meta_id: Figures(20, 3_000, 10)}

    class Each(Told):
        def of(self, ids: Any, signal: str, first: Any, last: Any) -> dict[str, Figures]:
            return {one: figures.get(one, Figures()) for one in ids}

    def promoted() -> Any:
        ground = ground_with(goal, Figures(), Figures())
        ground.__dict__["readings"] = Each(Figures(), Figures())
        return promote(ground, goal)[0]

    assert "already" in promoted().message
    copied = AdSet.objects.exclude(campaign=source.campaign).get()
    copied.status = "PAUSED"
    copied.save()
    into = promoted()
    assert into.draft, into.message
    assert into.draft.parameters["into"] == copied.campaign.meta_id
    assert into.draft.metrics["goal"]["promoted_from"] == source.meta_id
    Campaign.objects.filter(pk=copied.campaign_id).update(status="DELETED")
    new = promoted()
    assert new.draft, new.message
    assert new.draft.parameters["new_campaign"]["daily_budget"] == "6.00"
    assert new.draft.steps[0].level == "campaign"
    assert "special_ad_category_country" not in new.draft.steps[0].params
    OrchestratorSettings.objects.update(countries=["US", "CA"])
    goal.template = {**goal.template, "special_ad_categories": ["HOUSING"]}
    special = promoted().draft.steps[0].params
    assert (special["special_ad_categories"], special["special_ad_category_country"]) == (["HOUSING"], ["US", "CA"])
    OrchestratorSettings.objects.update(max_daily_budget=Decimal(19))
    assert promoted().message == FULL
