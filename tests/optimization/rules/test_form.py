"""A rule as a form and back: the form says what the document says, whatever the document."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metaads.models import Level
from optimization.kinds import ALL as KINDS
from optimization.operators import ALL as OPERATORS
from optimization.rules.form import expresses, fill, read, write
from optimization.rules.form.codec import compose, decompose
from optimization.rules.form.fields import known_fields, label_of, name_of
from optimization.rules.form.of_model import inputs_of
from optimization.rules.form.writing import same_meaning
from optimization.rules.schema import RuleInvalid, parse
from optimization.rules.templates import ALL as TEMPLATES
from tests.optimization.rules.form_documents import sound_documents

OFTEN = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@OFTEN
@given(sound_documents())
def test_a_sound_document_comes_back_from_its_form_with_the_same_meaning(document: dict[str, Any]) -> None:
    again = write(fill(document)).document
    assert same_meaning(again, document)
    assert write(fill(again)).document == again
    assert expresses(document)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.key)
def test_every_template_is_a_form_that_gives_back_the_very_document(template: Any) -> None:
    document = template.document(lambda dollars: dollars)
    assert expresses(document)
    assert same_meaning(write(fill(document)).document, document)


def test_what_a_form_cannot_hold_is_said_so_that_nothing_is_lost() -> None:
    held = {"field": "name", "operator": "contains", "value": "two\nlines"}
    assert not expresses({"conditions": held, "actions": [{"kind": "pause"}]})


def test_every_label_of_a_field_means_that_field() -> None:
    fields = known_fields()
    assert len(fields) > 80
    assert [one.name for one in fields if name_of(one.label) != one.name] == []
    assert all(label_of(one.name) == one.label for one in fields)
    assert [one.name for one in fields if not one.says] == []


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.key)
def test_every_operator_says_what_it_asks_for(operator: Any) -> None:
    keys = [one.key for one in operator.inputs]
    assert len(keys) == len(set(keys))
    assert all(one.label for one in operator.inputs)


LEVELS = set(Level.values)
"""Of rules; what is created is of the ad account, by no rule."""


def test_the_parameters_of_a_kind_become_controls_with_units() -> None:
    units = {one.key: one.unit for one in inputs_of("decrease_budget")}
    assert units == {"percent": "percent", "amount": "money", "lower": "money", "upper": "money"}
    assert all(one.reads != "json" for kind in KINDS if kind.levels & LEVELS for one in inputs_of(kind.key))


def test_controls_and_value_are_two_forms_of_the_same_thing() -> None:
    operator = next(one for one in OPERATORS if one.key == "for_days")
    value = {"days": 3, "operator": ">", "value": "target_cpa * 2"}
    texts = decompose(operator.inputs, value, wordy=False)
    assert texts == {"days": "3", "operator": ">", "value": "target_cpa * 2"}
    assert compose(operator.inputs, texts, wordy=False) == value


NAMES = st.sampled_from(["tree", "n1-field", "n1-operator", "n1-v", "n1-not", "n2-match", "a1-kind", "action", "d.mode",
                         "metric", "m1-name", "d.schedule.weekdays", "bare", "whole", "n1-window", "a1-p"])  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(["(n1", "n1", ")", "(n2", "n2", "a1", "m1", "pause", "[", "1", "{}"]), st.text(max_size=8)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=25))
def test_garbage_from_a_browser_is_a_draft_whose_problems_have_a_place(pairs: list[tuple[str, str]]) -> None:
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    written = write(read(query))
    assert all(isinstance(written.control(path), str) for path in problems_of(written.document))


def problems_of(document: object) -> list[str]:
    try:
        parse(document)
    except RuleInvalid as invalid:
        return [problem.path for problem in invalid.problems]
    return [""]


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("adjust_bid", {"percent": -15, "lower": 5}),
        ("set_bid_strategy", {"strategy": "cost_cap", "amount": 12}),
        ("adjust_audience", {"age_min": 25, "genders": "women"}),
        ("adjust_audience", {"countries": ["DE", "AT"], "exclude": ["901"], "advantage_audience": "off"}),
        ("scale_by_target", {"by": "roas", "window": "14d", "most_up": 12.5}),
        ("call_webhook", {"url": "https://hooks.example.com/ads", "secret": "team"}),
    ],
)
def test_the_form_says_all_of_every_kind(kind: str, parameters: dict[str, Any]) -> None:
    step = {"kind": kind, "parameters": parameters}
    written = write(fill({"conditions": {"field": "spend_7d", "operator": ">", "value": 5}, "actions": [step]}))
    assert written.document["actions"] == [step]


def test_an_empty_list_is_an_empty_control_and_short_words_stay_short() -> None:
    inputs = {one.key: one for one in inputs_of("adjust_audience")}
    assert inputs["countries"].fallback == ""
    assert ("roas_floor", "ROAS floor") in inputs_of("set_bid_strategy")[0].choices
