"""A rule's document as people read it: conditions as a nested list, everything else as short facts and lines."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from optimization.kinds import KINDS
from optimization.rules.parts import Safety
from optimization.rules.schema import RuleDocument, RuleInvalid, parse
from optimization.rules.summary import action_text
from optimization.rules.tree import Leaf, Node, Not
from optimization.rules.words import condition_text
from optimization.views.rule_words import mode_of, schedule_of
from optimization.views.trace import JOINTS

INDENT = "    "
FILTERS: dict[str, str] = {
    "name_contains": "the name contains",
    "name_matches": "the name matches",
    "status": "status is",
    "objective": "objective is",
    "campaign_ids": "campaign is",
    "parent_ids": "inside",
    "tags": "tagged",
    "without_tags": "not tagged",
}
SAFETY: dict[str, tuple[str, str]] = {
    "cooldown_hours": ("Cooldown", "{:g} h between two changes of one entity"),
    "max_changes_per_day": ("Most changes", "{:g} a day on one entity"),
    "max_change_percent": ("Largest change", "{:g} % at once"),
    "rollout_percent": ("Roll-out", "acts alone on {:g} % of its matches; the rest wait for a person"),
}


@dataclass(frozen=True)
class Branch:
    """A group with its `children`, or one condition. `path`: its place in the document."""

    text: str
    path: str
    children: tuple["Branch", ...] = ()


def branch_of(node: Node, currency: str) -> Branch:
    if isinstance(node, Leaf):
        text = condition_text(node.condition, currency)
        return Branch(text[:1].upper() + text[1:], node.path)
    if isinstance(node, Not):
        return Branch(JOINTS["not"], node.path, (branch_of(node.node, currency),))
    children = tuple(branch_of(child, currency) for child in node.nodes)
    return Branch(JOINTS["all" if node.every else "any"], node.path, children)


def parsed(document: Mapping[str, Any], level: str) -> RuleDocument | None:
    """None: what is stored is not sound by today's language; the page then shows it as it stands."""
    try:
        return parse(dict(document), level)
    except RuleInvalid:
        return None


@dataclass(frozen=True)
class Line:
    """One fact of a rule."""

    label: str
    text: str


def filter_lines(document: Mapping[str, Any]) -> list[Line]:
    given = document.get("filters") or {}
    return [Line(FILTERS.get(key, key.replace("_", " ")), _listed(value)) for key, value in given.items() if value]


def metric_lines(document: Mapping[str, Any]) -> list[Line]:
    """Metrics of its own."""
    return [Line(str(name), str(formula)) for name, formula in (document.get("metrics") or {}).items()]


def safety_lines(document: Mapping[str, Any]) -> list[Line]:
    """Its own limits, roll-out and hold-out; the account's limits bind as well."""
    given = dict(document.get("safety") or {})
    if document.get("mode") == "automatic":
        given.setdefault("rollout_percent", Safety().rollout_percent)
    lines = [
        Line(label, form.format(float(given[key])))
        for key, (label, form) in SAFETY.items()
        if isinstance(given.get(key), int | float)
    ]
    holdout = document.get("holdout_percent")
    if holdout:
        lines.append(Line("Hold-out", f"{holdout:g} % of its firings are left out, so that its effect can be measured"))
    return lines


def action_lines(read: RuleDocument, currency: str) -> list[str]:
    texts = [action_text(action, "", currency) for action in read.actions]
    return [text[:1].upper() + text[1:] for text in texts]


def action_icon(read: RuleDocument) -> str:
    change = read.change
    if change is None:
        return "bell"
    kind = KINDS[change.kind]
    return "pause" if change.kind == "pause" else "up" if kind.grows else "down" if kind.loss_prevention else "set"


def text_lines(document: Mapping[str, Any], level: str, currency: str) -> list[str]:
    """The whole document in indented words, one thing a line, for telling two versions apart."""
    read = parsed(document, level)
    if read is None:
        return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True).splitlines()
    lines = [f"Only where {line.label} {line.text}" for line in filter_lines(document)]
    lines += [f"Metric {line.label} = {line.text}" for line in metric_lines(document)]
    lines += ["When", *(INDENT + text for text in _walked(branch_of(read.conditions, currency)))]
    lines += ["Then", *(INDENT + text for text in action_lines(read, currency))]
    lines += [f"Mode: {mode_of(document).label.lower()}", f"Checked: {schedule_of(document).lower()}"]
    lines += [f"{line.label}: {line.text}" for line in safety_lines(document)]
    if document.get("default_window"):
        lines.append(f"Window where none is named: {document['default_window']}")
    return lines


def _walked(branch: Branch, depth: int = 0) -> Iterator[str]:
    yield f"{INDENT * depth}{branch.text}"
    for child in branch.children:
        yield from _walked(child, depth + 1)


def _listed(value: Any) -> str:
    return " or ".join(str(one) for one in value) if isinstance(value, list | tuple) else f"“{value}”"
