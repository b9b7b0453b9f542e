"""Two targetings that mean the same are the same, however Meta writes them."""

from typing import Any

import pytest

from metaads.sameness import same_targeting

OLD: dict[str, Any] = {"age_min": 25, "age_max": 45, "geo_locations": {"countries": ["DE", "AT"]}}


@pytest.mark.parametrize(
    "live",
    [
        {"age_min": 25, "age_max": 45, "geo_locations": {"countries": ["AT", "DE"]}},
        {"age_min": "25", "age_max": 45, "geo_locations": {"countries": ["DE", "AT"], "location_types": ["home"]}},
        {**OLD, "targeting_automation": {"advantage_audience": 0}, "brand_safety_content_filter_levels": ["X"]},
        {**OLD, "excluded_custom_audiences": []},
    ],
    ids=["another order", "numbers as text, and a default inside", "defaults beside", "an empty list"],
)
def test_order_and_what_meta_adds_make_no_difference(live: dict[str, Any]) -> None:
    assert same_targeting(live, OLD, OLD)


@pytest.mark.parametrize(
    "live",
    [
        {**OLD, "age_max": 65},
        {**OLD, "geo_locations": {"countries": ["DE"]}},
        {**OLD, "geo_locations": {"countries": ["DE", "AT", "CH"]}},
        {key: value for key, value in OLD.items() if key != "age_min"},
        None,
    ],
)
def test_another_value_of_what_we_know_is_another_targeting(live: Any) -> None:
    assert not same_targeting(live, OLD, OLD)


def test_audiences_are_told_apart_by_id_and_not_by_name() -> None:
    wanted = {"excluded_custom_audiences": [{"id": "7"}]}
    assert same_targeting({"excluded_custom_audiences": [{"id": 7, "name": "Buyers"}]}, wanted, {})
    assert not same_targeting({"excluded_custom_audiences": [{"id": "8", "name": "Buyers"}]}, wanted, {})


def test_what_we_take_away_must_be_gone() -> None:
    """`genders` was there before and is not wanted: as long as Meta shows it, nothing has taken effect."""
    before = {**OLD, "genders": [1]}
    assert not same_targeting(before, OLD, before)
    assert same_targeting(OLD, OLD, before)
