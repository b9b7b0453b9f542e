"""Metrics of one's own as fields of the catalogue: their formula decides, whatever a frame holds under their name."""

import numpy as np

from intelligence.metrics.catalog import Field, column
from intelligence.metrics.families.own import Own
from optimization.operators.values.expression import Expression
from optimization.rules.own import Names
from tests.optimization.rules.build import frame

NAMES = Names("7d", {"profit": "conversion_value * 0.5 - spend", "five": "spend * 0 + 5"})


def test_a_field_is_its_formula_and_not_a_column_of_its_name() -> None:
    held = frame(conversion_value_7d=[10.0, None], spend_7d=[2.0, 2.0], profit_7d=[99.0, 99.0])
    np.testing.assert_array_equal(column(held, NAMES.resolve("profit")), [3.0, np.nan])


def test_it_is_unknown_where_its_parts_are_and_without_a_formula() -> None:
    held = frame(spend_7d=[None, 2.0])
    np.testing.assert_array_equal(column(held, NAMES.resolve("five")), [np.nan, 5.0])
    bare = Field("mine", "mine", None, "number", "", Own.key)
    assert np.isnan(column(held, bare)).all()


def test_equal_names_with_unequal_formulas_have_unequal_keys() -> None:
    other = Names("7d", {"profit": "conversion_value - spend"})
    for name in ("profit_7d", "parent_profit_7d", "zscore_profit_3d"):
        assert NAMES.resolve(name).key != other.resolve(name).key
        assert NAMES.resolve(name).key == Names("7d", dict(NAMES.formulas)).resolve(name).key
    assert NAMES.resolve("spend_7d").key == "spend_7d"
    assert isinstance(NAMES.resolve("profit").formula, Expression)
