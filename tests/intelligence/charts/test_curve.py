"""A response curve with its band, today's point and the plan's."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from intelligence.charts.curve import CurveChart, at, curve_chart


def chart(**changes: Any) -> CurveChart:
    values: dict[str, Any] = {
        "title": "Value by spend",
        "spend": [0.0, 100.0, 200.0],
        "low": [0.0, 150.0, 240.0],
        "expected": [0.0, 200.0, 320.0],
        "high": [0.0, 260.0, 420.0],
        "today": 100.0,
        "planned": 150.0,
        "text": lambda value: f"{value:.0f} EUR",
        "tick": lambda value: f"{value:.0f}",
        **changes,
    }
    return CurveChart(**values)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  (our own output, not something from outside)


def test_today_and_the_plan_are_marked_on_the_curve_and_said() -> None:
    html = curve_chart(chart())
    found = parsed(html)
    dots = [node for node in found.iter("circle") if node.attrib["class"] == "chart-dot"]
    assert [dot.attrib["cx"] for dot in dots] == ["50.00%", "75.00%"]
    assert at(chart(), 150.0) == 260.0
    label = next(found.iter("svg")).attrib["aria-label"]
    assert label == "Value by spend: at today 100 EUR 200 EUR, at planned 150 EUR 260 EUR"
    assert "320 EUR" in html, "the table says every point"


def test_the_band_goes_round_the_curve() -> None:
    band = next(node for node in parsed(curve_chart(chart())).iter("path") if node.attrib["class"] == "chart-around")
    assert band.attrib["d"].count("L") == 5
    assert band.attrib["d"].endswith("Z")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"spend": [], "low": [], "expected": [], "high": [], "today": None, "planned": None},
        {"spend": [], "low": [], "expected": [], "high": []},
        {"spend": [5.0], "low": [1.0], "expected": [2.0], "high": [3.0]},
        {"expected": [0.0, 1e12, 2e12], "high": [0.0, 2e12, 3e12]},
        {"spend": [0.0, 1e-9, 2e-9], "today": 1e-9, "planned": None},
        {"planned": None},
        {"today": 1e9},
    ],
)
def test_whatever_is_known_it_is_well_formed_without_script_or_style(changes: dict[str, Any]) -> None:
    html = curve_chart(chart(**changes))
    assert parsed(html).tag == "figure"
    assert "style=" not in html
    assert "<script" not in html


def test_text_from_outside_is_escaped() -> None:
    assert "<b>" not in curve_chart(chart(title="<b>Value"))
