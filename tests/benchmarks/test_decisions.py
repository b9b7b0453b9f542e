"""The decision benchmark's harness: it lives, counts right, and compares right."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from metaads.sandbox.world.columns import Metric
from tests.benchmarks.decisions.compare import compared, markdown, over_worlds
from tests.benchmarks.decisions.life import live
from tests.benchmarks.decisions.meter import Meter
from tests.benchmarks.decisions.outlook import purses
from tests.benchmarks.decisions.worlds import START, Place, hours, served

TINY = {"campaigns": 2, "ad_sets": 4, "ads": 6, "history_days": 8, "objective": "OUTCOME_SALES"}
PLACE = Place("tiny", 3, TINY)


@pytest.mark.django_db(transaction=True)
def test_half_a_day_of_the_oracle_goes_through_queue_rails_and_executor() -> None:
    nothing = live({"place": PLACE.as_json(), "arm": "nothing", "hours": 12, "step_hours": 2})
    oracle = live({"place": PLACE.as_json(), "arm": "oracle", "hours": 12, "step_hours": 2})

    assert nothing["writes"] == 0
    assert oracle["troubles"] == {}
    assert oracle["writes"] == sum(oracle["executed"].values()) > 0
    assert oracle["profit"] > nothing["profit"]


def test_a_meter_counts_what_the_world_delivered_and_no_history() -> None:
    with served(replace(PLACE, options={**TINY, "corrections": False})) as here:
        before = here.account.daily[: here.account.days].sum(axis=0)
        meter = Meter(here.world)
        here.control.advance(hours(24))
        after = here.account.daily[: here.account.days].sum(axis=0)
        figures = meter.figures()

    assert figures["spend"] == pytest.approx((after - before)[:, Metric.SPEND].sum() / 100)
    assert figures["link_clicks"] == (after - before)[:, Metric.LINK_CLICKS].sum()
    assert figures["profit"] == pytest.approx(figures["value"] - figures["spend"], abs=0.02)
    assert 0 <= figures["wasted"] <= figures["spend"]


def test_expected_value_is_what_is_booked_on_average() -> None:
    with served(Place("broad", 5, {"objective": "OUTCOME_SALES"})) as here:
        meter = Meter(here.world)
        here.control.advance(hours(24 * 20))
        figures = meter.figures()

    booked = figures["profit_booked"] + figures["spend"]
    assert booked == pytest.approx(figures["value"], rel=0.08)


def test_the_outlook_foresees_a_quiet_account() -> None:
    quiet = Place("quiet", 4, {"objective": "OUTCOME_SALES", "seasonality": False})
    with served(quiet) as here:
        meter = Meter(here.world)
        foreseen = sum(purse.day(purse.budget) for purse in purses(here.account, here.world.options)) / 100
        here.control.advance(hours(24 * 7))
        figures = meter.figures()

    assert foreseen * 7 == pytest.approx(figures["profit"], rel=0.25)


def test_worlds_are_the_same_again() -> None:
    sums = []
    for _ in range(2):
        with served(PLACE) as here:
            assert here.world.clock.now() == START.timestamp()
            here.control.advance(hours(5))
            sums.append(here.account.daily.sum(axis=(0, 1)))
    assert np.array_equal(*sums)


def _figures(**changed: Any) -> dict[str, Any]:
    base = {"spend": 100.0, "value": 150.0, "profit": 50.0, "profit_booked": 50.0, "wasted": 40.0}
    return {**base, "impressions": 10_000, "link_clicks": 100, "writes": 0, "restarts": 0, **changed}


def test_an_arm_is_compared_with_doing_nothing_and_with_its_own_oracle() -> None:
    world = {
        "nothing": _figures(),
        "oracle": _figures(value=270.0, spend=120.0, profit=150.0),
        "marginal": _figures(value=220.0, spend=100.0, profit=120.0, wasted=4.0, link_clicks=125, writes=7),
        "marginal_held": _figures(profit=60.0),
    }
    found = compared(world, "marginal")

    assert found["share"] == pytest.approx(0.7)
    assert found["gain_percent"] == pytest.approx(70.0)
    assert found["roas"] == pytest.approx(100 * (2.2 / 1.5 - 1))
    assert found["wasted"] == pytest.approx(-90.0)
    assert found["ctr"] == pytest.approx(25.0)
    assert found["cpc"] == pytest.approx(-20.0)
    assert found["edits"] == 7
    assert compared(world, "marginal_held")["share"] is None


def test_shares_are_pooled_over_worlds_and_failures_left_out() -> None:
    good = {"nothing": _figures(profit=0.0), "oracle": _figures(profit=300.0), "marginal": _figures(profit=240.0)}
    poor = {"nothing": _figures(profit=0.0), "oracle": _figures(profit=100.0), "marginal": _figures(profit=40.0)}
    results = {"a": good, "b": poor, "c": {**good, "marginal": {"failed": "exit code 1"}}}
    row = over_worlds(results, ["marginal"])["marginal"]

    assert row["pooled"] == {"share": pytest.approx(0.7), "worlds": 2}
    assert (row["share"]["least"], row["share"]["most"]) == (0.4, 0.8)
    assert "60 % (40 to 80)" in markdown(results, ["marginal"])
