"""adjust_bid and set_bid_strategy: strategy and amount go together, what has no amount is refused with a remedy."""

from typing import Any

import pytest
from pydantic import ValidationError

from metaads.bids import AUTOMATIC, BID_CAP, COST_CAP, MIN_ROAS, ad_set_bid, campaign_bid
from optimization.entities import Entity
from optimization.kinds import KINDS, FieldChange, Refusal, describe
from optimization.models import Action
from tests.factories.optimization import entity

ADJUST, STRATEGY = "adjust_bid", "set_bid_strategy"


def capped(strategy: str = COST_CAP, amount: int | None = 1_200, **changes: Any) -> Entity:
    return entity(bid=ad_set_bid(strategy, amount, changes.pop("floor", None)), **changes)


def campaign(strategy: str = COST_CAP, **amounts: int | None) -> Entity:
    below = {name.strip("s"): amount for name, amount in amounts.items()}
    return entity(
        "21",
        level="campaign",
        daily_budget=50_000,
        parent_ids=(),
        bid=campaign_bid(strategy, below),
        ad_set_ids=tuple(sorted(below)),
    )


def change(kind: str, thing: Entity, currency: str = "EUR", **parameters: Any) -> FieldChange:
    made = ask(kind, thing, currency, **parameters)
    assert isinstance(made, FieldChange), made
    return made


def ask(kind: str, thing: Entity, currency: str = "EUR", **parameters: Any) -> FieldChange | Refusal:
    checked = KINDS[kind].Parameters(**parameters).model_dump(mode="json", exclude_none=True)
    return KINDS[kind].change(thing, checked, currency)


def refusal(kind: str, thing: Entity, **parameters: Any) -> str:
    made = ask(kind, thing, **parameters)
    assert isinstance(made, Refusal), made
    return made.reason


@pytest.mark.parametrize(
    ("before", "parameters", "after"),
    [
        (1_200, {"percent": -15}, 1_020),
        (1_200, {"percent": 12.5}, 1_350),
        (1_201, {"percent": -50}, 601),
        (1_200, {"amount": "-0.50"}, 1_150),
        (1_200, {"amount": 3}, 1_500),
        (1_200, {"percent": -50, "lower": "10.00"}, 1_000),
        (1_200, {"percent": 50, "upper": 13}, 1_300),
        (1, {"percent": -90}, 1),
    ],
)
def test_a_step_of_a_bid_ends_in_whole_cents_inside_its_bounds(
    before: int, parameters: dict[str, Any], after: int
) -> None:
    made = ask(ADJUST, capped(amount=before), **parameters)
    if before == after:
        assert isinstance(made, Refusal)
        return
    assert isinstance(made, FieldChange)
    assert made.field == "bid"
    assert made.wanted == {"bid_strategy": COST_CAP, "bid_amount": after, "bid_constraints": None}
    assert made.before == ad_set_bid(COST_CAP, before, None)


def test_yen_are_whole_yen() -> None:
    assert change(ADJUST, capped(amount=1_205), "JPY", percent=-15).wanted["bid_amount"] == 1_024
    assert change(ADJUST, capped(amount=1_205), "JPY", amount=100).wanted["bid_amount"] == 1_305


def test_automatic_bidding_has_no_amount_and_the_remedy_is_named() -> None:
    assert "set a bid strategy with an amount first" in refusal(ADJUST, capped(AUTOMATIC), percent=-10)


@pytest.mark.parametrize("thing", [entity(), entity(bid=ad_set_bid(COST_CAP, None, None))])
def test_a_bid_that_is_not_known_is_left_alone(thing: Entity) -> None:
    assert "unknown" in refusal(ADJUST, thing, percent=-10)


def test_a_roas_floor_moves_by_percent_and_not_by_money() -> None:
    thing = capped(MIN_ROAS, None, floor={"roas_average_floor": 15_000})
    made = change(ADJUST, thing, percent=10)
    assert made.wanted == {
        "bid_strategy": MIN_ROAS,
        "bid_amount": None,
        "bid_constraints": {"roas_average_floor": 16_500},
    }
    assert "no amount of money" in refusal(ADJUST, thing, amount=1)
    assert "no amount of money" in refusal(ADJUST, thing, percent=5, upper=9)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [({"percent": 20, "upper": 11}, "upper bound"), ({"percent": -20, "lower": 13}, "lower bound")],
)
def test_a_bound_never_turns_the_step_round(parameters: dict[str, Any], words: str) -> None:
    assert words in refusal(ADJUST, capped(), **parameters)


def test_a_bid_cap_above_the_daily_budget_is_refused_before_meta_does() -> None:
    assert "raise the budget" in refusal(ADJUST, capped(BID_CAP, 9_000), percent=50)
    assert change(ADJUST, capped(COST_CAP, 9_000), percent=50).wanted["bid_amount"] == 13_500


def test_under_a_campaign_budget_one_request_steps_the_bids_of_all_ad_sets() -> None:
    made = change(ADJUST, campaign(s31=1_200, s32=800), percent=-10)
    assert made.wanted["bid_strategy"] == COST_CAP
    assert made.wanted["adset_bid_amounts"] == {"31": 1_080, "32": 720}
    assert "unknown" in refusal(ADJUST, campaign(s31=1_200, s32=None), percent=-10)


def test_a_campaign_without_a_budget_has_no_bid_of_its_own() -> None:
    thing = entity("21", level="campaign", daily_budget=None, parent_ids=())
    for kind, parameters in ((ADJUST, {"percent": 5}), (STRATEGY, {"strategy": "automatic"})):
        assert "change the bid there" in refusal(kind, thing, **parameters)


