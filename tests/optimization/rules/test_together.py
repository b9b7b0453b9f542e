"""Whether two rules can match together: proofs where there is one, and never a false one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimization.rules.evaluate import evaluate
from optimization.rules.templates import TEMPLATES
from optimization.rules.together import Side, never_together
from tests.optimization.rules.build import compiled, frame, leaf

ALL, ANY, NOT = "all", "any", "not"


def apart(one_says: Any, other_says: Any, **filters: Any) -> bool:
    one = Side(compiled(one_says, filters=filters.get("first", {})))
    other = Side(compiled(other_says, filters=filters.get("second", {})))
    assert never_together(one, other) == never_together(other, one)
    return never_together(one, other)


APART = [
    (leaf("spend_7d", ">", 100), leaf("spend_7d", "<", 50)),
    (leaf("spend_7d", ">", 100), leaf("spend_7d", "<=", 100)),
    (leaf("conversions_7d", "=", 0), leaf("conversions_7d", ">=", 3)),
    (leaf("conversions", "=", 0), leaf("conversions_7d", "between", [1, 9])),
    (leaf("conversions_7d", "=", 0), leaf("cpa_7d", ">", 1)),
    (leaf("roas_7d", "in", [1, 2]), leaf("roas_7d", "not_in", [2, 1])),
    ({NOT: leaf("roas_7d", ">", 2)}, leaf("roas_7d", ">", 2.5)),
    (leaf("cpa_7d", ">", "target_cpa * 2"), leaf("cpa_7d", "<", "target_cpa * 0.9")),
    (leaf("cpa_7d", ">=", "target_cpa * 2"), leaf("cpa_7d", "<=", "target_cpa * 0.9")),
    (leaf("cpa_7d", ">", "cpa_30d * 2"), leaf("cpa_7d", "<", "cpa_30d")),
    (leaf("learning_phase", "is", "LEARNING"), leaf("learning_phase", "is", "ACTIVE")),
    (leaf("learning_phase", "not_in", ["LEARNING", "ACTIVE"]),
     leaf("learning_phase", "not_in", ["LEARNING_LIMITED", "INACTIVE"])),
    (leaf("name", "contains", "brand shoes"), {NOT: leaf("name", "contains", "BRAND")}),
    (leaf("name", "is", "Shoes"), leaf("name", "matches", "^hats")),
    (leaf("ctr", "increasing"), leaf("ctr", "decreasing")),
    (leaf("ctr", "stable"), leaf("ctr", "increasing")),
    ({ANY: [leaf("spend_7d", "<", 5), leaf("roas_7d", "<", 1)]},
     {ALL: [leaf("spend_7d", ">", 9), leaf("roas_7d", ">", 2)]}),
    (leaf("tags", "has_tag", ["brand"]), leaf("tags", "has_no_tag", ["brand", "old"])),
    (leaf("roas_7d", "in_top", {"percent": 50}), leaf("roas_7d", "in_bottom", {"percent": 50})),
    (leaf("effective_status", "is", "ACTIVE"), leaf("status", "is", "PAUSED")),
]  # fmt: skip
PERHAPS = [
    (leaf("spend_7d", ">", 100), leaf("spend_7d", "<", 150)),
    (leaf("spend_7d", ">=", 100), leaf("spend_7d", "<=", 100)),
    (leaf("spend_7d", ">", 100), leaf("spend_today", "<", 5)),
    (leaf("spend_7d", ">", 100), leaf("impressions_7d", "<", 50)),
    (leaf("cpa_7d", ">", "target_cpa"), leaf("cpa_7d", "<", 5)),
    (leaf("spend_7d", ">=", "spend_3d * 2"), leaf("spend_7d", "<=", "spend_3d")),
    (leaf("cpa_7d", ">", "target_cpa + 5"), leaf("cpa_7d", "<", "target_cpa")),
    (leaf("name", "contains", "brand"), leaf("name", "contains", "shoes")),
    (leaf("name", "matches", "^a"), leaf("name", "matches", "^b")),
    (leaf("status", "is_not", "ACTIVE"), leaf("status", "is_not", "PAUSED")),
    (leaf("spend_7d", "not_between", [1, 5]), leaf("spend_7d", ">", 3)),
    (leaf("cpa", "for_days", {"days": 3, "operator": ">", "value": 9}), leaf("cpa", "<", 5)),
    ({ANY: [leaf("spend_7d", "<", 5), leaf("roas_7d", "<", 1)]}, leaf("spend_7d", ">", 9)),
    (leaf("tags", "has_tag", ["brand", "new"]), leaf("tags", "has_no_tag", ["brand"])),
    ({NOT: leaf("ctr", "stable")}, leaf("ctr", "increasing")),
    (leaf("roas_7d", "in_top", {"percent": 60}), leaf("roas_7d", "in_bottom", {"percent": 50})),
    (leaf("roas_7d", "in_top", {"percent": 9, "among": "account"}), leaf("roas_7d", "in_bottom", {"percent": 9})),
    (leaf("roas_7d", "in_top", {"count": 3}), leaf("roas_7d", "in_bottom", {"count": 3})),
    (leaf("cpa_7d", "probably", {"operator": ">", "value": 9, "probability": 90}), leaf("cpa_7d", "<", 5)),
]


@pytest.mark.parametrize(("first", "second"), APART)
def test_what_excludes_each_other_is_proven(first: Any, second: Any) -> None:
    assert apart(first, second)


@pytest.mark.parametrize(("first", "second"), PERHAPS)
def test_what_may_meet_is_never_excluded(first: Any, second: Any) -> None:
    assert not apart(first, second)


def test_filters_count_like_conditions() -> None:
    anything = leaf("spend_7d", ">", 1)
    assert apart(anything, anything, first={"campaign_ids": ["1"]}, second={"campaign_ids": ["2", "3"]})
    assert not apart(anything, anything, first={"campaign_ids": ["1"]}, second={"campaign_ids": ["2", "1"]})
    assert apart(anything, anything, first={"status": ["ACTIVE"]}, second={"status": ["PAUSED"]})


def test_too_many_alternatives_prove_nothing() -> None:
    wide = {ALL: [{ANY: [leaf("spend_7d", "<", n), leaf("roas_7d", "<", n)]} for n in range(1, 8)]}
    assert not apart(wide, {ALL: [leaf("spend_7d", ">", 9), leaf("roas_7d", ">", 9)]})


FIELDS = ("spend_7d", "conversions_7d", "clicks_7d")
_LEAVES = st.one_of(
    st.builds(leaf, st.sampled_from(FIELDS), st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), st.integers(0, 4)),
    st.builds(
        lambda name, pair: leaf(name, "between", sorted(pair)),
        st.sampled_from(FIELDS),
        st.tuples(st.integers(0, 4), st.integers(0, 4)),
    ),
    st.builds(
        lambda name, among: leaf(name, "not_in", among),
        st.sampled_from(FIELDS),
        st.lists(st.integers(0, 4), min_size=1, max_size=3),
    ),
    st.builds(
        lambda op, n: leaf("spend_7d", op, f"conversions_7d * {n}"),
        st.sampled_from(["<", "<=", ">", ">="]),
        st.integers(1, 3),
    ),
)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(
            lambda key, nodes: {key: nodes}, st.sampled_from([ALL, ANY]), st.lists(inner, min_size=1, max_size=3)
        ),
        st.builds(lambda node: {NOT: node}, inner),
    ),
    max_leaves=6,
)
_GRID = [(a, b, c) for a in range(6) for b in range(6) for c in range(6)]


@settings(max_examples=200, deadline=None)
@given(_TREES, _TREES)
def test_no_pair_that_meets_anywhere_on_a_grid_is_called_apart(first: Any, second: Any) -> None:
    columns = {name: [float(row[i]) for row in _GRID] for i, name in enumerate(FIELDS)}
    one, other = compiled(first), compiled(second)
    table = frame(**columns)
    meet = (evaluate(one, table).matched & evaluate(other, table).matched).any()
    if meet:
        assert not never_together(Side(one), Side(other))


def test_templates_that_were_made_for_opposite_cases_are_apart() -> None:
    def side(key: str) -> Side:
        written = TEMPLATES[key].document(lambda dollars: dollars)
        return Side(compiled(written["conditions"], filters=written.get("filters", {})))

    assert never_together(side("zero_conversions"), side("scale_winners"))
    assert never_together(side("zero_conversions"), side("cpa_over_target"))
    assert never_together(side("relaunch_recovered"), side("cpa_over_target"))
    assert never_together(side("scale_top"), side("trim_bottom"))
    assert not never_together(side("scale_winners"), side("cpa_over_target"))
