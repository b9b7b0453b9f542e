"""The numbers in values: what a percentage, a stake and a bound of a change are reckoned with."""

from decimal import Decimal
from typing import Any

import pytest

from metaads.bids import AUTOMATIC, BID_CAP, COST_CAP, MIN_ROAS, ad_set_bid, campaign_bid
from optimization.amounts import size_of, sizes, within
from optimization.queue.propose import percent_change, stake_of

CAP = ad_set_bid(COST_CAP, 1_200, None)
LOWER = ad_set_bid(COST_CAP, 900, None)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (10_000, 10_000),
        ("PAUSED", None),
        (True, None),
        (None, None),
        (CAP, 1_200),
        (ad_set_bid(MIN_ROAS, None, {"roas_average_floor": 15_000}), 15_000),
        (ad_set_bid(AUTOMATIC, None, None), None),
        (campaign_bid(COST_CAP, {"31": 100, "32": 250}), 350),
        (campaign_bid(COST_CAP, {"31": 100, "32": None}), None),
        ({"age_min": 18}, None),
    ],
)
def test_the_number_of_a_value(value: Any, size: int | None) -> None:
    assert size_of(value) == size


def test_amounts_of_different_strategies_are_not_compared() -> None:
    assert sizes(CAP, ad_set_bid(BID_CAP, 900, None)) is None
    assert sizes(CAP, LOWER) == (1_200, 900)


def test_a_bid_has_a_percentage_and_moves_that_share_of_the_spend() -> None:
    assert percent_change(CAP, LOWER) == Decimal("-25.00")
    assert stake_of("bid", CAP, LOWER, 4_000) == 1_000
    assert stake_of("bid", CAP, LOWER, None) is None


def test_an_audience_and_another_strategy_put_the_whole_spend_at_stake() -> None:
    assert percent_change({"age_min": 18}, {"age_min": 25}) is None
    assert stake_of("targeting", {"age_min": 18}, {"age_min": 25}, 4_000) == 4_000
    assert stake_of("bid", CAP, ad_set_bid(AUTOMATIC, None, None), 4_000) == 4_000


def test_a_rules_own_bound_holds_for_bids_too() -> None:
    far = ad_set_bid(COST_CAP, 600, None)
    assert within(CAP, far, 10) == ad_set_bid(COST_CAP, 1_080, None)
    assert within(CAP, LOWER, 30) == LOWER
    floors = [ad_set_bid(MIN_ROAS, None, {"roas_average_floor": floor}) for floor in (10_000, 20_000, 11_000)]
    assert within(floors[0], floors[1], 10) == floors[2]
    below = campaign_bid(COST_CAP, {"31": 100, "32": 250})
    assert within(below, campaign_bid(COST_CAP, {"31": 200, "32": 500}), 20) == campaign_bid(
        COST_CAP, {"31": 120, "32": 300}
    )
    assert within(10_000, 13_000, 12.5) == 11_250
    assert within("ACTIVE", "PAUSED", 5) == "PAUSED"
