"""`>` `>=` `<` `<=` `=` `!=`."""

import pytest

from tests.optimization.rules.build import FALSE, NO_DATA, TRUE, Values, document, leaf, problems, verdicts


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        (">", FALSE, FALSE, TRUE),
        (">=", FALSE, TRUE, TRUE),
        ("<", TRUE, FALSE, FALSE),
        ("<=", TRUE, TRUE, FALSE),
        ("=", FALSE, TRUE, FALSE),
        ("!=", TRUE, FALSE, TRUE),
    ],
)
def test_each_comparison_below_at_and_above_its_threshold(operator: str, below: str, equal: str, above: str) -> None:
    said = verdicts(leaf("spend_7d", operator, 50), spend_7d=[49.99, 50, 50.01, None])
    assert said == [below, equal, above, NO_DATA]


@pytest.mark.parametrize("operator", [">", ">=", "<", "<=", "=", "!="])
def test_an_unknown_satisfies_neither_a_comparison_nor_its_negation(operator: str) -> None:
    condition = leaf("spend_7d", operator, "target_cpa")
    columns: dict[str, Values] = {"spend_7d": [None, 10.0, None], "target_cpa": [5.0, None, None]}
    assert verdicts(condition, **columns) == [NO_DATA] * 3
    assert verdicts({"not": condition}, **columns) == [NO_DATA] * 3


def test_a_text_can_be_compared_for_being_equal() -> None:
    texts = ["LEARNING", "ACTIVE", ""]
    assert verdicts(leaf("learning_phase", "=", "LEARNING"), learning_phase=texts) == [TRUE, FALSE, NO_DATA]
    assert verdicts(leaf("learning_phase", "!=", "LEARNING"), learning_phase=texts) == [FALSE, TRUE, NO_DATA]


def test_a_text_field_has_no_order() -> None:
    found = problems(document(leaf("learning_phase", ">", 3)))
    assert found == {"conditions.operator": "> works on number fields; learning_phase is a text field."}


@pytest.mark.parametrize("value", [None, True, [], {}, "", float("inf"), float("nan"), 10**400])
def test_a_threshold_must_be_a_number(value: object) -> None:
    given = {"field": "spend_7d", "operator": ">", "value": value}
    assert list(problems(document(given))) == ["conditions.value"]
