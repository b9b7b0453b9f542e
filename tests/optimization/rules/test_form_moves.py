"""What the buttons of the builder do to the tree, the actions and the metrics."""

from typing import Any

import pytest

from optimization.rules.form import Draft, fill, move, write
from optimization.rules.form.draft import GroupDraft, walk

A, B, C = ({"field": name, "operator": ">", "value": 1} for name in ("spend_7d", "cpa_7d", "roas_7d"))


def draft(conditions: Any) -> Draft:
    """Keys are given in reading order: n1 is the root."""
    return fill({"conditions": conditions, "actions": [{"kind": "pause"}]})


def tree(made: Draft) -> Any:
    return write(made).document["conditions"]


@pytest.mark.parametrize(
    ("told", "before", "after"),
    [
        ("up:n3", {"all": [A, B]}, {"all": [B, A]}),
        ("down:n2", {"all": [A, B]}, {"all": [B, A]}),
        ("out:n3", {"all": [{"any": [A, B]}, C]}, {"all": [{"any": [B]}, A, C]}),
        ("up:n4", {"all": [C, {"any": [A, B]}]}, {"all": [C, A, {"any": [B]}]}),
        ("down:n4", {"all": [{"any": [B, A]}, C]}, {"all": [{"any": [B]}, A, C]}),
        ("in:n5", {"all": [{"any": [A, B]}, C]}, {"all": [{"any": [A, B, C]}]}),
        ("in:n2", {"all": [A, {"any": [B]}]}, {"all": [{"any": [A, B]}]}),
        ("in:n2", {"all": [A, B]}, {"all": [{"any": [A]}, B]}),
        ("remove:n2", {"all": [A, B]}, {"all": [B]}),
        ("remove:n2", {"all": [{"any": [A, B]}, C]}, {"all": [C]}),
        ("out:n3", {"all": [{"any": [A]}, C]}, {"all": [A, C]}),
    ],
)  # fmt: skip
def test_a_node_moves_where_the_button_says(told: str, before: Any, after: Any) -> None:
    made = draft(before)
    move(made, told)
    assert tree(made) == after


def test_a_group_is_added_of_the_other_kind_with_a_condition_to_fill_in() -> None:
    made = draft({"all": [A]})
    focus = move(made, "add-group:n1")
    group = made.root.nodes[1]
    assert isinstance(group, GroupDraft)
    assert not group.every
    assert focus == f"{group.nodes[0].key}-field"


def test_a_condition_and_a_group_go_right_behind_the_row_that_asked() -> None:
    made = draft({"all": [A, B]})
    move(made, "after:n2")
    move(made, "group-after:n2")
    kinds = [type(node).__name__ for node in made.root.nodes]
    assert kinds == ["LeafDraft", "GroupDraft", "LeafDraft", "LeafDraft"]


def test_a_rule_of_one_bare_condition_stays_so_until_another_is_added() -> None:
    made = draft(A)
    assert tree(made) == A
    move(made, f"add:{made.root.key}")
    assert "all" in tree(made)


def test_whatever_the_buttons_do_no_key_is_used_twice_and_nothing_is_lost() -> None:
    made = draft({"all": [A, {"any": [B, {"all": [C]}]}]})
    for told in ("add:n1", "in:n2", "up:n4", "down:n4", "out:n6", "in:n4", "group-after:n4", "after:n6", "up:n99"):
        move(made, told)
        keys = [node.key for node in walk(made.root)]
        assert len(keys) == len(set(keys))
        assert {"n2", "n4", "n6"} <= set(keys)


def test_actions_and_metrics_are_added_moved_and_removed() -> None:
    made = draft({"all": [A]})
    move(made, "add-action")
    assert [one.kind for one in made.actions] == ["pause", "notify_only"]
    move(made, "up:a2")
    assert [one.kind for one in made.actions] == ["notify_only", "pause"]
    move(made, "remove:a1")
    assert [one.kind for one in made.actions] == ["notify_only"]
    move(made, "add-metric")
    assert [one.key for one in made.metrics] == ["m1"]
    move(made, "remove:m1")
    assert made.metrics == []
