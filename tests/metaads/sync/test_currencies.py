"""Meta's minor unit is not ISO 4217: budgets and figures of each kind of currency come through exact (2.1)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from metaads.graph.client import client_for
from metaads.graph.money import from_minor, money_text, offset, to_minor
from metaads.models import AdAccount, AdSet
from metaads.reader.insights import read_insights
from metaads.selectors import health
from metaads.sync.health import sync_health
from metaads.sync.structure import sync_structure
from tests.factories.metaads import NOW
from tests.metaads.stub import Stub

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_impatient")]
DAY = date(2026, 11, 19)
# currency, a daily budget as Meta sends it, as people read it, a spend as Meta sends it, the same in minor units
CURRENCIES = [
    ("EUR", "8400", "84.00 EUR", "12.34", 1234),
    ("HUF", "8400", "8,400 HUF", "1234", 1234),  # ISO 4217: two decimals
    ("JPY", "8400", "8,400 JPY", "1234", 1234),
    ("KWD", "8400", "84.00 KWD", "12.34", 1234),  # ISO 4217: three decimals
    ("BHD", "8400", "84.00 BHD", "12.34", 1234),
    ("JOD", "8400", "84.00 JOD", "12.34", 1234),
    ("TWD", "8400", "8,400 TWD", "1234", 1234),
    ("COP", "8400", "8,400 COP", "1234", 1234),
]


def structure(stub: Stub, currency: str, budget: str) -> None:
    account = {"account_id": "111", "name": "Shop", "currency": currency, "timezone_name": "Europe/Budapest"}
    stub.says({**account, "amount_spent": "77", "spend_cap": "100000", "min_daily_budget": 100})
    stub.says({"data": [{"id": "1", "name": "C", "status": "ACTIVE"}]})
    stub.says({"data": [{"id": "2", "campaign_id": "1", "daily_budget": budget, "bid_amount": 250}]})
    stub.says({"data": []}, times=2)


@pytest.mark.parametrize(("currency", "budget", "read", "spend", "minor"), CURRENCIES)
def test_budgets_and_figures_meet_in_one_unit(
    account: AdAccount, stub: Stub, currency: str, budget: str, read: str, spend: str, minor: int
) -> None:
    structure(stub, currency, budget)
    sync_structure(account, NOW)
    stored = AdSet.objects.get()
    assert (account.currency, stored.daily_budget, stored.bid_amount) == (currency, int(budget), 250)
    assert money_text(stored.daily_budget or 0, account.currency) == read
    row = {"adset_id": "2", "date_start": "2026-11-19", "date_stop": "2026-11-19", "spend": spend}
    stub.says({"data": [row]})
    ((found,),) = read_insights(client_for(account), account, "adset", DAY, DAY)
    assert found.spend == Decimal(spend), "major units, exact"
    assert to_minor(found.spend, currency) == minor
    assert from_minor(minor, currency) == Decimal(spend)


@pytest.mark.parametrize(("currency", "left"), [("JPY", 40_000), ("KWD", 40_000)])
def test_what_is_left_of_the_spending_limit_stays_in_minor_units(
    account: AdAccount, stub: Stub, currency: str, left: int
) -> None:
    account.currency = currency
    stub.says({"account_id": "111", "account_status": 1, "spend_cap": "100000", "amount_spent": "60000"})
    sync_health(account, NOW)
    found: Any = health(account)
    assert found.headroom == left
    assert from_minor(left, currency) == Decimal(left) / offset(currency)
