"""Budget kinds: the step, its bounds and rounding, where the budget lives, what is refused, and the words for it."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from optimization.entities import Entity
from optimization.kinds import KINDS, FieldChange, Refusal, describe
from optimization.models import Action
from tests.factories.optimization import entity

INCREASE, DECREASE, SET = "increase_budget", "decrease_budget", "set_budget"


def change(kind: str, thing: Entity, currency: str = "EUR", **parameters: Any) -> FieldChange | Refusal:
    checked = KINDS[kind].Parameters(**parameters).model_dump(exclude_none=True)
    return KINDS[kind].change(thing, checked, currency)


def wanted(kind: str, before: int, currency: str = "EUR", **parameters: Any) -> Any:
    made = change(kind, entity(daily_budget=before), currency, **parameters)
    assert isinstance(made, FieldChange), made
    return made.wanted


def refusal(kind: str, thing: Entity, **parameters: Any) -> str:
    made = change(kind, thing, **parameters)
    assert isinstance(made, Refusal), made
    return made.reason


@pytest.mark.parametrize(
    ("kind", "before", "parameters", "after"),
    [
        (INCREASE, 10_000, {"percent": 20}, 12_000),
        (INCREASE, 10_000, {"amount": "25.50"}, 12_550),
        (INCREASE, 333, {"percent": 10}, 366),
        (INCREASE, 335, {"percent": 10}, 369),
        (INCREASE, 10_000, {"percent": 50, "upper": 110}, 11_000),
        (INCREASE, 10_000, {"percent": "0.5"}, 10_050),
        (DECREASE, 10_000, {"percent": 30}, 7_000),
        (DECREASE, 10_000, {"amount": 4}, 9_600),
        (DECREASE, 10_000, {"percent": 90, "lower": 50}, 5_000),
        (DECREASE, 10_000, {"amount": 500}, 1),
        (SET, 10_000, {"amount": "84.00"}, 8_400),
    ],
)
def test_a_step_ends_in_whole_cents_inside_its_bounds(
    kind: str, before: int, parameters: dict[str, Any], after: int
) -> None:
    assert wanted(kind, before, **parameters) == after


@pytest.mark.parametrize(("amount", "currency", "least"), [("0.004", "EUR", "0.005"), ("0.4", "JPY", "0.5")])
def test_a_budget_that_rounds_to_nothing_is_refused_with_its_field(amount: str, currency: str, least: str) -> None:
    made = change(SET, entity(daily_budget=10_000), currency, amount=amount)
    assert isinstance(made, Refusal)
    assert made.reason.startswith("amount: it is less than the currency's smallest unit")
    assert wanted(SET, 10_000, currency, amount=least) == 1


@pytest.mark.parametrize("amount", ["1000000000001", "9" * 40, "1e400000", "-1", "0"])
@pytest.mark.parametrize("name", ["amount", "upper", "lower"])
def test_money_is_more_than_nothing_and_at_most_a_million_million(amount: str, name: str) -> None:
    sizes = {"amount": 5, name: amount} if name == "amount" else {"percent": 5, name: amount}
    with pytest.raises(ValidationError, match=r"must be more than 0|the most an amount can be"):
        KINDS[INCREASE].Parameters(**sizes)
    assert KINDS[SET].Parameters.model_validate({"amount": "1000000000000"})


def test_yen_are_whole_yen() -> None:
    assert wanted(INCREASE, 8_405, "JPY", percent=10) == 9_246
    assert wanted(INCREASE, 8_405, "JPY", amount=1_000) == 9_405
    assert wanted(SET, 8_405, "JPY", amount=9_000) == 9_000
    assert wanted(INCREASE, 8_405, "JPY", percent=50, upper=10_000) == 10_000


@pytest.mark.parametrize(
    ("kind", "parameters", "field"),
    [
        (INCREASE, {"percent": 5000}, "percent"),
        (INCREASE, {"percent": 0}, "percent"),
        (INCREASE, {"percent": -20}, "percent"),
        (INCREASE, {"percent": "NaN"}, "percent"),
        (INCREASE, {"percent": "Infinity"}, "percent"),
        (DECREASE, {"percent": 100}, "percent"),
        (DECREASE, {"percent": 5000}, "percent"),
        (DECREASE, {"amount": 0}, "amount"),
        (DECREASE, {}, "percent or amount"),
        (DECREASE, {"percent": 10, "amount": 5}, "percent or amount"),
        (DECREASE, {"percent": 10, "lower": 9, "upper": 8}, "lower 9 is above upper 8"),
        (DECREASE, {"percent": 10, "lower": -1}, "lower"),
        (SET, {"amount": -3}, "amount"),
        (SET, {"amount": "NaN"}, "amount"),
        (SET, {}, "amount"),
        (SET, {"amount": 5, "percent": 5}, "percent"),
    ],
)
def test_senseless_parameters_are_refused_by_name(kind: str, parameters: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        KINDS[kind].Parameters(**parameters)
    assert field in str(refused.value)


def test_a_percentage_of_5000_says_what_is_allowed_and_how_to_write_it() -> None:
    with pytest.raises(ValidationError, match=r"percent: 5000 is outside 0 to 1000\. Write 20 for 20 %"):
        KINDS[INCREASE].Parameters.model_validate({"percent": Decimal(5000)})


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        (INCREASE, {"percent": 20, "upper": 100}, "upper bound"),
        (INCREASE, {"percent": 20, "upper": 90}, "upper bound"),
        (INCREASE, {"percent": "0.001"}, "upper bound"),
        (DECREASE, {"percent": 20, "lower": 100}, "lower bound"),
        (DECREASE, {"percent": 20, "lower": 120}, "lower bound"),
        (SET, {"amount": 100}, "stay as it is"),
    ],
)
def test_a_step_that_changes_nothing_or_goes_the_wrong_way_is_refused(
    kind: str, parameters: dict[str, Any], words: str
) -> None:
    assert words in refusal(kind, entity(), **parameters)


def test_a_lifetime_budget_is_changed_in_its_own_field() -> None:
    made = change(DECREASE, entity(daily_budget=None, lifetime_budget=50_000), percent=10)
    assert isinstance(made, FieldChange)
    assert (made.field, made.before, made.wanted) == ("lifetime_budget", 50_000, 45_000)


@pytest.mark.parametrize("nothing", [None, 0])
def test_no_budget_anywhere_is_refused(nothing: int | None) -> None:
    assert "No budget" in refusal(DECREASE, entity(daily_budget=nothing, lifetime_budget=nothing), percent=10)


def _campaign(budget: int | None) -> Entity:
    return entity("21", level="campaign", name="Summer", daily_budget=budget, parent_ids=())


def test_asked_of_an_ad_of_an_abo_campaign_it_moves_to_the_ad_set_and_says_so() -> None:
    ad_set = entity("31", name="Lookalikes")
    ad = entity("41", level="ad", daily_budget=None, home=ad_set, parent_ids=("31", "21"))
    made = change(DECREASE, ad, percent=10)
    assert isinstance(made, FieldChange)
    assert (made.entity, made.wanted) == (ad_set, 9_000)
    assert made.note == "The budget lives on the ad set Lookalikes."


def test_asked_of_an_ad_of_a_cbo_campaign_it_moves_to_the_campaign() -> None:
    campaign = _campaign(40_000)
    made = change(INCREASE, entity("31", level="ad", daily_budget=None, home=campaign), percent=10)
    assert isinstance(made, FieldChange)
    assert (made.entity, made.before, made.wanted) == (campaign, 40_000, 44_000)
    assert made.note == "The budget lives on the campaign Summer."


def test_one_ad_set_does_not_change_the_budget_that_its_siblings_share() -> None:
    made = change(INCREASE, entity("31", level="adset", daily_budget=None, home=_campaign(40_000)), percent=10)
    assert isinstance(made, Refusal)
    assert "that of the campaign" in made.reason


def test_at_home_nothing_needs_to_be_said() -> None:
    made = change(DECREASE, _campaign(40_000), percent=10)
    assert isinstance(made, FieldChange)
    assert made.note == ""


def _action(kind: str, before: Any, after: Any, currency: str = "EUR", **columns: Any) -> Action:
    field = columns.pop("field", "daily_budget")
    return Action(
        kind=kind,
        entity_name="EU",
        field=field,
        value_before=before,
        value_final=after,
        currency=currency,
        **columns,
    )


@pytest.mark.parametrize(
    ("action", "verb", "change_text", "tone"),
    [
        (_action(DECREASE, 12_000, 8_400), "Lower budget", "120.00 → 84.00 EUR a day, −30 %", "bad"),
        (_action(INCREASE, 12_000, 14_400), "Raise budget", "120.00 → 144.00 EUR a day, +20 %", "good"),
        (_action(SET, 8_405, 9_246, "JPY"), "Raise budget", "8,405 → 9,246 JPY a day, +10 %", "watch"),
        (_action(SET, 9_246, 8_405, "JPY"), "Lower budget", "9,246 → 8,405 JPY a day, −9 %", "watch"),
        (
            _action(DECREASE, 500_000, 400_000, field="lifetime_budget"),
            "Lower budget",
            "5,000.00 → 4,000.00 EUR lifetime, −20 %",
            "bad",
        ),
    ],
)
def test_a_headline_shows_both_values_with_unit_span_and_percent(
    action: Action, verb: str, change_text: str, tone: str
) -> None:
    head = describe(action)
    assert (head.verb, head.name, head.change, head.tone) == (verb, "EU", change_text, tone)


def test_a_cut_that_a_person_modified_into_a_raise_reads_as_a_raise() -> None:
    assert describe(_action(DECREASE, 10_000, 11_000)).verb == "Raise budget"


def test_every_budget_change_is_put_back_by_setting_the_old_value() -> None:
    assert {KINDS[kind].inverse_key() for kind in (INCREASE, DECREASE, SET)} == {SET}
