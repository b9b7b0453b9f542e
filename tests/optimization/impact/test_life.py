"""From the change at Meta to its outcome: through executor, collection and the readings that it stored."""

from datetime import timedelta

import pytest

from metaads.models import AdSet
from optimization.dispatch import run_action
from optimization.impact.services import measure_due
from optimization.models import Action, Effect, Horizon, Outcome, Source, Status
from tests.optimization.impact.conftest import Life

pytestmark = pytest.mark.django_db(transaction=True)


def pause(life: Life, ad_set: AdSet) -> Action:
    action = Action.objects.create(
        account=life.account, level="adset", entity_id=ad_set.meta_id, entity_name=ad_set.name,
        campaign_id=ad_set.campaign.meta_id, kind="pause", source=Source.PERSON, field="status",
        value_before="ACTIVE", value_wanted="PAUSED", value_final="PAUSED", currency="EUR", reason="A test wants it.",
        status=Status.APPROVED, proposed_at=life.now, refreshed_at=life.now,
        expires_at=life.now + timedelta(hours=24),
    )  # fmt: skip
    run_action(action.pk, life.now)
    action.refresh_from_db()
    assert action.status == Status.EXECUTED
    return action


def outcomes(action: Action) -> dict[str, Outcome]:
    return {row.horizon: row for row in action.outcomes.all()}


def test_a_pause_is_checked_after_half_an_hour_and_measured_after_a_day(life: Life) -> None:
    life.forward(1)
    action = pause(life, life.ad_sets()[0])
    assert measure_due(life.account, life.now) == 0
    life.forward(1)
    assert measure_due(life.account, life.now) == 1
    assert outcomes(action)[Horizon.CHECK].verdict == Effect.TOOK
    life.forward(10, 12, 2)
    assert measure_due(life.account, life.now) == 1
    day = outcomes(action)[Horizon.DAY]

    assert day.figures["spend"]["actual"] == 0
