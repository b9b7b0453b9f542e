"""One level of the mirror."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from metaads.graph.errors import OutcomeUnknown
from metaads.models import AdAccount, Campaign
from metaads.sync.fields import campaign_values
from metaads.sync.mirror import LevelResult, mirror_level
from tests.factories.metaads import AdAccountFactory, CampaignFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def mirror(account: AdAccount, *pages: list[dict[str, Any]], now: datetime = NOW) -> LevelResult:
    return mirror_level(Campaign, account, pages, campaign_values, now)


@pytest.fixture
def mine() -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    return account


def test_the_second_sync_changes_rows_and_adds_none(mine: AdAccount) -> None:
    mirror(mine, [{"id": "1", "name": "old", "daily_budget": "500"}])
    key = Campaign.objects.get().pk
    again = mirror(mine, [{"id": "1", "name": "new"}], now=LATER)
    assert again == LevelResult(seen=1, vanished=0, orphans=0, changed=1)
    row = Campaign.objects.get()
    assert (row.pk, row.name, row.daily_budget, row.synced_at) == (key, "new", None, LATER)


def test_what_vanishes_stays_and_is_marked_and_comes_back(mine: AdAccount) -> None:
    mirror(mine, [{"id": "1"}, {"id": "2"}])
    assert mirror(mine, [{"id": "2"}], now=LATER).vanished == 1
    assert Campaign.objects.get(meta_id="1").deleted_at == LATER
    assert mirror(mine, [{"id": "2"}], now=LATER + timedelta(hours=1)).vanished == 0
    assert Campaign.objects.get(meta_id="1").deleted_at == LATER
    mirror(mine, [{"id": "1"}, {"id": "2"}], now=LATER + timedelta(hours=2))
    assert Campaign.objects.get(meta_id="1").deleted_at is None


def test_a_read_that_breaks_off_declares_nobody_gone(mine: AdAccount) -> None:
    mirror(mine, [{"id": "1"}, {"id": "2"}])

    def broken() -> Iterator[list[dict[str, Any]]]:
        yield [{"id": "1", "name": "seen"}]
        raise OutcomeUnknown("no answer")

    with pytest.raises(OutcomeUnknown):
        mirror_level(Campaign, mine, broken(), campaign_values, LATER)
    assert list(Campaign.objects.order_by("meta_id").values_list("meta_id", "deleted_at")) == [("1", None), ("2", None)]
    assert Campaign.objects.get(meta_id="1").name == "seen"


def test_other_accounts_are_left_alone(mine: AdAccount) -> None:
    other = CampaignFactory.create()
    mirror(mine, [{"id": other.meta_id, "name": "mine"}])
    other.refresh_from_db()
    assert other.deleted_at is None
    assert Campaign.objects.filter(meta_id=other.meta_id).count() == 2


def test_an_object_that_comes_twice_is_stored_once(mine: AdAccount) -> None:
    mirror(mine, [{"id": "1", "name": "a"}, {"id": "1", "name": "b"}], [{"id": "1", "name": "c"}])
    assert Campaign.objects.get().name == "c"


def test_an_orphan_is_counted_and_waits_for_its_parent(mine: AdAccount) -> None:
    result = mirror_level(Campaign, mine, [[{"id": "1"}]], lambda raw: None, NOW)
    assert result == LevelResult(seen=1, vanished=0, orphans=1)
    assert not Campaign.objects.exists()


def test_the_number_of_queries_grows_with_pages_and_not_with_objects(
    mine: AdAccount, django_assert_max_num_queries: Any
) -> None:
    page = [{"id": str(number)} for number in range(40)]
    with django_assert_max_num_queries(8) as captured:
        mirror(mine, page)
    assert isinstance(captured, CaptureQueriesContext)


def test_what_meta_always_sends_stays_when_a_row_was_cut_short(mine: AdAccount) -> None:
    mirror(mine, [{"id": "1", "name": "Shoes", "status": "ACTIVE", "objective": "OUTCOME_SALES", "spend_cap": "900"}])
    mirror(mine, [{"id": "1"}], now=LATER)
    row = Campaign.objects.get()
    assert (row.name, row.status, row.objective, row.synced_at) == ("Shoes", "ACTIVE", "OUTCOME_SALES", LATER)
    assert row.spend_cap is None, "a cap may really be gone"


def test_an_object_without_an_id_makes_nobody_vanish(mine: AdAccount) -> None:
    mirror(mine, [{"id": "1"}, {"id": "2"}])
    with pytest.raises(OutcomeUnknown):
        mirror(mine, [{"id": "1"}, {"name": "whose?"}], now=LATER)
    assert not Campaign.objects.exclude(deleted_at=None).exists()


def test_what_is_the_same_is_only_marked_as_seen(mine: AdAccount) -> None:
    mirror(mine, [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}])
    again = mirror(mine, [{"id": "1", "name": "a"}, {"id": "2", "name": "c"}], now=LATER)
    assert again.changed == 1
    assert set(Campaign.objects.values_list("name", "synced_at")) == {("a", LATER), ("c", LATER)}
