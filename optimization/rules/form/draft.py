"""A rule while somebody writes it: texts as they stand in the form's controls, sound or not."""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as attribute


@dataclass
class LeafDraft:
    """`negated`: how many NOTs stand around it. `texts`: by the key of the operator's inputs.

    `raw`: the value is written as JSON in `texts[""]`, for it has a shape that the inputs cannot show."""

    key: str
    field: str = ""
    window: str = ""
    operator: str = ">"
    texts: dict[str, str] = attribute(default_factory=dict)
    negated: int = 0
    raw: bool = False


@dataclass
class GroupDraft:
    """`every`: all of the nodes must hold; otherwise any."""

    key: str
    every: bool = True
    nodes: "list[NodeDraft]" = attribute(default_factory=list)
    negated: int = 0


NodeDraft = LeafDraft | GroupDraft


@dataclass
class ActionDraft:
    """`timed`: "", "today" or "hours" (then `hours` says how many). `raw`: parameters as JSON in `texts[""]`."""

    key: str
    kind: str = "pause"
    texts: dict[str, str] = attribute(default_factory=dict)
    timed: str = ""
    hours: str = ""
    raw: bool = False


@dataclass
class MetricDraft:
    key: str
    name: str = ""
    formula: str = ""


@dataclass
class Draft:
    """`flat`: path in the document -> texts (several for lists). `bare`: the root group stands for its only node.

    `whole`: the document as JSON text instead of all the rest, None = the form."""

    flat: dict[str, list[str]] = attribute(default_factory=dict)
    root: GroupDraft = attribute(default_factory=lambda: GroupDraft("n0"))
    bare: bool = False
    actions: list[ActionDraft] = attribute(default_factory=list)
    metrics: list[MetricDraft] = attribute(default_factory=list)
    whole: str | None = None

    def one(self, path: str) -> str:
        """The text of a path that holds one, "" where it is unset."""
        return next(iter(self.flat.get(path, ())), "")


def walk(node: NodeDraft) -> Iterator[NodeDraft]:
    """The node and all below it, in reading order."""
    yield node
    if isinstance(node, GroupDraft):
        for child in node.nodes:
            yield from walk(child)


def fresh(draft: Draft, letter: str) -> str:
    """A key that nothing in the draft has: "n7"."""
    keys = [node.key for node in walk(draft.root)]
    keys += [action.key for action in draft.actions] + [metric.key for metric in draft.metrics]
    used = [int(key[1:]) for key in keys if key.startswith(letter)]
    return f"{letter}{max(used, default=0) + 1}"
