"""Attribution windows: kept of the account's result, asked for by name, unknown where they were not read."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from intelligence.collect.insights import collect
from intelligence.collect.totals import from_rows
from intelligence.metrics.catalog import UnknownField, column, resolve
from intelligence.metrics.families.base import numbers
from intelligence.metrics.table import build_frame
from intelligence.metrics.variants import BadAttribution, split_attribution, under
from intelligence.models import Reading
from intelligence.reports import totals_of
from intelligence.totals import Totals
from metaads.models import AdAccount, Level
from metaads.reader.insights import ATTRIBUTION_WINDOWS, parse
from metaads.reader.results import PURCHASE, result_types
from metaads.sync.structure import sync_structure
from tests.factories.metaads import CampaignFactory
from tests.intelligence.conftest import Meta

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
YESTERDAY = date(2026, 11, 19)
WINDOWS = {"1d_click": "2", "7d_click": "3", "28d_click": "5", "1d_view": "1"}
VALUES = {"1d_click": "60.00", "7d_click": "90.00", "28d_click": "150.00", "1d_view": "30.00"}


def raw(**changes: Any) -> dict[str, Any]:
    return {
        "campaign_id": "21",
        "date_start": "2026-11-19",
        "date_stop": "2026-11-19",
        "spend": "30.00",
        "impressions": "1000",
        "actions": [
            {"action_type": "link_click", "value": "31", "1d_click": "31"},
            {"action_type": "omni_purchase", "value": "4", **WINDOWS},
            {"action_type": "purchase", "value": "4", **WINDOWS},
        ],
        "action_values": [{"action_type": "omni_purchase", "value": "120.00", **VALUES}],
        **changes,
    }


def totals(*rows: Mapping[str, Any], types: tuple[str, ...] = PURCHASE) -> Totals:
    return from_rows([parse(row, Level.CAMPAIGN, types) for row in rows])


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = CampaignFactory.create(meta_id="21").account
    return account


def store(account: AdAccount, made: Totals, ago: int = 1) -> None:
    Reading.objects.create(
        account=account,
        level=Level.CAMPAIGN,
        day=NOW.date() - timedelta(days=ago),
        read_at=NOW,
        confirmed_at=NOW,
        rows=len(made),
        packed=made.pack(),
        digest="",
    )


def value(account: AdAccount, name: str) -> float | None:
    found = float(numbers(column(build_frame(account, Level.CAMPAIGN, NOW), resolve(name)))[0])
    return None if np.isnan(found) else found


def test_only_the_type_that_counts_is_kept_by_window() -> None:
    kept = [name for name in totals(raw()).columns if "@" in name]
    assert sorted(kept) == sorted(
        [f"{mark}.omni_purchase@{window}" for mark in ("attributed", "attributed_values") for window in WINDOWS]
    )


def test_roas_can_be_asked_for_any_window(account: AdAccount) -> None:
    store(account, totals(raw()))
    asked = {w: value(account, f"roas_{w}_yesterday") for w in ATTRIBUTION_WINDOWS}
    assert asked == {"1d_click": 2, "7d_click": 3, "28d_click": 5, "1d_view": 1}
    assert value(account, "roas_yesterday") == 4
    assert value(account, "cpa_7d_click_yesterday") == 10
    assert value(account, "conversions_1d_view_yesterday") == 1
    assert totals_of(account, Level.CAMPAIGN, "21", "yesterday", NOW, attribution="28d_click")["roas"] == 5


def test_a_window_that_a_purchase_lacks_had_none_and_a_row_without_purchase_has_zeros(account: AdAccount) -> None:
    late = [{"action_type": "omni_purchase", "value": "1", "28d_click": "1"}]
    store(account, totals(raw(actions=late)))
    assert value(account, "conversions_1d_click_yesterday") == 0
    Reading.objects.all().delete()
    clicks = [{"action_type": "link_click", "value": "31", "1d_click": "31"}]
    store(account, totals(raw(actions=clicks, action_values=None)))
    assert (value(account, "conversions_1d_click_yesterday"), value(account, "roas_1d_click_yesterday")) == (0, 0)


def test_what_was_read_before_windows_were_asked_is_unknown(account: AdAccount) -> None:
    store(account, totals(raw(), types=()))
    assert (value(account, "roas_yesterday"), value(account, "roas_1d_click_yesterday")) == (4, None)


def test_a_result_without_any_window_is_unknown_by_window_and_no_zero(account: AdAccount) -> None:
    bare = [{"action_type": "omni_purchase", "value": "4"}]
    store(account, totals(raw(actions=bare)))
    assert (value(account, "conversions_yesterday"), value(account, "conversions_7d_click_yesterday")) == (4, None)


def test_an_account_with_another_result_keeps_the_windows_of_that(account: AdAccount) -> None:
    account.conversion_action_type = "lead"
    leads = [*raw()["actions"], {"action_type": "lead", "value": "9", "1d_click": "7"}]
    store(account, totals(raw(actions=leads), types=result_types(account)))
    assert value(account, "conversions_1d_click_yesterday") == 7


def test_metas_own_list_of_conversions_is_kept_and_used_where_it_has_the_result(account: AdAccount) -> None:
    account.conversion_action_type = "subscribe_total"
    row = raw(
        conversions=[{"action_type": "subscribe_total", "value": "6"}],
        conversion_values=[{"action_type": "subscribe_total", "value": "66.00"}],
    )
    store(account, totals(row, types=result_types(account)))
    assert (value(account, "conversions_yesterday"), value(account, "roas_yesterday")) == (6, 2.2)
    assert value(account, "conversions.subscribe_total_yesterday") == 6
    assert value(account, "conversion_values.subscribe_total_yesterday") == 66


def test_names_are_split_and_made(account: AdAccount) -> None:
    assert split_attribution("roas_1d_click") == ("roas", "1d_click")
    assert split_attribution("ctr_1d_click") == ("ctr_1d_click", None)
    assert under("roas", "1d_view") == "roas_1d_view"
    assert under("roas", "1d_view", include_offline=True) == "true_roas_1d_view"
    assert under("spend", "1d_view") == "spend"
    with pytest.raises(BadAttribution):
        under("roas", "28d_view")


@pytest.mark.parametrize("name", ["ctr_1d_click_7d", "roas_7d_view_7d", "spend_mature_7d", "actions.lead_1d_clik"])
def test_windows_that_no_metric_has_are_refused_or_are_types(name: str) -> None:
    if name.startswith("actions."):
        assert resolve(name).base == "actions.lead_1d_clik"
        return
    with pytest.raises(UnknownField):
        resolve(name)


def test_the_units_are_those_of_the_plain_metric() -> None:
    assert [resolve(name).unit for name in ("roas_1d_click", "cpa_mature_3d", "conversions_28d_click")] == [
        "ratio",
        "money",
        "count",
    ]


def test_against_the_sandbox_each_window_holds_its_part(meta: Meta) -> None:
    sync_structure(meta.account, meta.now)
    collect(meta.account, meta.now, levels=[Level.CAMPAIGN])
    frame = build_frame(meta.account, Level.CAMPAIGN, meta.now)
    sums = {
        window: float(np.nansum(numbers(column(frame, resolve(f"conversions_{window}_today")))))
        for window in ATTRIBUTION_WINDOWS
    }
    plain = float(np.nansum(numbers(column(frame, resolve("conversions_today")))))
    assert 0 < sums["1d_click"] <= sums["7d_click"] <= sums["28d_click"]
    assert sums["7d_click"] + sums["1d_view"] == pytest.approx(plain, abs=1 + 0.05 * plain)
