"""What Meta adds to a targeting by itself is nobody's change."""

from typing import Any

import pytest

from optimization.guards import GUARDS, Outcome
from tests.factories.optimization import facts

OURS = {"age_min": 25, "excluded_custom_audiences": [{"id": "7"}], "geo_locations": {"countries": ["DE", "AT"]}}
ENRICHED = {
    "age_min": 25,
    "excluded_custom_audiences": [{"id": 7, "name": "Buyers"}],
    "geo_locations": {"countries": ["AT", "DE"], "location_types": ["home", "recent"]},
    "brand_safety_content_filter_levels": ["FACEBOOK_STANDARD"],
}


@pytest.mark.parametrize(
    ("current", "outcome"),
    [
        (ENRICHED, Outcome.PASS),
        ({**ENRICHED, "age_min": 30}, Outcome.BLOCK),
        ({**ENRICHED, "genders": [1]}, Outcome.BLOCK),
    ],
)
def test_what_meta_adds_to_a_targeting_is_no_drift(current: dict[str, Any], outcome: Outcome) -> None:
    """`genders` is what the undo takes away, so it may not be there already."""
    wanted = {**OURS, "age_min": 18, "genders": [2]}
    verdict = GUARDS["state_drift"].check(facts(field="targeting", before=OURS, wanted=wanted, current=current))
    assert verdict.outcome is outcome
