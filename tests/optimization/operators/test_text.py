"""`is` `is_not` `contains` `matches`."""

import time

import pytest

from optimization.operators.values.pattern import safe_pattern
from tests.optimization.rules.build import FALSE, NO_DATA, TRUE, document, leaf, problems, verdicts

NAMES = ["Summer Sale / EU", "winter sale", "Brand", ""]


def test_is_compares_the_whole_text() -> None:
    phases = ["LEARNING", "LEARNING_LIMITED", ""]
    assert verdicts(leaf("learning_phase", "is", "LEARNING"), learning_phase=phases) == [TRUE, FALSE, NO_DATA]
    assert verdicts(leaf("learning_phase", "is_not", "LEARNING"), learning_phase=phases) == [FALSE, TRUE, NO_DATA]


def test_contains_ignores_case() -> None:
    assert verdicts(leaf("name", "contains", "SALE"), name=NAMES) == [TRUE, TRUE, FALSE, NO_DATA]


def test_contains_takes_signs_of_patterns_as_they_are() -> None:
    assert verdicts(leaf("name", "contains", "a.b"), name=["a.b", "axb"]) == [TRUE, FALSE]


def test_matches_finds_a_pattern_anywhere() -> None:
    assert verdicts(leaf("name", "matches", r"^(summer|winter)\b"), name=NAMES) == [TRUE, TRUE, FALSE, NO_DATA]


def test_not_contains_says_nothing_of_an_unknown_name() -> None:
    assert verdicts({"not": leaf("name", "contains", "sale")}, name=NAMES) == [FALSE, FALSE, TRUE, NO_DATA]


def test_a_word_that_a_closed_field_never_has_is_refused_with_the_nearest() -> None:
    found = problems(document(leaf("learning_phase", "is", "LERNING")))
    assert "Did you mean LEARNING?" in found["conditions.value"]


def test_text_operators_refuse_numbers() -> None:
    assert problems(document(leaf("spend_7d", "contains", "5"))) == {
        "conditions.operator": "contains works on text fields; spend_7d is a number field."
    }


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "not a valid regular expression"),
        ("a" * 201, "201 characters"),
        (r"(a+)+$", "repeats a group"),
        (r"((ab)*)*", "repeats a group"),
        (r"(a|a)*$", "repeats a group"),
        (r"(?:a|b|ab){2,}c", "repeats a group"),
        (r"([a-z]+\s?){5}", "repeats a group"),
        (r"(a?){30}a{30}", "repeats a group"),
        ("a?" * 20 + "a" * 20, "20 open repeats"),
        (r"(a)\1", "refers back"),
        (r".*a.*b.*x", "3 open repeats"),
        ("a{9999999999}", "not a valid regular expression"),
    ],
)
def test_a_pattern_that_is_wrong_or_could_run_for_ever_is_refused(pattern: str, why: str) -> None:
    assert why in problems(document(leaf("name", "matches", pattern)))["conditions.value"]


@pytest.mark.parametrize(
    "pattern", [r"^EU[-_ ]\d+", r"(sale|promo)", r"[*+()]", r"\(test\)+", r"q[1-4].*2026", r"(?i:abc)", "a{2,3}"]
)
def test_usual_patterns_are_accepted(pattern: str) -> None:
    assert safe_pattern(pattern).pattern == pattern


def test_the_worst_pattern_that_is_accepted_stays_quick_on_the_longest_name() -> None:
    pattern = safe_pattern(r"a*a*c")
    started = time.process_time()
    pattern.search("a" * 400)
    assert time.process_time() - started < 1
