"""States of the mirror: small when little changed, and as they were."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.states import Past, keep_states, state_at
from intelligence.metrics.table import build_frame
from intelligence.metrics.targets import set_target
from intelligence.models import State
from metaads.models import AdAccount, AdSet, Campaign, Level
from tests.factories.metaads import AdSetFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def account(db: None) -> AdAccount:
    campaign: Campaign = CampaignFactory.create(meta_id="11")
    for n in range(8):
        AdSetFactory.create(campaign=campaign, meta_id=f"3{n}", name=f"Näme {n}", daily_budget=1000 + n)
    return campaign.account


def names(account: AdAccount, at: datetime) -> list[str]:
    state = state_at(account, Level.AD_SET, at)
    assert state is not None
    return [str(name) for name in state.texts["name"]]


def test_the_same_state_is_kept_once(account: AdAccount) -> None:
    assert keep_states(account, NOW) == 3
    assert keep_states(account, NOW + HOUR) == 0
    assert State.objects.count() == 3


def test_a_change_keeps_the_changed_entity_alone(account: AdAccount) -> None:
    keep_states(account, NOW)
    AdSet.objects.filter(meta_id="33").update(name="Renamed")
    assert keep_states(account, NOW + HOUR) == 1
    later = State.objects.get(at=NOW + HOUR)
    assert (later.whole, later.rows) == (False, 1)
    assert names(account, NOW)[3] == "Näme 3"
    assert names(account, NOW + HOUR)[3] == "Renamed"
    assert names(account, NOW + HOUR)[:3] == ["Näme 0", "Näme 1", "Näme 2"]


def test_changes_are_laid_over_each_other(account: AdAccount) -> None:
    for hours, (meta_id, name) in enumerate([("30", "A"), ("31", "B"), ("30", "C")], start=1):
        keep_states(account, NOW + HOUR * (hours - 1))
        AdSet.objects.filter(meta_id=meta_id).update(name=name)
    keep_states(account, NOW + HOUR * 3)
    assert [names(account, NOW + HOUR * n)[:2] for n in range(4)] == [
        ["Näme 0", "Näme 1"],
        ["A", "Näme 1"],
        ["A", "B"],
        ["C", "B"],
    ]


def test_new_and_deleted_entities_are_in_their_place(account: AdAccount) -> None:
    keep_states(account, NOW)
    AdSetFactory.create(campaign=AdSet.objects.get(meta_id="30").campaign, meta_id="305", name="New")
    AdSet.objects.filter(meta_id="31").update(deleted_at=NOW)
    keep_states(account, NOW + HOUR)
    state = state_at(account, Level.AD_SET, NOW + HOUR)
    assert state is not None
    assert state.ids.tolist() == ["30", "305", *(f"3{n}" for n in range(1, 8))]
    past = Past(account, NOW + HOUR)
    assert past.entities(Level.AD_SET, NOW, deleted=True).ids.tolist() == ["31"]
    assert len(past.entities(Level.AD_SET, NOW)) == 9
    assert len(Past(account, NOW).entities(Level.AD_SET, NOW, deleted=False)) == 8


def test_each_day_begins_with_a_whole_state(account: AdAccount) -> None:
    keep_states(account, NOW)
    AdSet.objects.filter(meta_id="33").update(name="Renamed")
    keep_states(account, NOW + HOUR * 24)
    assert State.objects.get(at=NOW + HOUR * 24).whole


def test_the_same_moment_again_is_replaced(account: AdAccount) -> None:
    keep_states(account, NOW)
    AdSet.objects.filter(meta_id="33").update(name="Renamed")
    keep_states(account, NOW)
    assert State.objects.filter(level=Level.AD_SET).count() == 1
    assert names(account, NOW)[3] == "Renamed"


def test_a_table_of_then_has_the_names_budgets_and_targets_of_then(account: AdAccount) -> None:
    set_target(account, target_cpa=Decimal(20))
    keep_states(account, NOW)
    AdSet.objects.filter(meta_id="33").update(name="Renamed", daily_budget=9_900, effective_status="PAUSED")
    AdSet.objects.filter(meta_id="34").update(deleted_at=NOW + HOUR)
    set_target(account, target_cpa=Decimal(30))
    keep_states(account, NOW + HOUR)
    frame = build_frame(account, Level.AD_SET, NOW, known_at=NOW)
    row = frame.row("33")
    found = [column(frame, resolve(n))[row] for n in ("name", "daily_budget", "effective_status", "target_cpa")]
    assert found == ["Näme 3", 10.03, "ACTIVE", 20]
    assert frame.row("34") is not None
    assert build_frame(account, Level.AD_SET, NOW + HOUR, known_at=NOW + HOUR).row("34") is None


def test_before_the_first_state_the_mirror_of_today_is_all_there_is(account: AdAccount) -> None:
    assert state_at(account, Level.AD_SET, NOW) is None
    assert len(build_frame(account, Level.AD_SET, NOW, known_at=NOW)) == 8


def test_an_account_without_entities_has_a_state_too(db: None) -> None:
    empty = CampaignFactory.create().account
    keep_states(empty, NOW)
    state = state_at(empty, Level.AD, NOW)
    assert state is not None
    assert len(state.ids) == 0
    assert np.issubdtype(state.numbers["daily_budget"].dtype, np.floating)
