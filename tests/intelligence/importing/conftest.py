"""Files as people bring them, made here; and the public data sets where they lie beside the repository."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from intelligence.importing.layout import Answers
from intelligence.importing.plan import Plan, make_plan
from metaads.models import AdAccount
from metaads.sync.imported import imported_account

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
HEADINGS = (
    "Campaign name", "Ad set name", "Day", "Impressions", "Reach", "Clicks (all)", "Link clicks", "Purchases",
    "Purchases conversion value", "Amount spent (EUR)", "CPM (cost per 1,000 impressions)",
)  # fmt: skip


def csv_of(rows: Sequence[Sequence[object]], separator: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode()


def good_rows(count: int = 30) -> list[list[str]]:
    """Two ad sets of one campaign, day by day."""
    rows = []
    for n in range(count):
        shown, spent = 8000 + 137 * n, 40 + n
        rows.append(
            ["Autumn", f"Set {n % 2}", f"2026-10-{n // 2 + 1:02d}", str(shown), str(shown - 900), str(90 + n),
             str(60 + n), str(n % 4), f"{(n % 4) * 39.9:.2f}", f"{spent}.00", f"{spent / shown * 1000:.2f}"]
        )  # fmt: skip
    return rows


def planned(data: bytes, **answers: object) -> Plan:
    return make_plan(data, Answers(**answers), TODAY)  # type: ignore[arg-type]


@pytest.fixture
def account(db: None) -> AdAccount:
    return imported_account("My past", "EUR", "Europe/Berlin", NOW)
