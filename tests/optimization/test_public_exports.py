"""Exports that nobody here wrote have the totals that are known of them, and are refused where they are damaged.

Collected where the public data sets lie beside the repository (conftest.py); none of their rows is in it.
"""

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from intelligence.metrics import catalog
from intelligence.metrics.table import build_frame
from metaads.clock import business_now
from metaads.models import AdAccount
from tests.data import DATA
from tests.intelligence.importing.slips import misread_after_slips


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_insights", str(path), *options, stdout=out, stderr=out)
    return out.getvalue()


def lifetime(account: AdAccount, level: str, name: str) -> float:
    frame = build_frame(account, level, business_now(account))
    return float(sum(float(v) for v in catalog.column(frame, catalog.resolve(f"{name}_lifetime"))))


@pytest.mark.parametrize(
    ("file", "options", "level", "entities", "figures"),
    [
        (
            "kag/KAG_conversion_data.csv", ["--currency", "EUR"], "ad", 1143,
            {"impressions": 213434828, "clicks": 38165, "spend": 58705.23, "actions.lead": 3264, "conversions": 1079},
        ),
        ("kag/KAG_conversion_data.csv", ["--currency", "EUR"], "campaign", 3, {"clicks": 38165, "conversions": 1079}),
        (
            "fb_adsets_daily_2022/Facebook_Ads.csv", ["--currency", "USD"], "campaign", 1,
            {"impressions": 74574, "inline_link_clicks": 463, "spend": 2819.85, "actions.omni_initiated_checkout": 42},
        ),
        ("ab_test_dirty/test_group.csv", [], "campaign", 1, {"spend": 76892, "conversions": 15637}),
    ],
)  # fmt: skip
def test_public_exports_have_their_known_totals(
    db: None, file: str, options: list[str], level: str, entities: int, figures: dict[str, float]
) -> None:
    run(DATA / file, "--keep", *options)
    account = AdAccount.objects.get()
    assert len(build_frame(account, level, business_now(account))) == entities
    for name, value in figures.items():
        assert lifetime(account, level, name) == pytest.approx(value, rel=1e-6), name


def test_a_row_that_lost_its_rest_is_unknown_there_and_counts_where_it_can(db: None) -> None:
    text = run(DATA / "ab_test_dirty/control_group.csv")
    assert "30 rows of 1 campaigns, 2019-08-01 to 2019-08-30." in text
    assert "spend: 68,653" in text
    assert f"actions.omni_purchase: {15161:,} (1 rows without it)" in text
    assert round(Decimal(68653) / 30, 0) == 2288
    assert round(Decimal(15161) / 29, 1) == Decimal("522.8")


@pytest.mark.parametrize("moved", [1, -1, 2])
@pytest.mark.parametrize(
    ("file", "currency"),
    [("kag/KAG_conversion_data.csv", "EUR"), ("fb_adsets_daily_2022/Facebook_Ads.csv", "USD"),
     ("ab_test_dirty/test_group.csv", "USD"), ("ab_test_dirty/control_group.csv", "USD")],
)  # fmt: skip
def test_public_exports_that_slip_half_way_are_refused_from_there(file: str, currency: str, moved: int) -> None:
    assert misread_after_slips((DATA / file).read_bytes(), currency, moved) == []
