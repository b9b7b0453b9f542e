"""Numbers, times and changes read the one way we say them."""

from datetime import UTC, datetime, timedelta

import pytest

from metaads.models import AdAccount
from optimization.views import words

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=4), "4 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=3), "3 days"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_a_span_is_said_in_the_largest_unit_that_says_enough(span: timedelta, text: str) -> None:
    assert words.span(span) == text


def test_what_never_happened_is_never() -> None:
    assert words.ago(None, NOW) == "never"


def test_a_moment_is_in_the_accounts_zone_and_names_it() -> None:
    assert words.moment(NOW, AdAccount(timezone_name="Asia/Tokyo")) == "20 Nov, 21:00 JST"
    assert words.moment(NOW, None) == "20 Nov, 12:00 UTC"


def test_unknown_money_is_not_zero() -> None:
    assert words.money(None, "EUR") == "no data"
    assert "no data" in words.amount(float("nan"), "EUR")


def test_large_amounts_are_short_and_exact_on_the_title() -> None:
    html = words.amount(1_234_567.8, "EUR")
    assert "1.23M" in html
    assert 'title="1,234,567.80 EUR"' in html


def test_a_rising_cost_is_bad_and_a_rising_return_good() -> None:
    cost, gain = words.delta(12, 10, "last week", more_is="bad"), words.delta(12, 10, "last week")
    assert cost
    assert gain
    assert (cost.text, cost.arrow, cost.tone) == ("+20 %", "▲", "bad")
    assert gain.tone == "good"


@pytest.mark.parametrize(("value", "before"), [(None, 1), (1, None), (1, 0), (float("nan"), 1)])
def test_a_change_from_or_to_the_unknown_is_not_claimed(value: float | None, before: float | None) -> None:
    assert words.delta(value, before, "last week") is None
