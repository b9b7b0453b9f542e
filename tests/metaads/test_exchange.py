"""Dollar thresholds in other currencies."""

from decimal import Decimal

import pytest

from metaads import exchange


def test_dollars_stay_as_they_are() -> None:
    assert exchange.from_usd(Decimal("37.5"), "USD") == Decimal("37.5")


@pytest.mark.parametrize(
    ("usd", "currency", "friendly"),
    [("100", "EUR", "80"), ("100", "JPY", "15000"), ("10", "GBP", "8"), ("50", "HUF", "15000"), ("1", "INR", "80")],
)
def test_other_currencies_give_figures_a_person_would_choose(usd: str, currency: str, friendly: str) -> None:
    assert exchange.from_usd(Decimal(usd), currency) == Decimal(friendly)


def test_zero_stays_zero() -> None:
    assert exchange.from_usd(Decimal(0), "EUR") == 0


def test_a_currency_without_a_rate_is_refused_by_name() -> None:
    with pytest.raises(exchange.UnknownCurrency, match="XXX"):
        exchange.from_usd(Decimal(1), "XXX")
