"""Plans: negation sits at the leaves, equal leaves are one, stored versions are compiled once."""

from typing import Any

from optimization.models import Rule, RuleVersion
from optimization.rules.compile import Junction, Probe, compile_version
from tests.optimization.rules.build import compiled, document, leaf

A, B, C = leaf("spend_7d", ">", 1), leaf("cpa_7d", ">", 1), leaf("roas_7d", ">", 1)


def shape(plan: Any) -> Any:
    """The plan as nested tuples: field names with ! for "fails"."""
    if isinstance(plan, Probe):
        return ("" if plan.mask_key[1] else "!") + plan.condition.field.base
    assert isinstance(plan, Junction)
    return ("and" if plan.every else "or", *(shape(part) for part in plan.parts))


def matches(tree: dict[str, Any]) -> Any:
    return shape(compiled(tree).matches)


def test_not_is_pushed_down_to_the_leaves() -> None:
    assert matches({"not": {"all": [A, {"any": [B, C]}]}}) == ("or", "!spend", ("and", "!cpa", "!roas"))


def test_two_negations_cancel() -> None:
    assert matches({"not": {"not": A}}) == "spend"


def test_nested_groups_of_one_sort_are_opened() -> None:
    assert matches({"all": [A, {"all": [B, {"not": {"any": [C]}}]}]}) == ("and", "spend", "cpa", "!roas")


def test_a_repeated_leaf_is_kept_once() -> None:
    assert matches({"all": [A, A, {"all": [A]}]}) == "spend"


def test_a_stored_version_is_compiled_once() -> None:
    def version(number: int) -> RuleVersion:
        return RuleVersion(rule=Rule(level="adset"), number=number, document=document(A))

    assert compile_version(version(1)) is compile_version(version(2))
