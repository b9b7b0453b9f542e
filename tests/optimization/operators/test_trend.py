"""`increasing` `decreasing` `stable`."""

import pytest

from tests.optimization.rules.build import FALSE, NO_DATA, TRUE, compiled, document, leaf, problems, verdicts

TRENDS = [-20.0, -5.0, -4.99, 0.0, 4.99, 5.0, 20.0, None]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("increasing", [FALSE, FALSE, FALSE, FALSE, FALSE, TRUE, TRUE, NO_DATA]),
        ("decreasing", [TRUE, TRUE, FALSE, FALSE, FALSE, FALSE, FALSE, NO_DATA]),
        ("stable", [FALSE, FALSE, TRUE, TRUE, TRUE, FALSE, FALSE, NO_DATA]),
    ],
)
def test_stable_is_an_absolute_trend_under_five_percent(word: str, said: list[str]) -> None:
    assert verdicts(leaf("ctr_7d", word), ctr_trend_7d=TRENDS) == said


@pytest.mark.parametrize(
    ("field", "reads"),
    [
        ("ctr", "ctr_trend_7d"),
        ("ctr_3d", "ctr_trend_3d"),
        ("ctr_14d", "ctr_trend_7d"),
        ("ctr_trend_3d", "ctr_trend_3d"),
    ],
)
def test_a_ratio_is_read_through_its_trend(field: str, reads: str) -> None:
    (probe,) = compiled(leaf(field, "stable")).probes
    assert probe.condition.field.name == reads


@pytest.mark.parametrize("field", ["spend_7d", "daily_budget", "learning_phase"])
def test_a_field_without_trend_is_refused(field: str) -> None:
    assert list(problems(document(leaf(field, "increasing")))) == ["conditions.operator"]


def test_a_trend_word_takes_no_value() -> None:
    assert problems(document(leaf("ctr", "stable", 5))) == {"conditions.value": "stable takes no value: leave it out."}
