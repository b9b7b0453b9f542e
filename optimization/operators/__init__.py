"""Operators of rules, one family a file. Adding one: write the file, list it here (docs/adding/operator.md)."""

from optimization.operators import between, comparison, duration, evidence, membership, ranking, tags, text, trend
from optimization.operators.base import Condition, Mask, Operand, Operator, ValueProblem

ALL: tuple[Operator, ...] = (
    *comparison.OPERATORS,
    *between.OPERATORS,
    *membership.OPERATORS,
    *text.OPERATORS,
    *tags.OPERATORS,
    *trend.OPERATORS,
    *duration.OPERATORS,
    *ranking.OPERATORS,
    *evidence.OPERATORS,
)
OPERATORS: dict[str, Operator] = {operator.key: operator for operator in ALL}
if len(OPERATORS) != len(ALL):
    raise RuntimeError("two operators share a key")

__all__ = ["ALL", "OPERATORS", "Condition", "Mask", "Operand", "Operator", "ValueProblem"]
