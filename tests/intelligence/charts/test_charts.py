"""Charts say what is known, leave gaps where nothing is, and carry no script and no inline style."""

import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest

from intelligence.charts import BarChart, Event, LineChart, Spark, bar_chart, line_chart, sparkline
from intelligence.charts.scale import nice_scale
from intelligence.charts.svg import path

DAYS = [date(2026, 11, 1) + timedelta(days=i) for i in range(5)]


def money(value: float) -> str:
    return f"{value:.2f} EUR"


def line(**changes: object) -> LineChart:
    values: dict[str, object] = {
        "title": "CPA",
        "days": DAYS,
        "values": [10.0, None, 12.0, float("nan"), 14.0],
        "text": money,
        "tick": str,
        **changes,
    }
    return LineChart(**values)  # type: ignore[arg-type]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  (our own output, not something from outside)


def drawn(svg: str) -> str:
    return next(node.attrib["d"] for node in parsed(svg).iter("path") if node.attrib["class"] == "chart-line")


def test_unknown_days_leave_gaps_and_are_never_drawn_as_zero() -> None:
    assert drawn(line_chart(line())).count("M") == 3


def test_the_table_says_no_data_for_an_unknown_day() -> None:
    html = line_chart(line())
    assert html.count("no data") >= 4  # two days, in the table and in the read-out
    assert ">2026-11-01</td>" in html


def test_every_chart_is_well_formed_and_free_of_scripts_and_inline_styles() -> None:
    bars = BarChart("Spend", DAYS, [1.0, 2.0, None, 4.0, 5.0], money, str, unfinished=1)
    spark = Spark("CPA", [1.0, 2.0, None], money, threshold=1.5, window=2, settling=1)
    for html in (line_chart(line(window=2, settling=1, target=11.0)), bar_chart(bars), sparkline(spark)):
        assert parsed(html).tag in {"figure", "svg"}
        assert "style=" not in html
        assert "<script" not in html


def test_text_from_outside_is_escaped() -> None:
    html = line_chart(line(title="<b>CPA", events=[Event(DAYS[2], "paused <img src=x>")]))
    assert "<b>" not in html
    assert "<img" not in html
    assert "paused &lt;img" in html


def test_events_outside_the_range_are_left_out_and_events_of_one_day_share_a_marker() -> None:
    events = [Event(DAYS[1], "one"), Event(DAYS[1], "two"), Event(date(2020, 1, 1), "long ago")]
    html = line_chart(line(events=events))
    assert html.count('class="chart-event"') == 1
    assert "one; two" in html
    assert "long ago" not in html


def test_money_starts_at_zero_and_a_ratio_need_not() -> None:
    assert nice_scale([40.0, 48.0], zero=True).low == 0
    assert nice_scale([40.0, 48.0], zero=False).low > 0


@pytest.mark.parametrize("values", [[], [0.0], [5.0], [0.0, 0.0], [-3.0, 4.0], [1e-6, 2e-6], [1e9, 3e9]])
def test_a_scale_holds_all_its_values(values: list[float]) -> None:
    scale = nice_scale(values, zero=True)
    assert scale.low < scale.high
    assert all(-0.001 <= scale.y(value) <= 100.001 for value in values)


def test_a_chart_without_any_value_says_so() -> None:
    assert "CPA: no data" in line_chart(line(values=[None] * 5))
    assert "CPA: no data" in sparkline(Spark("CPA", [], money))
    assert "Spend: no data" in bar_chart(BarChart("Spend", DAYS, [None] * 5, money, str))


def test_a_lone_point_is_still_visible() -> None:
    assert path([None, (50.0, 50.0), None]) == "M500.0 500.0h0.1"


def test_a_chart_of_nothing_but_zeros_has_no_axis_below_zero() -> None:
    assert nice_scale([0.0, 0.0], zero=True).low == 0


def test_counts_have_no_halves_on_their_axis() -> None:
    assert nice_scale([0.0, 1.0], zero=True, least=1).ticks == [0.0, 1.0]
    bars = BarChart("Conversions", DAYS, [1.0, 0.0, None, 2.0, 1.0], str, str, least=1)
    assert ">0.5<" not in bar_chart(bars)


def test_the_line_does_not_cross_out_the_label_of_its_target() -> None:
    html = line_chart(line(target=11.0))
    assert html.index("chart-line") < html.index("chart-target-label")
