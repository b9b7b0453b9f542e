"""What the buttons of the tree, the actions and the metrics do to a draft: `up:n3`, `add:n1`, `remove:a2`."""

from collections.abc import Callable
from typing import Any

from optimization.rules.form.draft import ActionDraft, Draft, GroupDraft, LeafDraft, MetricDraft, NodeDraft, fresh, walk

Sibling = NodeDraft | ActionDraft | MetricDraft


def move(draft: Draft, told: str) -> str:
    """Does what the button says. Gives the name of the control that should have the focus then, "" = leave it."""
    verb, _, key = told.partition(":")
    step = STEPS.get(verb)
    return step(draft, key) if step else ""


def _group(draft: Draft, key: str) -> GroupDraft:
    return next((one for one in walk(draft.root) if isinstance(one, GroupDraft) and one.key == key), draft.root)


def _home(draft: Draft, key: str) -> tuple[GroupDraft, int] | None:
    """The group that holds the node, and its place there; None for the root and for what is not there."""
    for group in walk(draft.root):
        if isinstance(group, GroupDraft):
            for i, node in enumerate(group.nodes):
                if node.key == key:
                    return group, i
    return None


def _add(draft: Draft, key: str) -> str:
    group, leaf = _group(draft, key), LeafDraft(fresh(draft, "n"))
    group.nodes.append(leaf)
    draft.bare = False
    return f"{leaf.key}-field"


def _after(draft: Draft, key: str) -> str:
    """A condition right after this one."""
    home, leaf = _home(draft, key), LeafDraft(fresh(draft, "n"))
    group, place = home or (draft.root, len(draft.root.nodes) - 1)
    group.nodes.insert(place + 1, leaf)
    draft.bare = False
    return f"{leaf.key}-field"


def _add_group(draft: Draft, key: str) -> str:
    """A group of the other kind, with one condition in it: all in any, any in all."""
    parent = _group(draft, key)
    group = GroupDraft(fresh(draft, "n"), not parent.every)
    parent.nodes.append(group)
    group.nodes.append(LeafDraft(fresh(draft, "n")))
    draft.bare = False
    return f"{group.nodes[0].key}-field"


def _after_group(draft: Draft, key: str) -> str:
    """A group right after this node, of the other kind than the group that both are in."""
    home = _home(draft, key)
    if home is None:
        return _add_group(draft, draft.root.key)
    focus = _add_group(draft, home[0].key)
    home[0].nodes.insert(home[1] + 1, home[0].nodes.pop())
    return focus


def _remove(draft: Draft, key: str) -> str:
    home = _home(draft, key)
    if home is None:
        return _remove_step(draft, key)
    group, place = home
    del group.nodes[place]
    rest = group.nodes[min(place, len(group.nodes) - 1)] if group.nodes else group
    return f"{rest.key}-{'field' if isinstance(rest, LeafDraft) else 'match'}"


def _remove_step(draft: Draft, key: str) -> str:
    draft.actions = [one for one in draft.actions if one.key != key]
    draft.metrics = [one for one in draft.metrics if one.key != key]
    return "add-action" if key.startswith("a") else "add-metric"


def _lists(draft: Draft) -> list[list[Any]]:
    groups = [node.nodes for node in walk(draft.root) if isinstance(node, GroupDraft)]
    return [*groups, draft.actions, draft.metrics]


def _shift(by: int) -> Callable[[Draft, str], str]:
    def shift(draft: Draft, key: str) -> str:
        for held in _lists(draft):
            place = next((i for i, one in enumerate(held) if one.key == key), None)
            if place is not None and 0 <= place + by < len(held):
                held.insert(place + by, held.pop(place))
                return f"{key}-{'up' if by < 0 else 'down'}"
            if place is not None and key.startswith("n"):
                return _out(draft, key, after=by > 0)
        return ""

    return shift


def _out(draft: Draft, key: str, after: bool = True) -> str:
    """Out of its group, to stand beside it. A group that is left empty goes."""
    home = _home(draft, key)
    around = _home(draft, home[0].key) if home else None
    if home is None or around is None:
        return f"{key}-out"
    (group, place), (outer, at) = home, around
    outer.nodes.insert(at + after, group.nodes.pop(place))
    if not group.nodes:
        outer.nodes.remove(group)
    return f"{key}-out"


def _into(draft: Draft, key: str) -> str:
    """Into the group before it, else the one after it, else into a new group of its own."""
    home = _home(draft, key)
    if home is None:
        return ""
    group, place = home
    node = group.nodes[place]
    before = group.nodes[place - 1] if place else None
    after = group.nodes[place + 1] if place + 1 < len(group.nodes) else None
    if isinstance(before, GroupDraft):
        before.nodes.append(group.nodes.pop(place))
    elif isinstance(after, GroupDraft):
        after.nodes.insert(0, group.nodes.pop(place))
    else:
        draft.bare = False
        group.nodes[place] = GroupDraft(fresh(draft, "n"), not group.every, [node])
    return f"{key}-in"


def _add_action(draft: Draft, key: str) -> str:
    """A notice: it goes with any other action."""
    action = ActionDraft(fresh(draft, "a"), "notify_only" if draft.actions else "pause")
    draft.actions.append(action)
    return f"{action.key}-kind"


def _add_metric(draft: Draft, key: str) -> str:
    metric = MetricDraft(fresh(draft, "m"))
    draft.metrics.append(metric)
    return f"{metric.key}-name"


STEPS: dict[str, Callable[[Draft, str], str]] = {
    "add": _add,
    "after": _after,
    "group-after": _after_group,
    "add-group": _add_group,
    "remove": _remove,
    "up": _shift(-1),
    "down": _shift(1),
    "out": _out,
    "in": _into,
    "add-action": _add_action,
    "add-metric": _add_metric,
}
