"""The readers and the writer against the sandbox: the same code, the same answers as at Meta."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from metaads.graph.client import client_for, writing_client_for
from metaads.graph.errors import Permanent
from metaads.models import Level
from metaads.reader.entity import read_fields
from metaads.reader.insights import ALL_DAYS, InsightRow, read_insights
from metaads.sync.structure import fetch_account
from metaads.writer.updates import update
from tests.metaads.conftest import Meta

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_impatient")]
UNTIL = date(2026, 11, 19)
SINCE = UNTIL - timedelta(days=6)


def rows(meta: Meta, level: Level, **more: object) -> list[InsightRow]:
    account = fetch_account(meta.accounts[0])
    pages = read_insights(client_for(account), account, level, SINCE, UNTIL, **more)  # type: ignore[arg-type]
    return [row for page in pages for row in page]


def test_the_three_levels_tell_one_story(meta: Meta) -> None:
    spent = {level: sum((row.spend or Decimal(0) for row in rows(meta, level)), Decimal(0)) for level in Level}
    assert spent[Level.CAMPAIGN] > 0
    for level in Level:
        assert abs(spent[level] - spent[Level.CAMPAIGN]) <= Decimal("0.01") * 400


def test_a_small_page_size_gives_the_same_rows(meta: Meta, settings: object) -> None:
    whole = rows(meta, Level.AD)
    settings.INSIGHTS_PAGE_SIZE = 7  # type: ignore[attr-defined]
    assert rows(meta, Level.AD) == whole
    assert len({(row.entity_id, row.day) for row in whole}) == len(whole)


def test_rows_lie_inside_the_days_asked_for(meta: Meta) -> None:
    assert {row.day for row in rows(meta, Level.AD_SET)} <= {SINCE + timedelta(days=n) for n in range(7)}


def test_ids_narrow_and_whole_ranges_join(meta: Meta) -> None:
    first = rows(meta, Level.AD_SET)[0].entity_id
    mine = rows(meta, Level.AD_SET, ids=[first])
    joined = rows(meta, Level.AD_SET, ids=[first], increment=ALL_DAYS)
    assert {row.entity_id for row in mine} == {first}
    assert [row.impressions for row in joined] == [sum(row.impressions or 0 for row in mine)]
    assert (joined[0].day, joined[0].last_day) == (SINCE, UNTIL)


def test_a_budget_is_written_once_and_read_back(meta: Meta) -> None:
    account = meta.accounts[0]
    node = next(one for one in meta.app.api.world.accounts[0].ad_sets if one.daily_budget and one.status == "ACTIVE")
    wanted = int(node.daily_budget or 0) + 500
    assert update(writing_client_for(account), node.id, {"daily_budget": wanted})["success"] is True
    assert read_fields(client_for(account), node.id, ["daily_budget"])["daily_budget"] == str(wanted)
    assert len(meta.control.writes()) == 1


def test_a_refused_budget_comes_with_metas_sentence(meta: Meta) -> None:
    node = next(one for one in meta.app.api.world.accounts[0].ad_sets if one.daily_budget and one.status == "ACTIVE")
    with pytest.raises(Permanent) as caught:
        update(writing_client_for(meta.accounts[0]), node.id, {"daily_budget": 1})
    assert caught.value.detail.subcode == 1885272
    assert caught.value.detail.user_message


def test_rows_that_come_twice_count_once(meta: Meta) -> None:
    whole = rows(meta, Level.AD)
    meta.control.fault("duplicate_rows", path="insights", count=9)
    assert rows(meta, Level.AD) == whole


def test_an_empty_page_in_the_middle_loses_nothing(meta: Meta, settings: object) -> None:
    whole = rows(meta, Level.AD)
    settings.INSIGHTS_PAGE_SIZE = 20  # type: ignore[attr-defined]
    meta.control.fault("empty_page", path="insights")
    assert rows(meta, Level.AD) == whole
