"""Values of actions in words that a media buyer reads."""

from typing import Any

import pytest

from metaads.bids import AUTOMATIC, COST_CAP, MIN_ROAS, ad_set_bid, campaign_bid
from optimization.value_words import change_text, value_text

PEOPLE: dict[str, Any] = {"geo_locations": {"countries": ["DE"]}, "age_min": 25}


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("status", "PAUSED", "Paused"),
        ("daily_budget", 840_000, "8,400.00 EUR a day"),
        ("lifetime_budget", 840_000, "8,400.00 EUR in all"),
        ("daily_budget", None, "unknown"),
        ("bid", ad_set_bid(COST_CAP, 1_200, None), "cost cap 12.00 EUR"),
        ("bid", ad_set_bid(AUTOMATIC, None, None), "automatic (highest volume)"),
        ("bid", ad_set_bid(MIN_ROAS, None, {"roas_average_floor": 12_500}), "ROAS floor 1.25"),
        ("bid", ad_set_bid("TARGET_COST", None, None), "target_cost"),
        ("bid", campaign_bid(COST_CAP, {"31": 100, "32": 100}), "cost cap 1.00 EUR on each ad set"),
        ("targeting", PEOPLE, "Age 25–65+, all genders, DE"),
        (
            "targeting",
            {
                "genders": [2],
                "age_max": 54,
                "geo_locations": {"countries": ["DE", "AT", "CH", "FR"], "cities": [{"key": "1"}]},
                "excluded_custom_audiences": [{"id": "1"}, {"id": "2"}],
                "targeting_automation": {"advantage_audience": 1},
            },
            "Age 18–54, women, DE, AT, CH, 1 more country, 1 smaller place, excludes 2 audiences, "
            "Advantage+ audience on",
        ),
    ],
)
def test_a_value_in_words(field: str, value: Any, text: str) -> None:
    assert value_text(field, value, "EUR") == text


def test_a_change_names_only_what_differs() -> None:
    assert change_text("targeting", PEOPLE, {**PEOPLE, "age_min": 30}, "EUR") == "Age 25–65+ → 30–65+"
    assert change_text("targeting", PEOPLE, dict(PEOPLE), "EUR") == "the same"
    other = {**PEOPLE, "flexible_spec": [1], "geo_locations": {"countries": ["DE"], "cities": [1]}}
    assert change_text("targeting", PEOPLE, other, "EUR") == "other: flexible_spec; smaller places changed"
    assert change_text("daily_budget", 100, 200, "JPY") == "100 JPY a day → 200 JPY a day"
