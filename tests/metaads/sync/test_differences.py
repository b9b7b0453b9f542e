"""What changed between two syncs: old and new value, once, and nothing of what we did ourselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from metaads.models import AdAccount, AdSet, Campaign, JournalStep, Level, OutsideChange
from metaads.sync import differences
from metaads.sync.differences import Difference, between
from metaads.sync.structure import sync_structure
from tests.factories.metaads import NOW, AdAccountFactory
from tests.metaads.conftest import Meta

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_impatient")]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def synced(meta: Meta) -> AdAccount:
    sync_structure(meta.accounts[0], NOW)
    return meta.accounts[0]


def node(meta: Meta, kind: str = "ad_sets") -> Any:
    return next(one for one in getattr(meta.app.api.world.accounts[0], kind) if one.status == "ACTIVE")


def with_budget(meta: Meta) -> Any:
    """An active ad set at Meta with a daily budget of its own."""
    sets = meta.app.api.world.accounts[0].ad_sets
    return next(one for one in sets if one.daily_budget and one.status == "ACTIVE")


def kept() -> list[tuple[str, str, Any, Any]]:
    rows = OutsideChange.objects.filter(ours=False).exclude(field__in=differences.METAS_OWN)
    return sorted(rows.values_list("level", "field", "before", "after"))


def test_the_first_sync_shows_what_is_and_changes_nothing(synced: AdAccount) -> None:
    assert not OutsideChange.objects.exists()


def test_a_budget_that_somebody_changed_is_kept_with_both_values(meta: Meta, synced: AdAccount) -> None:
    changed = with_budget(meta)
    before, changed.daily_budget = changed.daily_budget, changed.daily_budget + 700
    assert sync_structure(synced, LATER).outside == 1
    row = OutsideChange.objects.get()
    assert (row.level, row.entity_id, row.field) == ("adset", changed.id, "daily_budget")
    assert (row.before, row.after, row.entity_name) == (before, before + 700, changed.name)
    assert (row.at, row.since, row.source) == (LATER, NOW, OutsideChange.Source.DIFFERENCE)


def test_a_third_sync_says_it_no_more(meta: Meta, synced: AdAccount) -> None:
    node(meta).name = "Renamed"
    sync_structure(synced, LATER)
    assert sync_structure(synced, LATER + timedelta(hours=1)).outside == 0
    assert len(kept()) == 1


def test_a_name_status_and_targeting_are_each_a_row(meta: Meta, synced: AdAccount) -> None:
    changed = node(meta)
    changed.name, changed.status, changed.targeting = "Renamed", "PAUSED", {"age_min": 30}
    sync_structure(synced, LATER)
    assert [row[1] for row in kept()] == ["name", "status", "targeting"]
    assert ("adset", "status", "ACTIVE", "PAUSED") in kept()


def test_a_paused_campaign_is_one_change_and_not_one_for_each_child(meta: Meta, synced: AdAccount) -> None:
    node(meta, "campaigns").status = "PAUSED"
    sync_structure(synced, LATER)
    assert kept() == [("campaign", "status", "ACTIVE", "PAUSED")]


def test_what_goes_with_its_campaign_is_one_change(meta: Meta, synced: AdAccount) -> None:
    gone = node(meta, "campaigns")
    gone.status = "ARCHIVED"
    sync_structure(synced, LATER)
    assert kept() == [("campaign", "existence", "ACTIVE", None)]
    assert AdSet.objects.filter(campaign__meta_id=gone.id, deleted_at=LATER).exists()


def test_an_object_that_appears_is_kept_too(meta: Meta, synced: AdAccount) -> None:
    Campaign.objects.filter(meta_id=node(meta, "campaigns").id).delete()
    sync_structure(synced, LATER)
    assert ("campaign", "existence", None, "ACTIVE") in kept()


def test_our_own_change_is_no_outside_change(meta: Meta, synced: AdAccount) -> None:
    changed = with_budget(meta)
    before, changed.daily_budget = changed.daily_budget, changed.daily_budget + 700
    _sent(synced, changed.id, before, changed.daily_budget)
    assert sync_structure(synced, LATER).outside == 0


def test_what_we_only_planned_is_an_outside_change_when_somebody_else_does_it(meta: Meta, synced: AdAccount) -> None:
    changed = with_budget(meta)
    before, changed.daily_budget = changed.daily_budget, changed.daily_budget + 700
    _sent(synced, changed.id, before, changed.daily_budget, sent=0)
    assert sync_structure(synced, LATER).outside == 1


def test_somebody_setting_our_old_value_again_later_is_outside(meta: Meta, synced: AdAccount) -> None:
    """We set it long before the last sync; it was another value at the last sync; so this is somebody else."""
    changed = with_budget(meta)
    step = _sent(synced, changed.id, 1, changed.daily_budget + 700)
    JournalStep.objects.filter(pk=step.pk).update(finished_at=NOW - timedelta(days=1))
    changed.daily_budget += 700
    assert sync_structure(synced, LATER).outside == 1


def _sent(account: AdAccount, entity_id: str, old: int, new: int, sent: int = 1) -> JournalStep:
    """The executor's journal as after a change (`sent` 0: as before one)."""
    done = NOW + timedelta(minutes=30)
    state = JournalStep.State.DONE if sent else JournalStep.State.OPEN
    values = {"key": f"k{entity_id}", "account": account, "level": "adset", "entity_id": entity_id}
    return JournalStep.objects.create(
        **values, field="daily_budget", old=old, new=new, sent=sent, state=state, finished_at=done if sent else None
    )


