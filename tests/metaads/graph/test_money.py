"""Money at Meta."""

from decimal import Decimal

import pytest

from metaads.graph import money


@pytest.mark.parametrize(
    ("currency", "factor"), [("EUR", 100), ("usd", 100), ("JPY", 1), ("HUF", 1), ("TWD", 1), ("BHD", 100)]
)
def test_the_offset_is_metas_and_not_isos(currency: str, factor: int) -> None:
    assert money.offset(currency) == factor


def test_there_and_back_is_exact() -> None:
    assert money.to_minor(Decimal("84.005"), "EUR") == 8401
    assert money.from_minor(8400, "EUR") == Decimal("84.00")
    assert str(money.from_minor(10, "EUR")) == "0.10"
    assert money.to_minor(Decimal("8400.4"), "JPY") == 8400


def test_people_see_thousands_and_the_unit_behind() -> None:
    assert money.money_text(8_400_00, "EUR") == "8,400.00 EUR"
    assert money.money_text(8400, "JPY") == "8,400 JPY"
    assert money.money_text(-250, "USD") == "-2.50 USD"
    assert money.amount_text(Decimal("8400"), "eur") == "8,400.00 EUR"
    assert money.amount_text(Decimal("8400.5"), "JPY") == "8,401 JPY"
