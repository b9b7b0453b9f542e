"""What a change is expected to bring over 7 days."""

import pytest

from optimization.outcomes.expected import again, change_of

BASIS = {"spend": 1_000.0, "conversions": [0.0005, 0.001, 0.002], "value": [1.0, 2.0, 4.0], "weeks": 0.2}


def test_a_pause_takes_all_spend_and_all_results() -> None:
    figures = change_of(BASIS, "status", "ACTIVE", "PAUSED")["figures"]
    assert figures["spend"][1] == -7_000
    assert figures["conversions"][1] == -7.0
    assert figures["value"][1] == -14_000
    assert figures["money"][1] == -7_000
    assert figures["money"][0] < figures["money"][1] < figures["money"][2]
    assert figures["cpa"] == figures["roas"] == [None, None, None]


def test_switching_on_is_the_opposite() -> None:
    off, on = (change_of(BASIS, "status", "", word)["figures"] for word in ("PAUSED", "ACTIVE"))
    assert [off[name][1] + on[name][1] for name in ("spend", "conversions", "value", "money")] == [0, 0, 0, 0]


def test_more_budget_brings_less_than_its_share_of_results() -> None:
    figures = change_of(BASIS, "daily_budget", 1_000, 1_200)["figures"]
    assert figures["spend"][1] == pytest.approx(7_000 * 0.2)
    assert figures["conversions"][1] == pytest.approx(7 * (1.2**0.8 - 1), abs=0.01)
    assert figures["cpa"][1] > 0 > figures["roas"][1]
    assert figures["cpa"][0] == 0, "the best case is that results follow spend in proportion"


def test_budget_that_is_not_used_up_need_not_bring_anything() -> None:
    spend = change_of(BASIS, "daily_budget", 4_000, 4_800)["figures"]["spend"]
    assert spend[0] == 0
    assert spend[1] == pytest.approx(7_000 * 0.2 * 0.25, rel=0.01)


def test_a_cut_that_still_leaves_room_takes_nothing() -> None:
    spend = change_of(BASIS, "daily_budget", 4_000, 3_200)["figures"]["spend"]
    assert spend[1] == 0
    assert spend[0] < 0


@pytest.mark.parametrize(
    ("basis", "field", "before", "after", "why"),
    [
        (None, "status", "ACTIVE", "PAUSED", "not at hand"),
        ({**BASIS, "spend": None}, "status", "ACTIVE", "PAUSED", "spend is unknown"),
        ({**BASIS, "spend": 0.0}, "status", "PAUSED", "ACTIVE", "spent nothing"),
        (BASIS, "targeting", {}, {"age_min": 20}, "cannot be told"),
        (BASIS, "daily_budget", 0, 500, "no budget to compare"),
    ],
)
def test_what_is_not_known_stays_unknown_with_the_reason(
    basis: object, field: str, before: object, after: object, why: str
) -> None:
    said = change_of(basis, field, before, after)  # type: ignore[arg-type]
    assert said["figures"] == {}
    assert why in said["why"]


def test_unknown_rates_leave_spend_known() -> None:
    figures = change_of({**BASIS, "conversions": None, "value": None}, "status", "ACTIVE", "PAUSED")["figures"]
    assert figures["spend"][1] == -7_000
    assert figures["conversions"] == figures["value"] == figures["money"] == [None, None, None]


def test_another_value_is_told_from_the_same_basis() -> None:
    first = change_of(BASIS, "daily_budget", 1_000, 1_200)
    assert again(first, "daily_budget", 1_000, 1_100) == change_of(BASIS, "daily_budget", 1_000, 1_100)
    assert again(None, "daily_budget", 1_000, 1_100) is None