def test_learning_that_ends_is_kept_as_metas_own_change(db: None) -> None:
    account = AdAccountFactory.create()
    difference = Difference("7", "EU", "learning_status", "LEARNING", "SUCCESS", NOW)
    assert differences.keep(account, Level.AD_SET, [difference], LATER) == 1
    row = OutsideChange.objects.get()
    assert (row.actor_name, row.before, row.after) == ("Meta", "LEARNING", "SUCCESS")


COST_CAP = {"bid_strategy": "COST_CAP", "bid_amount": 900, "bid_constraints": None}


def sent(account: AdAccount, field: str, new: Any, entity_id: str = "7", level: str = "adset") -> JournalStep:
    """A write of ours in the hour before LATER."""
    columns = {"field": field, "old": {}, "new": new, "sent": 1, "state": JournalStep.State.DONE}
    done = {"key": field, "account": account, "level": level, "entity_id": entity_id, "finished_at": LATER}
    return JournalStep.objects.create(**columns, **done)


@pytest.mark.parametrize(
    ("field", "before", "after", "by_us"),
    [
        ("bid_amount", 1200, 900, True),
        ("bid_strategy", "LOWEST_COST_WITHOUT_CAP", "COST_CAP", True),
        ("bid_constraints", {"roas_average_floor": 15_000}, {}, True),
        ("bid_amount", 1200, 901, False),
        ("targeting", {"age_min": 18}, {"age_max": 65, "age_min": 25}, True),
        ("targeting", {"age_min": 18}, {"age_min": 26}, False),
    ],
)
def test_a_bid_or_an_audience_is_an_outside_change_unless_we_sent_it(
    db: None, field: str, before: Any, after: Any, by_us: bool
) -> None:
    account = AdAccountFactory.create()
    sent(account, "bid", COST_CAP)
    sent(account, "targeting", {"age_min": 25, "age_max": 65})
    assert differences.keep(account, Level.AD_SET, [Difference("7", "EU", field, before, after, NOW)], LATER) != by_us


def test_the_bids_that_a_campaigns_own_bid_set_below_it_are_ours(db: None) -> None:
    account = AdAccountFactory.create()
    sent(account, "bid", {**COST_CAP, "bid_amount": None, "adset_bid_amounts": {"7": 700}}, "20", "campaign")
    found = [Difference("7", "EU", "bid_amount", 900, 700, NOW), Difference("8", "US", "bid_amount", 900, 700, NOW)]
    differences.keep(account, Level.AD_SET, found, LATER)
    assert list(OutsideChange.objects.values_list("entity_id", flat=True)) == ["8"]


def test_a_changed_roas_floor_is_seen_at_the_next_sync(meta: Meta, synced: AdAccount) -> None:
    changed = with_budget(meta)
    changed.bid_strategy, changed.bid_constraints = "LOWEST_COST_WITH_MIN_ROAS", {"roas_average_floor": 15_000}
    changed.bid_amount = None
    sync_structure(synced, LATER)
    assert ("adset", "bid_constraints", {}, {"roas_average_floor": 15_000}) in kept()
    assert AdSet.objects.get(meta_id=changed.id).bid_constraints == {"roas_average_floor": 15_000}


def test_two_syncs_at_once_keep_one_row(db: None) -> None:
    account = AdAccountFactory.create()
    difference = Difference("7", "EU", "name", "a", "b", NOW)
    for moment in (LATER, LATER + timedelta(seconds=1)):
        differences.keep(account, Level.AD_SET, [difference], moment)
    assert OutsideChange.objects.count() == 1


@pytest.mark.parametrize(
    ("before", "after", "kept_rows"),
    [
        ("ACTIVE", "DISAPPROVED", 1),
        ("PENDING_REVIEW", "ACTIVE", 1),
        ("ACTIVE", "WITH_ISSUES", 1),
        ("ACTIVE", "CAMPAIGN_PAUSED", 0),
        ("ADSET_PAUSED", "ACTIVE", 0),
    ],
)
def test_reviews_are_changes_and_a_parents_pause_is_none(before: str, after: str, kept_rows: int) -> None:
    row = {"name": "x", "status": "ACTIVE", "issues": [], "creative_id": 1, "tracking_specs": []}
    old = {**row, "effective_status": before, "deleted_at": None, "synced_at": NOW}
    found = between(Level.AD, {"1": old}, {"1": {**row, "effective_status": after}}, known=True)
    assert len(found) == kept_rows


def test_times_are_kept_as_text() -> None:
    assert differences.plain(datetime(2026, 11, 20, tzinfo=UTC)) == "2026-11-20T00:00:00+00:00"
