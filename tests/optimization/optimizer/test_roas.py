"""What the optimiser believes of returns: shrunk, allowing for what is not reported yet, unknown where data are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from intelligence.metrics.frame import Frame
from intelligence.metrics.maturity import AGES
from intelligence.models import MaturityCurve, OfflineConversion, OfflineUpload
from metaads.models import AdAccount
from optimization.optimizer.roas import Estimates, Marks, estimates, visible
from tests.factories.metaads import AdAccountFactory

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WIDE = [(1000.0, n, n * 50.0) for n in (10.0, 20.0, 40.0, 60.0, 80.0)] * 4
"""Spend, orders and value of twenty ad sets with returns of 0.5 to 4."""

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> AdAccount:
    made: AdAccount = AdAccountFactory.create(connected_at=NOW - timedelta(days=90))
    return made


def frame(account: AdAccount, rows: list[tuple[float, float, float]], new: bool = False) -> Frame:
    """Rows of spend, conversions and value in 7 days; `new`: all of it yesterday, else a seventh each day."""
    spend, conversions, value = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    columns: dict[str, Any] = {
        "spend_yesterday": spend if new else spend / 7, "spend_3d": spend if new else spend * 3 / 7,
        "spend_7d": spend, "conversions_7d": conversions, "conversion_value_7d": value,
        "parent_id": np.full(len(rows), "1"),
    }  # fmt: skip
    ids = np.arange(len(rows)).astype(np.str_)
    return Frame(account.pk, "adset", NOW, NOW, ids, columns)


def test_a_handful_of_orders_is_shrunk_to_the_siblings(account: AdAccount) -> None:
    found = estimates(frame(account, [(20.0, 2.0, 200.0), *WIDE]), 7)
    assert found.reported[0] == 10
    assert 1.5 < found.roas[0] < 7
    assert found.low[0] < found.roas[0] < found.high[0]


def test_much_data_speaks_for_itself(account: AdAccount) -> None:
    found = estimates(frame(account, [(50_000.0, 4_000.0, 200_000.0), *WIDE]), 7)
    assert found.roas[0] == pytest.approx(4.0, rel=0.15)
    assert found.confidence[0] > 0.95
    assert found.above(2.0)[0] > 0.95


def test_what_is_not_reported_yet_is_allowed_for(account: AdAccount) -> None:
    """The same figures, all of yesterday's money, whose results are not all in."""
    rows = [(50_000.0, 2_000.0, 100_000.0), *WIDE]
    old, new = (estimates(frame(account, rows, new=new), 7).roas[0] for new in (False, True))
    assert 1.05 < new / old < 1.5


def test_the_learned_curve_is_used_where_it_is_told(account: AdAccount) -> None:
    made = frame(account, WIDE)
    usual = visible(made, account, 7)
    shares = [0.3 if hours < 48 else 1.0 if hours > 200 else None for hours in AGES]
    MaturityCurve.objects.create(
        account=account, action_type=account.conversion_action_type, day=NOW.date(), made_at=NOW, shares=shares,
        conversions=99, days=9,
    )  # fmt: skip
    learned = visible(made, account, 7)
    assert learned[0] == pytest.approx(0.3)
    assert learned[-1] == usual[-1]
    assert (np.diff(usual) >= 0).all()


def test_uploaded_sales_count(account: AdAccount) -> None:
    rows = [(1_000.0, 10.0, 1_000.0), *WIDE]
    before = estimates(frame(account, rows), 7)
    at = NOW - timedelta(days=2)
    OfflineConversion.objects.create(
        account=account, ad_set_id="0", local_date=at.date(), at=at, value=5000, known_at=NOW, event_id="1",
        upload=OfflineUpload.objects.create(account=account, source="shop.csv", uploaded_at=NOW),
    )  # fmt: skip
    after = estimates(frame(account, rows), 7)
    assert (before.reported[0], after.reported[0]) == (1.0, 6.0)
    assert after.roas[0] > before.roas[0]


def test_unknown_and_unspent_is_not_known(account: AdAccount) -> None:
    found = estimates(frame(account, [(np.nan, 5, 50), (0, 0, 0), (100, 5, np.nan), (100, 5, 200), *WIDE]), 7)
    assert found.known[:4].tolist() == [False, False, False, True]
    assert found.confidence[:3].tolist() == [0, 0, 0]
    assert np.isnan(found.roas[:3]).all()


def test_a_return_that_cannot_be_right_is_flagged_and_less_sure(account: AdAccount) -> None:
    rows = [(1_000.0, 900.0, 60_000.0), (1_000.0, 900.0, 49_000.0), (1_000.0, 20.0, -5_000.0), *WIDE]
    found = estimates(frame(account, rows), 7)
    assert found.outlier[:4].tolist() == [True, False, True, False]
    assert found.confidence[0] <= 0.5 < found.confidence[1]


@pytest.mark.parametrize(
    ("orders", "says"),
    [
        (6_000, lambda found: found.above(2.0)),
        (3_500, lambda found: found.above(1.5) - found.above(2.0)),
        (2_000, lambda found: 1 - found.above(1.5)),
        (500, lambda found: 1 - found.above(0.8)),
    ],
)
def test_the_confidence_is_that_of_what_the_optimiser_says(account: AdAccount, orders: float, says: Any) -> None:
    found: Estimates = estimates(frame(account, [(100_000.0, orders, orders * 50.0), *WIDE]), 7)
    assert found.confidence[0] == pytest.approx(says(found)[0])
    assert found.confidence[0] > 0.55


def test_other_marks_other_statements(account: AdAccount) -> None:
    made = frame(account, [(10_000.0, 500.0, 25_000.0), *WIDE])
    usual, eager = estimates(made, 7), estimates(made, 7, Marks(scale_up=1.0))
    assert eager.confidence[0] == pytest.approx(usual.above(1.0)[0])
    assert eager.confidence[0] > usual.confidence[0]


def test_other_look_backs_are_refused(account: AdAccount) -> None:
    with pytest.raises(ValueError, match="3, 7, 14, 30"):
        estimates(frame(account, WIDE), 5)


def test_ten_thousand_rows_take_no_time(account: AdAccount) -> None:
    random = np.random.default_rng(3)
    rows = [(float(spend), float(spend // 25), float(spend * 2)) for spend in random.lognormal(5, 1, 10_000)]
    found = estimates(frame(account, rows), 7)
    assert found.known.all()
    assert (found.low <= found.high).all()
