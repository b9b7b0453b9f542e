"""Goals over HTTP, from the first preview to the winner: nothing is made before approval, everything is in the log."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from pytest_django.fixtures import Settings

from config.closed_loop import forward
from metaads.clock import business_now
from metaads.models import AdAccount, AdSet, Campaign, Creative
from optimization import orchestrator, pipeline
from optimization.dispatch import run_due
from optimization.models import Action, Goal, GoalObject, OrchestratorRun, OrchestratorStep, Source, Status
from optimization.orchestrator.creatives import approve_creative, pick_creative
from optimization.orchestrator.goals import make_goal, start_goal
from optimization.orchestrator.scoreboard import scoreboard
from optimization.orchestrator.selectors import learning_ad_sets
from optimization.orchestrator.settings import save_settings, shipped
from optimization.orchestrator.templates import BY_KEY
from optimization.queue import services
from tests.flows.conftest import Meta

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


LONGEST = 8
"""Days in which, whatever the clock says when the world begins, some ad set leads and some brings nothing."""


def goal_of(account: AdAccount, key: str, creatives: list[str], now: datetime, **changes: object) -> Goal:
    goal = make_goal(account, key, None, now, **changes)
    for creative in creatives:
        approve_creative(pick_creative(goal, creative, None, now), None, now)
    start_goal(goal, None, now)
    return goal


def looked(account: AdAccount, now: datetime) -> OrchestratorRun:
    pipeline.expire(account, now)
    pipeline.observe_and_evaluate(account, now)
    return orchestrator.run(account, now, OrchestratorRun.Trigger.SCHEDULE)


def approve_all(account: AdAccount, now: datetime) -> None:
    """A person says yes to all that the orchestrator proposes, and it is carried out."""
    for action in Action.objects.filter(account=account, source=Source.ORCHESTRATOR, status=Status.PENDING):
        services.approve(action.pk, None, now)
    run_due(account, partial(business_now, account))


def done(account: AdAccount, kind: str, goal: str) -> list[Action]:
    """What was carried out for a goal."""
    mine = Action.objects.filter(account=account, source=Source.ORCHESTRATOR, metrics__goal__key=goal)
    return list(mine.filter(kind=kind, status=Status.EXECUTED))


@pytest.fixture
def shop(meta: Meta, settings: Settings) -> AdAccount:
    """The account in dollars; it is read once a day, which a day's step of the world asks for."""
    settings.INSIGHTS_COLLECTION_INTERVAL = timedelta(hours=24)
    account, now = meta.accounts[2], business_now(meta.accounts[2])
    pipeline.observe_and_evaluate(account, now)
    row = shipped(account)
    row.countries = ["US"]
    save_settings(row, None, now)
    return account


def test_a_goal_is_built_after_approval_its_winner_promoted_and_its_loser_paused(meta: Meta, shop: AdAccount) -> None:
    now = business_now(shop)
    creatives = list(Creative.objects.filter(account=shop).order_by("meta_id").values_list("meta_id", flat=True))
    goal_of(shop, "traffic", creatives[:6], now, budget_hint=20)
    clicks = {**BY_KEY["traffic"].template, "creatives_per_group": 1}  # leads are rare where clicks are bought
    goal_of(shop, "leads", creatives[:3], now, budget_hint=22, template=clicks)
    assert [step.type for step in orchestrator.preview(shop, now).steps] == ["create_campaign"] * 2
    assert orchestrator.run(shop, now, OrchestratorRun.Trigger.SCHEDULE).counts["campaigns_created"] == 2
    assert meta.writes() == [], "nothing is made before it was approved"
    approve_all(shop, now)
    assert all(done(shop, "create_campaign", goal) for goal in ("traffic", "leads"))
    for _ in range(LONGEST):
        now = forward(meta.control, shop, timedelta(hours=24))
        assert not looked(shop, now).errors
        approve_all(shop, now)
        promoted, paused = (done(shop, kind, goal) for kind, goal in (("duplicate", "traffic"), ("pause", "leads")))
        if promoted and paused:
            break
    now = forward(meta.control, shop, timedelta(hours=24))
    looked(shop, now)
    assert promoted
    assert paused
    scaling = GoalObject.objects.get(level="campaign", role="scaling", goal__key="traffic")
    made = Campaign.objects.get(meta_id=scaling.meta_id)
    assert (made.status, bool(made.daily_budget)) == ("ACTIVE", True)
    copies = GoalObject.objects.filter(level="adset", role="scaling", campaign_id=scaling.meta_id)
    assert promoted[0].entity_id in {one.promoted_from for one in copies}
    assert AdSet.objects.get(meta_id=paused[0].entity_id).status == "PAUSED"
    for action in (promoted[0], paused[0]):
        step = OrchestratorStep.objects.filter(action=action, result="success").first()
        assert step is not None
        assert step.reason
    chances = [one.probability for one in learning_ad_sets(shop, now)]
    assert chances
    assert all(chance is None or 0 <= chance <= 1 for chance in chances)
    board = scoreboard(shop, now)
    assert sum(board.created) >= 3
    assert board.promoted >= 1
    assert board.live is not None
