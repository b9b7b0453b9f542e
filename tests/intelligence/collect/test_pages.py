"""Pages become columns as they come; the result is as if all rows had come at once."""

from datetime import date, timedelta
from decimal import Decimal

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from intelligence.collect.pages import Pages
from intelligence.collect.totals import from_rows
from metaads.graph.errors import OutcomeUnknown
from metaads.reader.insights import InsightRow

DAY = date(2026, 11, 20)
TYPES = ("link_click", "omni_purchase", "purchase")
amounts = st.none() | st.integers(0, 50).map(Decimal)
lists = st.none() | st.dictionaries(st.sampled_from(TYPES), st.integers(0, 9).map(Decimal))
rows = st.builds(
    InsightRow,
    entity_id=st.integers(1, 12).map(str),
    day=st.just(DAY),
    last_day=st.just(DAY),
    impressions=st.none() | st.integers(0, 99),
    clicks=st.none() | st.integers(0, 9),
    spend=amounts,
    actions=lists,
    action_values=lists,
    conversions=lists,
    conversion_values=lists,
)


def gathered(pages: list[list[InsightRow]]) -> Pages:
    made = Pages(DAY, DAY)
    for page in pages:
        made.add(page)
    return made


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, max_size=12, unique_by=lambda row: row.entity_id), st.integers(1, 5))
def test_page_by_page_is_the_same_as_all_at_once_to_the_last_byte(found: list[InsightRow], size: int) -> None:
    pages = [found[start : start + size] for start in range(0, len(found), size)]
    assert gathered(pages).of(DAY).pack() == from_rows(found).pack()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(rows, min_size=1, max_size=6), max_size=5))
def test_a_row_that_comes_on_two_pages_counts_once_the_later(pages: list[list[InsightRow]]) -> None:
    made, whole = gathered(pages).of(DAY), from_rows([row for page in pages for row in page])
    assert made.ids.tolist() == whole.ids.tolist()
    for name in made.columns.keys() | whole.columns.keys():
        np.testing.assert_array_equal(made.metric(name), whole.metric(name), name)
    assert gathered(pages).rows == sum(map(len, pages))


def test_a_list_that_only_a_replaced_row_had_leaves_no_trace() -> None:
    """Hypothesis found it: an empty mark was left, which said nothing and made an equal read look like a revision."""
    first = InsightRow("1", DAY, DAY, conversion_values={"purchase": Decimal(3)})
    later = InsightRow("1", DAY, DAY)
    assert gathered([[first], [later]]).of(DAY).pack() == from_rows([later]).pack()


def test_rows_fall_to_their_own_days() -> None:
    made = Pages(DAY - timedelta(days=9), DAY)
    other = date(2026, 11, 19)
    made.add([InsightRow("1", DAY, DAY, impressions=5), InsightRow("1", other, other, impressions=7)])
    assert made.of(DAY).metric("impressions").tolist() == [5]
    assert made.of(other).metric("impressions").tolist() == [7]
    assert len(made.of(date(2026, 11, 18))) == 0


@pytest.mark.parametrize(("first", "last"), [(-1, -1), (1, 1), (-1, 0), (0, 1)])
def test_a_row_of_other_days_than_asked_is_refused_for_its_day_would_look_empty(first: int, last: int) -> None:
    row = InsightRow("1", DAY + timedelta(days=first), DAY + timedelta(days=last), impressions=9)
    with pytest.raises(OutcomeUnknown, match="not asked for"):
        Pages(DAY, DAY).add([row])
