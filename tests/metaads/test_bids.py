"""A bid is one value: read, compared and sent with its strategy."""

from metaads.bids import AUTOMATIC, BID_CAP, COST_CAP, MIN_ROAS, ad_set_bid, bid_params, campaign_bid

FLOOR = {"roas_average_floor": 15_000}


def test_a_strategy_that_meta_did_not_tell_is_no_bid() -> None:
    assert ad_set_bid("", 1200, None) is None
    assert campaign_bid(None, {"31": 1200}) is None


def test_a_cap_has_its_amount_a_floor_its_floor_and_automatic_bidding_neither() -> None:
    assert ad_set_bid(COST_CAP, 1200, FLOOR) == {
        "bid_strategy": COST_CAP,
        "bid_amount": 1200,
        "bid_constraints": None,
    }
    assert ad_set_bid(MIN_ROAS, 1200, FLOOR) == {
        "bid_strategy": MIN_ROAS,
        "bid_amount": None,
        "bid_constraints": FLOOR,
    }
    left_over = ad_set_bid(AUTOMATIC, 1200, {})
    assert left_over == ad_set_bid(AUTOMATIC, None, None)


def test_the_amounts_of_a_campaign_belong_to_capped_strategies_only() -> None:
    amounts = {"32": 900, "31": 1200}
    capped = campaign_bid(BID_CAP, amounts)
    assert capped is not None
    assert list(capped["adset_bid_amounts"]) == ["31", "32"]
    assert "adset_bid_amounts" not in (campaign_bid(AUTOMATIC, amounts) or {})


def test_the_strategy_is_always_sent_with_the_amount() -> None:
    """Alone, an amount turns an ad set into a bid cap (reference 6.2)."""
    assert bid_params(ad_set_bid(COST_CAP, 1200, None) or {}) == {"bid_strategy": COST_CAP, "bid_amount": 1200}
    assert bid_params(ad_set_bid(MIN_ROAS, None, FLOOR) or {}) == {"bid_strategy": MIN_ROAS, "bid_constraints": FLOOR}
    assert bid_params(ad_set_bid(AUTOMATIC, 700, None) or {}) == {"bid_strategy": AUTOMATIC}
    assert bid_params(campaign_bid(COST_CAP, {"31": 5}) or {}) == {
        "bid_strategy": COST_CAP,
        "adset_bid_amounts": {"31": 5},
    }
