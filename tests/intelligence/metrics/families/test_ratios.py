"""Ratios: of sums, over one window, null without a denominator."""

import pytest

from tests.intelligence.metrics.frames import NAN, frame, values

SUMS = {
    "spend_7d": [50],
    "impressions_7d": [10_000],
    "clicks_7d": [200],
    "conversions_7d": [4],
    "conversion_value_7d": [125],
    "reach_7d": [4_000],
    "actions__lead_7d": [10],
}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("ctr", 2.0),
        ("cpc", 0.25),
        ("cpm", 5.0),
        ("cpa", 12.5),
        ("roas", 2.5),
        ("frequency", 2.5),
        ("conversion_rate", 2.0),
        ("cost_per.lead", 5.0),
    ],
)
def test_a_ratio_is_its_two_sums_divided(name: str, wanted: float) -> None:
    assert values(frame(**SUMS), name) == [wanted]


def test_without_conversions_cpa_is_unknown_and_never_zero_or_infinite() -> None:
    assert values(frame(spend_7d=[50, 50], conversions_7d=[0, NAN]), "cpa_7d") == [None, None]


def test_spend_without_value_is_a_roas_of_zero() -> None:
    assert values(frame(spend_7d=[50], conversion_value_7d=[0]), "roas_7d") == [0]


def test_a_ratio_uses_the_sums_of_its_own_window() -> None:
    held = frame(spend_3d=[30], spend_7d=[70], clicks_3d=[10], clicks_7d=[100])
    assert (values(held, "cpc_3d"), values(held, "cpc_7d")) == ([3.0], [0.7])
