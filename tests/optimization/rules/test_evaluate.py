"""Columnar evaluation: agrees with a slow reference on anything, whatever stands beside a rule."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimization.rules.compile import compile_rule
from optimization.rules.evaluate import evaluate, evaluate_many
from optimization.rules.schema import parse
from optimization.rules.sheet import Context
from tests.optimization.rules import reference
from tests.optimization.rules.build import FALSE, NO_DATA, TRUE, compiled, document, frame, leaf, past, verdicts

NUMBERS = ("spend_7d", "cpa_7d", "target_cpa", "conversion_value_7d")
WORDS = ("sale", "Sale EU", "brand")
# Few values, so that equality, bounds and unknowns all occur often.
few = st.sampled_from([0.0, 1.0, 2.0, 3.0])
thresholds = few | st.sampled_from([*NUMBERS, "target_cpa * 2", "cpa_7d * 0.5"])


def leaves() -> st.SearchStrategy[dict[str, Any]]:
    field, name = st.sampled_from(NUMBERS), st.just("name")
    bounds = st.tuples(few, few).map(sorted) | st.tuples(few, st.just("cpa_7d")).map(list)
    words = st.sampled_from(WORDS)
    return st.one_of(
        st.builds(leaf, field, st.sampled_from([">", ">=", "<", "<=", "=", "!="]), thresholds),
        st.builds(leaf, field, st.sampled_from(["between", "not_between"]), bounds),
        st.builds(leaf, field, st.sampled_from(["in", "not_in"]), st.lists(thresholds, min_size=1, max_size=3)),
        st.builds(leaf, name, st.sampled_from(["is", "is_not", "contains", "=", "!="]), words),
        st.builds(leaf, name, st.sampled_from(["in", "not_in"]), st.lists(words, min_size=1)),
    )


def nests(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    members = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        members.map(lambda nodes: {"all": nodes}),
        members.map(lambda nodes: {"any": nodes}),
        inner.map(lambda node: {"not": node}),
    )


trees = st.recursive(leaves(), nests, max_leaves=8).filter(lambda tree: depth(tree) <= 8)
rows = st.lists(
    st.fixed_dictionaries({**{name: st.none() | few for name in NUMBERS}, "name": st.none() | st.sampled_from(WORDS)}),
    min_size=1,
    max_size=6,
)


def depth(node: dict[str, Any]) -> int:
    inner = node.get("all") or node.get("any") or ([node["not"]] if "not" in node else [])
    return 1 + max((depth(child) for child in inner), default=0)


def columns(table: list[reference.Row]) -> dict[str, list[float | str | None]]:
    return {name: [row[name] for row in table] for name in table[0]}


@settings(max_examples=400, deadline=None)
@given(tree=trees, table=rows)
def test_it_agrees_with_the_slow_reference(tree: dict[str, Any], table: list[reference.Row]) -> None:
    expected = [{True: TRUE, False: FALSE, None: NO_DATA}[reference.evaluate(tree, row)] for row in table]
    assert verdicts(tree, **with_texts(table)) == expected


@settings(max_examples=100, deadline=None)
@given(given_trees=st.lists(trees, min_size=2, max_size=5), table=rows, chance=st.randoms())
def test_neither_order_nor_company_of_rules_changes_a_result(
    given_trees: list[dict[str, Any]], table: list[reference.Row], chance: Any
) -> None:
    data = frame(**with_texts(table))
    rules = [compiled(tree) for tree in [*given_trees, given_trees[0]]]
    alone = {id(rule): evaluate(rule, data) for rule in rules}
    chance.shuffle(rules)
    for rule, outcome in zip(rules, evaluate_many(rules, data), strict=True):
        np.testing.assert_array_equal(outcome.matched, alone[id(rule)].matched)
        np.testing.assert_array_equal(outcome.unknown, alone[id(rule)].unknown)


def with_texts(table: list[reference.Row]) -> Any:
    """Columns; a name column without any text is still a text column."""
    made = columns(table)
    return {**made, "name": [name or "" for name in made["name"]]}


def test_rules_that_ask_the_same_share_one_mask() -> None:
    asked = leaf("spend_7d", ">", 5)
    rules = [compiled({"all": [asked, leaf("cpa_7d", ">", one)]}) for one in (1, 2)]
    first, second = evaluate_many(rules, frame(spend_7d=[9, 1], cpa_7d=[9, 9]))
    assert first.sheet is second.sheet
    assert len(first.sheet.kept) == 1
    assert [outcome.matched.tolist() for outcome in (first, second)] == [[True, False]] * 2


def test_a_result_cannot_be_written_into() -> None:
    outcome = evaluate(compiled(leaf("spend_7d", ">", 5)), frame(spend_7d=[9]))
    assert not outcome.matched.flags.writeable


def test_filters_decide_what_is_covered_and_not_what_is_unknown() -> None:
    rule = compile_rule(parse(document(leaf("spend_7d", ">", 5), filters={"name_contains": "sale"})))
    outcome = evaluate(rule, frame(spend_7d=[9, 9, None, None], name=["Sale", "brand", "sale", ""]))
    assert outcome.covered.tolist() == [True, False, True, False]
    assert outcome.matched.tolist() == [True, False, False, False]
    assert outcome.unknown.tolist() == [False, False, True, False]


def test_a_column_that_a_frame_lacks_is_no_data() -> None:
    assert verdicts(leaf("roas_7d", "<", 1), spend_7d=[5.0]) == [NO_DATA]


def test_an_empty_frame_gives_empty_results() -> None:
    outcome = evaluate(compiled({"not": leaf("spend_7d", ">", 5)}), frame(spend_7d=[]))
    assert (len(outcome.matched), len(outcome.unknown), outcome.traces()) == (0, 0, [])


def test_a_field_without_window_uses_the_default_window() -> None:
    rule = compile_rule(parse(document(leaf("spend", ">", "cpa * 2"), default_window="3d")))
    assert evaluate(rule, frame(spend_3d=[9.0, 3.0], cpa_3d=[2.0, 2.0])).matched.tolist() == [True, False]


def test_two_durations_of_different_length_do_not_share_their_days() -> None:
    history = past([5.0], [0.5])
    rules = [compiled(leaf("roas", "for_days", {"days": days, "operator": "<", "value": 1})) for days in (2, 1)]
    outcomes = evaluate_many(rules, frame(spend_7d=[1]), Context(history))
    assert [outcome.matched.tolist() for outcome in outcomes] == [[False], [True]]
