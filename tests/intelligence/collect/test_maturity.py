"""Maturity curves: learned from revisions, told only on enough evidence; corrected figures come nearer to the final."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from intelligence.collect.again import again
from intelligence.collect.maturity import fit, learn_maturity, observed, tolerance
from intelligence.metrics import windows
from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.families.base import numbers
from intelligence.metrics.maturity import AGES, DEFAULT, share_at
from intelligence.metrics.table import build_frame
from intelligence.models import MaturityCurve
from metaads.models import AdAccount, Level
from metaads.sandbox.world.options import SIZES
from metaads.sync.structure import sync_structure
from tests.factories.intelligence import reading
from tests.factories.metaads import AdAccountFactory, CampaignFactory
from tests.intelligence.conftest import Meta

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)
TRUE = (0.60, 0.64, 0.70, 0.75, 0.80, 0.86, 0.92, 0.95, 0.97, 0.98, 1.0, 1.0, 1.0, 1.0, 1.0)


def days(count: int, final: float, curve: tuple[float, ...] = TRUE) -> list[dict[int, float]]:
    """Days of all ages: a younger one was seen at its first ages alone."""
    last = [min(len(AGES), n + 2) for n in range(count)]
    return [{AGES[k]: final * curve[k] for k in range(until)} for until in last]


def test_days_that_are_not_final_yet_tell_what_they_know() -> None:
    learned = fit(days(40, 200))
    assert learned.shares[5] == pytest.approx(TRUE[5], abs=0.02)
    assert learned.shares[0] == pytest.approx(TRUE[0], abs=0.03)
    assert learned.shares[-1] == 1


def test_with_few_results_nothing_is_told_below_seven_days() -> None:
    shares = fit(days(40, 0.4)).shares
    assert shares[: AGES.index(168)] == (None,) * AGES.index(168)
    assert shares[AGES.index(168)] == pytest.approx(DEFAULT[AGES.index(168)], abs=0.01)


def test_some_evidence_is_drawn_towards_the_default_and_much_is_not() -> None:
    little, much = fit(days(40, 4)).shares[5], fit(days(40, 4000)).shares[5]
    assert little is not None
    assert much is not None
    assert abs(much - TRUE[5]) < 0.005
    assert abs(little - TRUE[5]) > abs(much - TRUE[5])


def test_a_share_lies_between_its_neighbours_and_is_unknown_beside_an_unknown_one() -> None:
    assert TRUE[5] < share_at(TRUE, 30) < TRUE[6]
    assert share_at(TRUE, 24) == TRUE[5]
    assert share_at(TRUE, 5000) == 1
    assert np.isnan(share_at(TRUE, -1))
    assert np.isnan(share_at((None, *TRUE[1:]), 0.5))


@pytest.fixture
def account(db: None) -> AdAccount:
    account: AdAccount = CampaignFactory.create(meta_id="21").account
    return account


def test_a_day_counts_at_an_age_only_if_it_was_read_near_it(account: AdAccount) -> None:
    day = TODAY - timedelta(days=3)
    end = windows.day_end(day, account.zone)
    for hours, results in ((0.5, 10), (24, 14), (50, 15)):
        reading(account, Level.CAMPAIGN, day, end + timedelta(hours=hours), {"21": {"actions.purchase": results}})
    assert observed(account, TODAY, NOW) == [{0: 10, 1: 10, 24: 14, 48: 15}]
    assert tolerance(1) == timedelta(minutes=45)


def test_a_curve_is_learned_once_an_account_day(account: AdAccount) -> None:
    for ago in range(2, 40):
        day = TODAY - timedelta(days=ago)
        for age, share in zip(AGES, TRUE, strict=True):
            at = windows.day_end(day, account.zone) + timedelta(hours=age)
            if at <= NOW:
                reading(account, Level.CAMPAIGN, day, at, {"21": {"actions.purchase": round(1000 * share)}})
    curve = learn_maturity(account, NOW)
    assert curve is not None
    assert curve.shares[5] == pytest.approx(TRUE[5], abs=0.005)
    assert learn_maturity(account, NOW) is None
    assert learn_maturity(account, NOW + timedelta(days=1)) is not None


def test_days_that_were_read_once_teach_nothing(account: AdAccount) -> None:
    reading(account, Level.CAMPAIGN, TODAY - timedelta(days=9), NOW, {"21": {"actions.purchase": 50}})
    assert learn_maturity(account, NOW) is None


def curve(account: AdAccount, made_at: datetime, shares: tuple[float | None, ...] = TRUE) -> None:
    MaturityCurve.objects.create(
        account=account, day=made_at.date(), made_at=made_at, shares=list(shares), conversions=500, days=30
    )


def value(account: AdAccount, name: str, now: datetime = NOW) -> float:
    return float(numbers(column(build_frame(account, Level.CAMPAIGN, now), resolve(name)))[0])


def three_days(account: AdAccount) -> None:
    """Each with spend 10, 2 purchases worth 30, read 12, 36 and 60 hours after its end."""
    rows = {"21": {"spend": 10.0, "actions.purchase": 2.0, "action_values.purchase": 30.0, "impressions": 10.0}}
    read_at = windows.day_end(TODAY - timedelta(days=1), account.zone) + timedelta(hours=12)
    for ago in (1, 2, 3):
        reading(account, Level.CAMPAIGN, TODAY - timedelta(days=ago), read_at, rows)


def test_each_day_is_corrected_by_its_own_age_and_the_raw_figure_stays(account: AdAccount) -> None:
    three_days(account)
    curve(account, NOW)
    expected = sum(2 / share_at(TRUE, age) for age in (12, 36, 60))
    assert value(account, "conversions_3d") == 6
    assert value(account, "conversions_mature_3d") == pytest.approx(expected)
    assert value(account, "cpa_mature_3d") == pytest.approx(30 / expected)
    assert value(account, "roas_mature_3d") == pytest.approx(15 * expected / 30)


def test_without_a_curve_or_with_one_that_does_not_tell_it_is_unknown(account: AdAccount) -> None:
    three_days(account)
    assert np.isnan(value(account, "cpa_mature_3d"))
    curve(account, NOW, (*(None,) * 8, *TRUE[8:]))
    assert np.isnan(value(account, "cpa_mature_3d"))


def test_a_past_now_never_sees_a_later_curve(account: AdAccount) -> None:
    three_days(account)
    curve(account, NOW + timedelta(hours=1))
    assert np.isnan(value(account, "cpa_mature_3d"))
    assert not np.isnan(value(account, "cpa_mature_3d", NOW + timedelta(hours=1)))


def test_today_is_never_corrected(account: AdAccount) -> None:
    curve(account, NOW)
    reading(account, Level.CAMPAIGN, TODAY, NOW, {"21": {"spend": 1.0, "actions.purchase": 1.0}})
    assert np.isnan(value(account, "conversions_mature_today"))


def test_in_a_world_where_results_come_late_the_corrected_cpa_is_nearer_to_the_final_one(
    meet: Callable[..., Meta], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read at midnight and noon for 11 days; at noon, CPA of three days, raw and corrected, against what it became."""
    one = {"accounts": 1, "campaigns": 4, "ad_sets": 8, "ads": 16, "history_days": 5, "step_minutes": 60}
    monkeypatch.setitem(SIZES, "one", one)
    meta = meet(0, "one")
    account = meta.account
    sync_structure(account, meta.now)
    meta.advance(11.2)
    for _ in range(2 * 11 + 1):
        meta.advance(12)
        read(account, meta.now, 8)
    learn_maturity(account, meta.now)
    then = meta.now
    raw, corrected, spend = (
        whole(account, f"{name}_3d", then) for name in ("conversions", "conversions_mature", "spend")
    )
    meta.advance(24 * 9)
    read(account, meta.now, 13)
    final = sum(whole(account, f"conversions_@{ago}", meta.now) for ago in (10, 11, 12))
    assert raw < final
    assert abs(spend / corrected - spend / final) < abs(spend / raw - spend / final)


def read(account: AdAccount, now: datetime, days: int) -> None:
    today = windows.local_day(now, account.zone)
    assert again(account, today - timedelta(days=days), today, now, [Level.CAMPAIGN]).ok


def whole(account: AdAccount, name: str, now: datetime) -> float:
    """Of all campaigns together."""
    frame = build_frame(account, Level.CAMPAIGN, now)
    held = frame.columns.get(name) if "@" in name else column(frame, resolve(name))
    assert held is not None
    return float(np.nansum(numbers(held)))


def test_an_account_without_readings_learns_nothing(db: None) -> None:
    assert learn_maturity(AdAccountFactory.create(), NOW) is None
