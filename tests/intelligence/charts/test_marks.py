"""What happened is marked on lines and bars alike, and told in their tables."""

from datetime import date

import pytest
from django.utils.safestring import SafeString

from intelligence.charts import BarChart, Event, LineChart, bar_chart, line_chart

DAYS = [date(2026, 11, day) for day in range(1, 6)]
EVENTS = [Event(DAYS[1], "Sale <b>"), Event(DAYS[1], "Budget raised"), Event(date(2026, 12, 1), "Later")]


def drawn(kind: str, events: list[Event]) -> SafeString:
    values = [1.0, 2.0, None, 4.0, 5.0]
    if kind == "bars":
        return bar_chart(BarChart("Spend", DAYS, values, str, str, events=events))
    return line_chart(LineChart("ROAS", DAYS, values, str, str, events=events))


@pytest.mark.parametrize("kind", ["bars", "line"])
def test_events_of_one_day_share_a_mark_and_are_in_its_title_and_the_table(kind: str) -> None:
    html = drawn(kind, EVENTS)
    assert html.count('r="4"') == 2, "one mark, and one in the key"
    assert "2 Nov: Sale &lt;b&gt;; Budget raised" in html
    assert html.count("Sale &lt;b&gt;; Budget raised") == 2
    assert "something happened" in html
    assert "Later" not in html, "a day that is not drawn has no mark"


@pytest.mark.parametrize("kind", ["bars", "line"])
def test_without_events_nothing_is_marked(kind: str) -> None:
    html = drawn(kind, [])
    assert "chart-event" not in html
    assert "something happened" not in html
