"""Columnar evaluation agrees with a slow reference on random trees of every operator, and on tables with unknowns."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from intelligence.metrics.tags import packed
from optimization.operators import OPERATORS
from optimization.rules.compile import CompiledRule
from optimization.rules.evaluate import evaluate, evaluate_many
from optimization.rules.sheet import Context, History
from optimization.rules.trace import trace_rows
from tests.optimization.rules.build import FALSE, NO_DATA, TRUE, compiled, frame, leaf
from tests.optimization.rules.reference import Reference, Row

METRICS = {"margin": "conversion_value * 0.5 - spend", "per_sale": "spend / conversions", "rest": "margin + spend_7d"}
FLAT = {
    "margin": METRICS["margin"],
    "per_sale": METRICS["per_sale"],
    "rest": "conversion_value * 0.5 - spend + spend_7d",
}
"""The same metrics, those made of others written out, for the reference."""
STORED = ("spend_7d", "conversions_7d", "conversion_value_7d", "target_cpa")
NUMBERS = (*STORED, "margin_7d", "per_sale", "rest_7d")
WORDS = ("sale", "Sale EU", "brand")
TAGS = ("a", "b", "c c")
DAYS = ("spend", "conversion_value")
SAYS = {True: TRUE, False: FALSE, None: NO_DATA}
# Few values, so that equality, bounds, ties and unknowns all occur often.
few = st.sampled_from([0.0, 1.0, 2.0, 3.0])
words = st.sampled_from(WORDS)


sums = st.sampled_from([">", ">=", "<", "<=", "=", "!="])
values = few | st.sampled_from(["target_cpa * 2", "spend_7d - 1", "target_cpa / spend_7d", "margin * 1"])


def built(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(dict(parts))


def rankings() -> st.SearchStrategy[dict[str, Any]]:
    size = built(percent=st.sampled_from([20, 34, 50, 80])) | built(count=st.integers(1, 3))
    floor = built(field=st.sampled_from(NUMBERS), value=few | st.just("target_cpa * 1"))
    among = st.sampled_from(["siblings", "account"])
    more = st.fixed_dictionaries({}, optional={"among": among, "count_zeros": st.booleans(), "floor": floor})
    return st.builds(lambda one, other: {**one, **other}, size, more)


def leaves() -> st.SearchStrategy[dict[str, Any]]:
    field, name = st.sampled_from(NUMBERS), st.just("name")
    bounds = st.tuples(few, few).map(sorted) | st.tuples(few, st.just("spend_7d * 1")).map(list)
    days = built(days=st.integers(1, 3), operator=sums, value=few)
    some_tags = st.lists(st.sampled_from(TAGS), min_size=1)
    return st.one_of(
        st.builds(leaf, field, sums, values),
        st.builds(leaf, field, st.sampled_from(["between", "not_between"]), bounds),
        st.builds(leaf, field, st.sampled_from(["in", "not_in"]), st.lists(values, min_size=1, max_size=3)),
        st.builds(leaf, name, st.sampled_from(["is", "is_not", "contains", "matches", "=", "!="]), words),
        st.builds(leaf, name, st.sampled_from(["in", "not_in"]), st.lists(words, min_size=1)),
        st.builds(leaf, st.just("ctr_trend_7d"), st.sampled_from(["increasing", "decreasing", "stable"])),
        st.builds(leaf, st.just("tags"), st.sampled_from(["has_tag", "has_no_tag"]), some_tags),
        st.builds(leaf, st.sampled_from(["spend", "margin"]), st.just("for_days"), days),
        st.builds(leaf, field, st.sampled_from(["in_top", "in_bottom"]), rankings()),
    )


def evidence() -> st.SearchStrategy[dict[str, Any]]:
    asked = built(operator=st.sampled_from([">", "<"]), value=values, probability=st.sampled_from([51, 75, 90]))
    return st.builds(leaf, st.just("cpa_7d"), st.just("probably"), asked)


def trees(of: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(of, nests, max_leaves=8).filter(lambda tree: depth(tree) <= 8)


def nests(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    members = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(built(all=members), built(any=members), built(**{"not": inner}))


def depth(node: dict[str, Any]) -> int:
    inner = node.get("all") or node.get("any") or ([node["not"]] if "not" in node else [])
    return 1 + max((depth(child) for child in inner), default=0)


def tables(most: int) -> st.SearchStrategy[list[Row]]:
    row = built(
        **{name: st.none() | few for name in (*STORED, "impressions_7d")},
        ctr_trend_7d=st.none() | st.sampled_from([-9.0, -5.0, 0.0, 5.0, 9.0]),
        name=st.none() | words,
        parent_id=st.none() | st.sampled_from(["1", "2"]),
        tags=st.none() | st.lists(st.sampled_from(TAGS), unique=True),
        days=built(**{base: st.lists(st.none() | few, min_size=3, max_size=3) for base in DAYS}),
    )
    return st.lists(row, min_size=1, max_size=most)


def columns(table: list[Row]) -> Any:
    made: dict[str, Any] = {name: [row[name] for row in table] for name in table[0] if name not in ("tags", "days")}
    texts = {name: [text or "" for text in made[name]] for name in ("name", "parent_id")}
    tags = ["" if row["tags"] is None else packed(row["tags"]) for row in table]
    return {**made, **texts, "tags": tags}


def past(table: list[Row]) -> History:
    """Days by base, oldest first; None = unknown."""
    held = {base: np.array([row["days"][base] for row in table], dtype=np.float64).T for base in DAYS}
    return lambda field, unit, count: held[field.base][-count:]


def ruled(tree: dict[str, Any]) -> CompiledRule:
    return compiled(tree, metrics=METRICS)


def said(tree: dict[str, Any], table: list[Row]) -> list[str]:
    """What a rule of this tree says of each row. Evaluation and trace must agree."""
    rule = ruled(tree)
    outcome = evaluate(rule, frame(**columns(table)), Context(past(table)))
    answers = [
        TRUE if matched else NO_DATA if unknown else FALSE
        for matched, unknown in zip(outcome.matched, outcome.unknown, strict=True)
    ]
    assert [one["result"] for one in trace_rows(rule, outcome.sheet, np.arange(len(table)))] == answers
    return answers


def expected(tree: dict[str, Any], table: list[Row]) -> list[str]:
    return [SAYS[verdict] for verdict in Reference(table, FLAT).verdicts(tree)]


@settings(max_examples=400, deadline=None)
@given(tree=trees(leaves()), table=tables(6))
def test_it_agrees_with_the_slow_reference(tree: dict[str, Any], table: list[Row]) -> None:
    assert said(tree, table) == expected(tree, table)


@settings(max_examples=150, deadline=None)
@given(tree=trees(leaves() | evidence()), table=tables(1))
def test_evidence_agrees_with_a_formula_written_out(tree: dict[str, Any], table: list[Row]) -> None:
    """Of an only entity, whose posterior owes nothing to others."""
    assert said(tree, table) == expected(tree, table)


@settings(max_examples=100, deadline=None)
@given(given_trees=st.lists(trees(leaves()), min_size=2, max_size=5), table=tables(6), chance=st.randoms())
def test_neither_order_nor_company_of_rules_changes_a_result(
    given_trees: list[dict[str, Any]], table: list[Row], chance: Any
) -> None:
    data, context = frame(**columns(table)), Context(past(table))
    rules = [ruled(tree) for tree in [*given_trees, given_trees[0]]]
    alone = {id(rule): evaluate(rule, data, context) for rule in rules}
    chance.shuffle(rules)
    for rule, outcome in zip(rules, evaluate_many(rules, data, context), strict=True):
        np.testing.assert_array_equal(outcome.matched, alone[id(rule)].matched)
        np.testing.assert_array_equal(outcome.unknown, alone[id(rule)].unknown)


def test_every_operator_is_drawn() -> None:
    """Hours are asked like days, of another table."""
    drawn = "> >= < <= = != between not_between in not_in is is_not contains matches increasing decreasing stable"
    beyond = "has_tag has_no_tag in_top in_bottom probably for_days"
    assert {*drawn.split(), *beyond.split()} == set(OPERATORS) - {"for_hours"}
