"""The small languages of a request: fields with braces, dates, filters."""

from datetime import date

import pytest

from metaads.sandbox.graph import filtering, spans
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError
from metaads.sandbox.graph.selection import Wanted, parse

TODAY, FIRST = date(2026, 11, 20), date(2026, 10, 6)  # a Friday


def asked(**params: str) -> list[tuple[str, str]]:
    found = spans.spans(Call("GET", "http://x/v26.0", ("act_1", "insights"), params), TODAY, FIRST)
    return [(a.isoformat(), b.isoformat()) for a, b in found]


def test_fields_are_names_modifiers_and_braces() -> None:
    assert parse("id, name") == (Wanted("id"), Wanted("name"))
    assert parse('["id","name"]') == (Wanted("id"), Wanted("name"))
    (ads,) = parse("ads.limit(5).after(x){id,creative{id}}")
    assert ads.modifiers == (("limit", "5"), ("after", "x"))
    assert ads.inside == (Wanted("id"), Wanted("creative", inside=(Wanted("id"),)))


@pytest.mark.parametrize("text", ["id,,name", "ads{id", "id}", "{id}", "a b{", "id;name"])
def test_fields_that_are_not_well_formed_are_refused(text: str) -> None:
    with pytest.raises(GraphError):
        parse(text)


@pytest.mark.parametrize(
    ("preset", "since", "until"),
    [
        ("today", "2026-11-20", "2026-11-20"),
        ("yesterday", "2026-11-19", "2026-11-19"),
        ("", "2026-10-21", "2026-11-19"),
        ("last_3d", "2026-11-17", "2026-11-19"),
        ("this_week_mon_today", "2026-11-16", "2026-11-20"),
        ("this_week_sun_today", "2026-11-15", "2026-11-20"),
        ("last_week_mon_sun", "2026-11-09", "2026-11-15"),
        ("last_week_sun_sat", "2026-11-08", "2026-11-14"),
        ("this_month", "2026-11-01", "2026-11-20"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("this_quarter", "2026-10-01", "2026-11-20"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("last_year", "2025-01-01", "2025-12-31"),
        ("maximum", "2026-10-06", "2026-11-20"),
    ],
)
def test_presets_are_meta_s(preset: str, since: str, until: str) -> None:
    assert asked(date_preset=preset) == [(since, until)]


def test_ranges_can_be_several_cut_by_month_or_by_days() -> None:
    assert asked(time_range='{"since":"2026-10-30","until":"2026-11-02"}', time_increment="monthly") == [
        ("2026-10-30", "2026-10-31"),
        ("2026-11-01", "2026-11-02"),
    ]
    several = '[{"since":"2026-11-01","until":"2026-11-02"},{"since":"2026-11-05","until":"2026-11-05"}]'
    assert len(asked(time_ranges=several)) == 2
    assert len(asked(date_preset="last_7d", time_increment='"1"')) == 7


@pytest.mark.parametrize(
    "params",
    [
        {"time_range": '{"since":"2026-11-02","until":"2026-11-01"}'},
        {"time_range": '{"since":"2026-11-02"}'},
        {"time_range": "nonsense"},
        {"time_range": '{"since":"2.11.2026","until":"2026-11-03"}'},
        {"date_preset": "next_year"},
        {"time_increment": "91"},
    ],
)
def test_dates_that_make_no_sense_are_refused(params: dict[str, str]) -> None:
    with pytest.raises(GraphError):
        asked(**params)


@pytest.mark.parametrize(
    ("operator", "value", "found", "holds"),
    [
        ("IN", ["a", "b"], "a", True),
        ("NOT_IN", ["a"], "a", False),
        ("EQUAL", 5, "5", True),
        ("CONTAIN", "SALE", "Summer sale", True),
        ("GREATER_THAN", "4.5", "4.6", True),
        ("LESS_THAN", 4, None, True),
        ("STARTS_WITH", "x", None, False),
    ],
)
def test_filters_compare_as_their_operator_says(operator: str, value: object, found: object, holds: bool) -> None:
    (test,) = filtering.conditions([{"field": "f", "operator": operator, "value": value}], {"f": "f"})
    assert test.holds(found) is holds


@pytest.mark.parametrize(
    "wrong",
    [
        "x",
        [1],
        [{"field": "f", "operator": "LIKE", "value": 1}],
        [{"field": "f", "operator": "LESS_THAN", "value": "x"}],
    ],
)
def test_filters_that_make_no_sense_are_refused(wrong: object) -> None:
    with pytest.raises(GraphError):
        filtering.conditions(wrong, {"f": "f"})
