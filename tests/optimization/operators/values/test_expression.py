"""Arithmetic over fields."""

import numpy as np
import pytest

from intelligence.metrics.catalog import column, resolve
from optimization.operators.values.expression import Expression, ExpressionError, parse
from tests.optimization.rules.build import frame

COLUMNS = frame(spend_7d=[100, 0, None], target_cpa=[10, 20, 30], conversions_7d=[4, 0, 2])


def computed(text: str) -> list[float | None]:
    value = parse(text, resolve).value(lambda field: column(COLUMNS, field))  # type: ignore[arg-type,return-value]
    return [None if np.isnan(one) else float(one) for one in np.broadcast_to(value, 3)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("target_cpa * 2", [20, 40, 60]),
        ("target_cpa", [10, 20, 30]),
        ("50", [50, 50, 50]),
        ("-5", [-5, -5, -5]),
        ("2 * (3 + 4) / 7", [2, 2, 2]),
        ("spend - target_cpa", [90, -20, None]),
        ("-target_cpa + 1", [-9, -19, -29]),
        ("spend_7d / conversions_7d", [25, None, None]),
        ("target_cpa / spend_7d", [0.1, None, None]),
        ("target_cpa - 5 - 2", [3, 13, 23]),
        ("target_cpa - (5 - 2)", [7, 17, 27]),
        ("target_cpa / 2 * 4", [20, 40, 60]),
    ],
)
def test_it_computes_per_row_and_unknown_stays_unknown(text: str, values: list[float | None]) -> None:
    assert computed(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "spend_7d ** 2",
        "spend_7d > 5",
        "spend_7d if 1 else 2",
        "[1, 2]",
        "'text'",
        "True * 2",
        "lambda: 1",
        "spend_7d[0]",
        "+spend_7d",
        "spend_7d // 2",
        "1e999",
        "spend_7d spend_7d",
        "",
        "(" * 150,
        "1 +" * 100,
        "2j",
        "name * 2",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text, resolve)


@pytest.mark.parametrize("text", ["spend_7d / 0", "spend_7d / (2 - 2)", "1 / 0", "spend_7d / 0.0", "spend_7d / -0"])
def test_a_division_by_a_constant_zero_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="divides by zero"):
        parse(text, resolve)


def test_equal_calculations_have_equal_text_and_different_ones_do_not() -> None:
    def text(written: str) -> str:
        return parse(written, resolve).text

    assert text("spend*2") == text("( spend_7d ) * 2.0")
    assert text("spend - (cpa - 2)") != text("spend - cpa - 2")
    assert text("(spend + cpa) * 2") != text("spend + cpa * 2")


def test_a_dotted_action_type_is_one_name() -> None:
    expression: Expression = parse("actions.offsite_conversion.fb_pixel_purchase_7d * 2", resolve)
    assert [field.name for field in expression.fields] == ["actions.offsite_conversion.fb_pixel_purchase_7d"]


def test_a_bare_constant_is_never_an_array() -> None:
    assert parse("2 * 3", resolve).value(lambda field: np.zeros(3)) == 6.0
