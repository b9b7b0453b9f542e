"""Meta's change history: who did what, each change once, ours recognised, differences explained."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from metaads.graph.errors import Permanent
from metaads.models import AdAccount, AdSet, Connection, JournalStep, OutsideChange, SideRead
from metaads.reader.activity import parse
from metaads.sandbox.world import activity
from metaads.sync import events
from metaads.sync.changes import sync_changes
from metaads.sync.structure import sync_structure
from tests.factories.metaads import NOW, AdSetFactory, CampaignFactory
from tests.metaads.conftest import Meta
from tests.metaads.stub import Stub

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_impatient")]
LATER = NOW + timedelta(hours=1)
MINE = OutsideChange.Source


def told(stub: Stub, *rows: dict[str, Any], **paging: Any) -> Stub:
    return stub.says({"data": list(rows), **paging})


def row(at: datetime = NOW, **changes: Any) -> dict[str, Any]:
    """A row of the reference, as text: a budget from 50.00 to 70.00 by a person in Ads Manager."""
    extra = changes.pop("extra", {"old_value": 5000, "new_value": 7000})
    return {
        "event_time": at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "event_type": "update_ad_set_budget",
        "actor_id": "9",
        "actor_name": "Marta",
        "application_id": "119211728144504",
        "application_name": "Ads Manager",
        "object_id": "2",
        "object_name": "EU",
        "object_type": "CAMPAIGN",
        "extra_data": json.dumps(extra),
        **changes,
    }


@pytest.fixture
def ad_set(account: AdAccount) -> AdSet:
    made: AdSet = AdSetFactory.create(campaign=CampaignFactory.create(account=account), meta_id="2")
    return made


def test_who_did_what_is_kept(account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
    told(stub, row())
    assert str(sync_changes(account, LATER)) == "1 changes in Meta's history: 1 new by others, 0 our own"
    kept = OutsideChange.objects.get()
    assert (kept.level, kept.field, kept.before, kept.after) == ("adset", "budget", 5000, 7000)
    assert (kept.actor_name, kept.application_name, kept.at, kept.source) == ("Marta", "Ads Manager", NOW, "activity")
    assert kept.raw["extra"] == {"old_value": 5000, "new_value": 7000}


def test_the_same_row_again_is_kept_once(account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
    told(stub, row(), row())
    told(stub, row())
    sync_changes(account, LATER)
    assert sync_changes(account, LATER).outside == 0
    assert OutsideChange.objects.count() == 1


def test_the_first_read_looks_back_a_week_and_the_next_to_the_last(account: AdAccount, stub: Stub) -> None:
    told(told(stub))
    sync_changes(account, LATER)
    SideRead.objects.create(account=account, what="changes", read_at=NOW)
    sync_changes(account, LATER)
    asked = [int(call.query["since"]) for call in stub.calls]
    assert asked[0] == int((LATER - timedelta(days=7)).timestamp())
    assert asked[1] == int((NOW - timedelta(hours=2)).timestamp())


def test_every_page_is_read(account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
    paging = {"cursors": {"after": "x"}, "next": f"{stub.url}/v26.0/act_111/activities?after=x&limit=200"}
    told(stub, row(), paging=paging)
    told(stub, row(at=NOW - timedelta(minutes=5)))
    assert sync_changes(account, LATER).outside == 2


def test_our_applications_writes_are_no_outside_changes(account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
    told(stub, row(application_id=account.connection.app_id, application_name="Our app"))
    result = sync_changes(account, LATER)
    assert (result.ours, result.outside) == (1, 0)
    assert OutsideChange.objects.get().ours


def test_without_an_app_id_the_journal_recognises_our_writes(account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
    Connection.objects.update(app_id="")
    account.connection.refresh_from_db()
    JournalStep.objects.create(
        key="k", account=account, level="adset", entity_id="2", field="daily_budget", old=5000, new=7000, sent=1,
        state=JournalStep.State.DONE, finished_at=NOW + timedelta(minutes=2),
    )  # fmt: skip
    told(stub, row(), row(extra={"old_value": 7000, "new_value": 9000}))
    result = sync_changes(account, LATER)
    assert (result.ours, result.outside) == (1, 1)


def test_an_account_of_a_business_is_asked_again_with_it(account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
    stub.fails(100).says({"id": "act_111", "business": {"id": "77", "name": "Agency"}})
    told(stub, row())
    assert sync_changes(account, LATER).outside == 1
    assert stub.calls[-1].query["business_id"] == "77"


@pytest.mark.parametrize(("code", "calls"), [(190, 1), (100, 2)])
def test_a_refusal_that_no_business_explains_stays_one(account: AdAccount, stub: Stub, code: int, calls: int) -> None:
    stub.fails(code).says({"id": "act_111"})
    with pytest.raises(Permanent):
        sync_changes(account, LATER)
    assert len(stub.calls) == calls


def test_a_row_that_says_neither_when_nor_what_is_left_out(account: AdAccount, stub: Stub, ad_set: AdSet) -> None:
    told(stub, row(event_time=None), row(object_id=""), row(extra_data="no json"), {})
    assert sync_changes(account, LATER).told == 1
    kept = OutsideChange.objects.get()
    assert (kept.before, kept.after, kept.raw["extra"]) == (None, None, {"extra_data": "no json"})


class TestWithTheSandbox:
    """Differences and history together: one row for one change, whichever is seen first."""

    @pytest.fixture
    def synced(self, meta: Meta) -> AdAccount:
        sync_structure(meta.accounts[0], NOW)
        sync_changes(meta.accounts[0], NOW)
        return meta.accounts[0]

    def edit(self, meta: Meta, who: activity.Actor = activity.PERSON) -> Any:
        """A person raises a budget at Meta, which its history tells."""
        world = meta.app.api.world.accounts[0]
        changed: Any = next(one for one in world.ad_sets if one.daily_budget and one.status == "ACTIVE")
        before, changed.daily_budget = changed.daily_budget, changed.daily_budget + 700
        at = int((NOW + timedelta(minutes=20)).timestamp())
        values = ({"daily_budget": before}, {"daily_budget": changed.daily_budget})
        activity.note(world, at, changed, *values, who)
        return changed

    def rows(self, meta: Meta, ad_set: Any) -> list[OutsideChange]:
        return list(OutsideChange.objects.filter(entity_id=ad_set.id, noticed_at__gt=NOW, field="daily_budget"))

    def test_a_difference_that_the_history_tells_later_is_one_row(self, meta: Meta, synced: AdAccount) -> None:
        changed = self.edit(meta)
        meta.control.advance(1)
        sync_structure(synced, LATER)
        assert [one.source for one in self.rows(meta, changed)] == [MINE.DIFFERENCE]
        sync_changes(synced, LATER)
        (kept,) = self.rows(meta, changed)
        assert (kept.source, kept.actor_name) == (MINE.ACTIVITY, activity.PERSON.name)
        assert (kept.before, kept.after) == (changed.daily_budget - 700, changed.daily_budget)

    def test_a_difference_that_the_history_told_before_is_one_row(self, meta: Meta, synced: AdAccount) -> None:
        changed = self.edit(meta)
        meta.control.advance(1)
        sync_changes(synced, LATER)
        sync_structure(synced, LATER)
        assert [one.source for one in self.rows(meta, changed)] == [MINE.ACTIVITY]

    def test_our_own_write_is_recognised_in_both(self, meta: Meta, synced: AdAccount) -> None:
        us = activity.system_user(7)
        app = synced.connection.app_id
        assert us.application_id == app
        changed = self.edit(meta, us)
        meta.control.advance(1)
        sync_structure(synced, LATER)
        sync_changes(synced, LATER)
        assert [(one.source, one.ours) for one in self.rows(meta, changed)] == [(MINE.ACTIVITY, True)]

    def test_metas_own_rules_are_named(self, meta: Meta, synced: AdAccount) -> None:
        changed = self.edit(meta, activity.RULES)
        meta.control.advance(1)
        sync_changes(synced, LATER)
        (kept,) = self.rows(meta, changed)
        assert kept.application_name == "Automated rules"


@pytest.mark.parametrize(
    ("event", "extra", "field"),
    [
        ("update_ad_set_budget", {}, "budget"),
        ("update_campaign_budget", {"field": "lifetime_budget"}, "lifetime_budget"),
        ("update_campaign_run_status", {}, "status"),
        ("update_ad_friendly_name", {}, "name"),
        ("update_ad_set_target_spec", {}, "targeting"),
        ("update_ad_set_learning_stage_status", {}, "learning_status"),
        ("di_ad_set_learning_stage_exit", {}, "learning_status"),
        ("update_campaign_group_spend_cap", {}, "spend_cap"),
        ("update_ad_set_duration", {}, "schedule"),
        ("update_ad_creative", {}, "creative_id"),
        ("create_ad_set", {}, "existence"),
        ("receive_audience", {}, ""),
    ],
)
def test_events_tell_fields(event: str, extra: dict[str, Any], field: str) -> None:
    assert events.field_of(event, extra) == field


@pytest.mark.parametrize(
    ("history", "difference", "same"),
    [
        (("budget", 7000), ("daily_budget", 7000), True),
        (("budget", 7000), ("daily_budget", 9000), False),
        (("budget", None), ("lifetime_budget", 9000), True),
        (("status", "PAUSED"), ("status", "ACTIVE"), False),
        (("status", "ARCHIVED"), ("existence", None), True),
        (("name", "a"), ("status", "PAUSED"), False),
        (("schedule", None), ("stop_time", "2026-11-20T00:00:00+00:00"), True),
    ],
)
def test_a_history_row_explains_its_own_difference_alone(
    history: tuple[str, Any], difference: tuple[str, Any], same: bool
) -> None:
    assert events.explains(*history, *difference) is same


def test_metas_labels_are_no_values() -> None:
    assert events.value_of("status", "Inactive") is None
    assert events.value_of("status", "paused") == "PAUSED"
    assert events.value_of("daily_budget", "7000") == 7000
    assert events.value_of("targeting", {"age_min": 1}) is None


def test_a_history_row_without_a_time_is_none() -> None:
    assert parse({"object_id": "1", "event_time": "yesterday"}) is None