@pytest.mark.parametrize(
    ("parameters", "bid"),
    [
        ({"strategy": "automatic"}, ad_set_bid(AUTOMATIC, None, None)),
        ({"strategy": "bid_cap", "amount": "9.50"}, ad_set_bid(BID_CAP, 950, None)),
        ({"strategy": "cost_cap", "amount": 9}, ad_set_bid(COST_CAP, 900, None)),
        ({"strategy": "roas_floor", "roas": "1.25"}, ad_set_bid(MIN_ROAS, None, {"roas_average_floor": 12_500})),
    ],
)
def test_a_strategy_comes_with_what_it_needs_and_its_inverse_is_the_whole_old_bid(
    parameters: dict[str, Any], bid: dict[str, Any]
) -> None:
    made = change(STRATEGY, capped(), **parameters)
    assert (made.before, made.wanted) == (ad_set_bid(COST_CAP, 1_200, None), bid)
    assert KINDS[ADJUST].inverse_key() == KINDS[STRATEGY].inverse_key() == STRATEGY


def test_the_same_strategy_with_the_same_amount_is_no_change() -> None:
    assert "stay as it is" in refusal(STRATEGY, capped(), strategy="cost_cap", amount=12)


def test_an_ad_set_under_a_campaign_budget_keeps_the_campaigns_strategy() -> None:
    thing = capped(daily_budget=None, home=campaign(s31=1_200))
    assert "change it there" in refusal(STRATEGY, thing, strategy="automatic")
    assert change(STRATEGY, thing, strategy="cost_cap", amount=10).wanted["bid_amount"] == 1_000


def test_a_campaign_goes_over_to_a_cap_with_an_amount_for_each_ad_set() -> None:
    made = change(STRATEGY, campaign(AUTOMATIC, s31=None, s32=None), strategy="cost_cap", amount=12)
    assert made.wanted["adset_bid_amounts"] == {"31": 1_200, "32": 1_200}
    assert "adset_bid_amounts" not in made.before
    back = change(STRATEGY, campaign(s31=1_200, s32=800), strategy="automatic")
    assert back.before["adset_bid_amounts"] == {"31": 1_200, "32": 800}


def test_what_meta_does_not_do_to_a_campaign_in_one_request_is_refused() -> None:
    assert "by hand" in refusal(STRATEGY, campaign(s31=1_200), strategy="roas_floor", roas=2)
    assert "by hand" in refusal(STRATEGY, campaign(MIN_ROAS, s31=None), strategy="automatic")
    many = {f"s{number}": None for number in range(100, 171)}
    assert "more than 70" in refusal(STRATEGY, campaign(AUTOMATIC, **many), strategy="cost_cap", amount=12)


@pytest.mark.parametrize(
    ("kind", "parameters", "named"),
    [
        (ADJUST, {}, "percent or amount"),
        (ADJUST, {"percent": 5, "amount": 5}, "percent or amount"),
        (ADJUST, {"percent": 0}, "percent"),
        (ADJUST, {"percent": -100}, "percent"),
        (ADJUST, {"percent": "NaN"}, "percent"),
        (ADJUST, {"amount": 0}, "amount"),
        (ADJUST, {"percent": 5, "lower": 9, "upper": 8}, "lower 9 is above upper 8"),
        (STRATEGY, {"strategy": "cost_cap"}, "amount: Needed for cost cap"),
        (STRATEGY, {"strategy": "automatic", "amount": 4}, "amount: Leave it empty"),
        (STRATEGY, {"strategy": "roas_floor"}, "roas: Needed"),
        (STRATEGY, {"strategy": "cost_cap", "amount": 4, "roas": 2}, "roas: Leave it empty"),
        (STRATEGY, {"strategy": "roas_floor", "roas": 0}, "roas: 0 is outside"),
        (STRATEGY, {"strategy": "target_cost"}, "strategy"),
    ],
)
def test_senseless_parameters_are_refused_by_name(kind: str, parameters: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        KINDS[kind].Parameters(**parameters)
    assert named in str(refused.value)


def _action(before: Any, after: Any, kind: str = ADJUST) -> Action:
    return Action(kind=kind, entity_name="EU", field="bid", value_before=before, value_final=after, currency="EUR")


@pytest.mark.parametrize(
    ("before", "after", "verb", "text"),
    [
        (
            ad_set_bid(COST_CAP, 1_200, None),
            ad_set_bid(COST_CAP, 1_020, None),
            "Lower bid",
            "cost cap 12.00 EUR → 10.20 EUR, −15 %",
        ),
        (
            ad_set_bid(MIN_ROAS, None, {"roas_average_floor": 15_000}),
            ad_set_bid(MIN_ROAS, None, {"roas_average_floor": 16_500}),
            "Raise ROAS floor",
            "ROAS floor 1.5 → 1.65, +10 %",
        ),
        (
            ad_set_bid(AUTOMATIC, None, None),
            ad_set_bid(COST_CAP, 1_020, None),
            "Set bid strategy",
            "automatic (highest volume) → cost cap 10.20 EUR",
        ),
        (
            campaign_bid(COST_CAP, {"31": 1_200, "32": 800}),
            campaign_bid(COST_CAP, {"31": 1_080, "32": 720}),
            "Lower bid",
            "cost cap 8.00 to 12.00 EUR on its ad sets → 7.20 to 10.80 EUR on its ad sets, −10 %",
        ),
    ],
)
def test_a_headline_says_both_bids(before: Any, after: Any, verb: str, text: str) -> None:
    for kind in (ADJUST, STRATEGY):
        head = describe(_action(before, after, kind))
        assert (head.verb, head.change) == (verb, text)


def test_a_bid_begins_learning_anew_and_may_act_alone_while_an_audience_never_does() -> None:
    for kind in (ADJUST, STRATEGY):
        assert KINDS[kind].resets_learning
        assert KINDS[kind].may_act_alone
