"""From Meta's rows to columns: absent is not zero, unless something says that it is."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from intelligence.collect.totals import from_rows
from intelligence.totals import unpack_totals
from metaads.reader.insights import InsightRow

DAY = date(2026, 11, 20)


def row(entity_id: str = "31", **values: Any) -> InsightRow:
    return InsightRow(entity_id=entity_id, day=DAY, last_day=DAY, **values)


def one(metric: str, **values: Any) -> float:
    return float(from_rows([row(**values)]).metric(metric)[0])


def test_a_metric_that_meta_leaves_out_is_unknown() -> None:
    assert np.isnan(one("spend", impressions=10))
    assert np.isnan(one("thruplays", impressions=10))


def test_a_type_missing_from_a_list_of_actions_is_a_known_zero() -> None:
    assert one("actions.omni_purchase", actions={"link_click": Decimal(3)}) == 0


def test_without_any_list_of_actions_every_type_is_unknown() -> None:
    totals = from_rows([row("31"), row("32", actions={"lead": Decimal(2)})])
    assert np.isnan(totals.metric("actions.lead")[0])
    assert totals.metric("actions.lead")[1] == 2


def test_no_clicks_confirm_that_there_were_no_link_clicks() -> None:
    assert one("inline_link_clicks", clicks=0) == 0
    assert np.isnan(one("inline_link_clicks", clicks=4))


def test_a_row_that_comes_twice_counts_once_with_its_later_figures() -> None:
    totals = from_rows([row(impressions=10), row("7", impressions=1), row(impressions=12)])
    assert totals.ids.tolist() == [7, 31]
    assert totals.metric("impressions").tolist() == [1, 12]


def test_money_survives_packing_to_the_cent() -> None:
    spend = Decimal("1234.57")
    again = unpack_totals(from_rows([row(spend=spend)]).pack())
    assert Decimal(str(again.metric("spend")[0])) == spend


def test_the_order_of_pages_does_not_change_what_is_stored() -> None:
    rows = [row(str(i), impressions=i, actions={"lead": Decimal(i)}) for i in range(1, 6)]
    assert from_rows(rows).pack() == from_rows(rows[::-1]).pack()


def test_a_day_without_rows_is_a_reading_of_nobody() -> None:
    assert len(unpack_totals(from_rows([]).pack())) == 0
