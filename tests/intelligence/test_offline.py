"""Offline conversions: each event once, other currencies refused, what belongs to nothing is listed and not spread."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.table import build_frame
from intelligence.models import OfflineConversion
from intelligence.offline import OfflineResult, OfflineRow, import_offline
from intelligence.reports import blended, totals_of
from metaads.models import AdAccount, Level
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, AdFactory, AdSetFactory, CampaignFactory

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = AdAccountFactory.create()
    campaign = CampaignFactory.create(account=account, meta_id="21")
    AdFactory.create(ad_set=AdSetFactory.create(campaign=campaign, meta_id="31"), meta_id="41")
    CampaignFactory.create(account=account, meta_id="22")
    for ago in range(1, 8):
        rows = {"spend": 10.0, "impressions": 100.0, "actions.omni_purchase": 1.0, "action_values.omni_purchase": 20.0}
        for level, entity_id in ((Level.CAMPAIGN, "21"), (Level.AD_SET, "31"), (Level.AD, "41")):
            reading(account, level, NOW.date() - timedelta(days=ago), NOW - timedelta(hours=1), {entity_id: rows})
    return account


def row(line: int = 2, event_id: str = "o-1", **given: Any) -> OfflineRow:
    values: dict[str, Any] = {"at": YESTERDAY, "value": Decimal("70.00"), "currency": "EUR", "campaign_id": "21"}
    return OfflineRow(line, event_id, **{**values, **given})


def bring(account: AdAccount, *rows: OfflineRow, now: datetime = NOW) -> OfflineResult:
    return import_offline(account, rows, now, "sales.csv")


def value(account: AdAccount, level: str, entity_id: str, name: str, now: datetime = NOW) -> float | None:
    frame = build_frame(account, level, now)
    place = frame.row(entity_id)
    assert place is not None
    found = float(column(frame, resolve(name))[place])
    return None if np.isnan(found) else found


def test_an_event_counts_once_however_often_it_is_sent(account: AdAccount) -> None:
    first = bring(account, row(2), row(3))
    assert (first.accepted, first.value) == (1, Decimal("70"))
    assert [note.line for note in first.duplicates] == [3]
    again = bring(account, row(2, value=Decimal(99)))
    assert (again.accepted, [note.line for note in again.duplicates]) == (0, [2])
    assert OfflineConversion.objects.get().value == 70


def test_the_same_event_id_in_another_account_is_another_event(account: AdAccount) -> None:
    bring(account, row())
    other = AdAccountFactory.create()
    assert bring(other, row(campaign_id="")).accepted == 1


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"currency": "USD"}, "Its currency is USD; the account's is EUR."),
        ({"currency": ""}, "Its currency is not given"),
        ({"event_id": ""}, "event id"),
        ({"event_id": "x" * 121}, "event id"),
        ({"at": None}, "no time"),
        ({"at": NOW + timedelta(hours=1)}, "future"),
        ({"value": None}, "value"),
        ({"value": Decimal("-1")}, "value"),
        ({"value": Decimal("NaN")}, "value"),
        ({"problem": "It has 3 cells."}, "3 cells"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_line_and_reason(
    account: AdAccount, given: dict[str, Any], reason: str
) -> None:
    result = bring(account, row(7, **{"event_id": "o-1", **given}))
    assert (result.accepted, result.refused[0].line) == (0, 7)
    assert reason in result.refused[0].reason
    assert not OfflineConversion.objects.exists()


def test_a_sale_of_an_ad_counts_for_all_above_it_and_one_of_a_campaign_for_nothing_below(account: AdAccount) -> None:
    bring(account, row(2, "a", campaign_id="", ad_id="41"), row(3, "b"))
    assert value(account, Level.AD, "41", "offline_value_7d") == 70
    assert value(account, Level.AD_SET, "31", "offline_value_7d") == 70
    assert value(account, Level.CAMPAIGN, "21", "offline_value_7d") == 140
    assert value(account, Level.CAMPAIGN, "21", "offline_conversions_7d") == 2
    assert value(account, Level.CAMPAIGN, "22", "offline_value_7d") == 0


def test_what_names_nothing_or_nothing_we_know_is_listed_and_counts_nowhere(account: AdAccount) -> None:
    result = bring(account, row(2, "a", campaign_id=""), row(3, "b", campaign_id="", ad_id="999"))
    assert (result.accepted, [note.line for note in result.unassigned]) == (2, [2, 3])
    assert "no ad 999" in result.unassigned[1].reason
    assert value(account, Level.CAMPAIGN, "21", "offline_value_7d") == 0


def test_ids_that_are_no_family_are_refused(account: AdAccount) -> None:
    result = bring(account, row(campaign_id="22", ad_id="41"))
    assert result.refused[0].reason == "The ad 41 is not in the campaign 22."


def test_another_accounts_entity_is_unknown_here(account: AdAccount) -> None:
    AdFactory.create(meta_id="49")
    assert "no ad 49" in bring(account, row(campaign_id="", ad_id="49")).unassigned[0].reason


def test_true_roas_is_metas_value_and_the_offline_one_over_spend(account: AdAccount) -> None:
    bring(account, row())
    assert value(account, Level.CAMPAIGN, "21", "roas_7d") == 2
    assert value(account, Level.CAMPAIGN, "21", "true_roas_7d") == 3
    assert value(account, Level.CAMPAIGN, "21", "true_cpa_7d") == 70 / 8
    assert totals_of(account, Level.CAMPAIGN, "21", "7d", NOW, include_offline=True)["roas"] == 3
    assert blended(account, ["21"], "7d", NOW, include_offline=True).roas == 3


def test_what_was_uploaded_later_was_not_known_then(account: AdAccount) -> None:
    bring(account, row(), now=NOW + timedelta(hours=2))
    assert value(account, Level.CAMPAIGN, "21", "true_roas_7d") == 2
    assert value(account, Level.CAMPAIGN, "21", "true_roas_7d", NOW + timedelta(hours=3)) == 3


def test_a_sale_belongs_to_the_accounts_day(account: AdAccount) -> None:
    bring(account, row(at=datetime(2026, 11, 18, 23, 30, tzinfo=UTC)))
    assert OfflineConversion.objects.get().local_date.isoformat() == "2026-11-19"
