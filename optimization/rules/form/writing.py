"""Draft -> document, and for each place in the document the control that stands for it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from optimization.operators import OPERATORS
from optimization.rules.form.codec import LISTS, compose, decode, put, steps
from optimization.rules.form.draft import ActionDraft, Draft, GroupDraft, LeafDraft, NodeDraft
from optimization.rules.form.fields import joined
from optimization.rules.form.filling import JSON, fill, wordy
from optimization.rules.form.flat import FLAT, Flat
from optimization.rules.form.of_model import inputs_of
from optimization.rules.parts import WEEKDAYS
from optimization.rules.schema import RuleDocument, RuleInvalid, parse


@dataclass
class Written:
    """`places`: path in the document -> name of its control."""

    document: dict[str, Any]
    places: dict[str, str] = field(default_factory=dict)

    def control(self, path: str) -> str:
        """The control of a place, or of the nearest place around it; "" for the document as a whole."""
        while path and path not in self.places:
            cut = max(path.rfind("."), path.rfind("["))
            path = path[:cut] if cut > 0 else ""
        return self.places.get(path, "")


def write(draft: Draft) -> Written:
    """The document as far as it is written; what is left empty is left out."""
    if draft.whole is not None:
        return _whole(draft.whole)
    written = Written({}, {"conditions": draft.root.key, "actions": "actions", "metrics": "metrics"})
    for one in FLAT:
        _flat(one, draft.flat.get(one.path, []), written)
    metrics = {}
    for metric in draft.metrics:
        if metric.name.strip() or metric.formula.strip():
            metrics[metric.name.strip()] = metric.formula.strip()
            written.places[f"metrics.{metric.name.strip()}"] = f"{metric.key}-formula"
    if metrics:
        written.document["metrics"] = metrics
    root = draft.root.nodes[0] if draft.bare and len(draft.root.nodes) == 1 and not draft.root.negated else draft.root
    written.document["conditions"] = _node(root, "conditions", written)
    written.document["actions"] = [_action(one, f"actions[{i}]", written) for i, one in enumerate(draft.actions)]
    return written


def _whole(text: str) -> Written:
    read = decode(JSON, text, wordy=False)
    return Written(read if isinstance(read, dict) else {}, {})


def _flat(one: Flat, texts: list[str], written: Written) -> None:
    written.places[one.path] = f"d.{one.path}"
    said = [decode(one.input, text, wordy=False) for text in texts if text.strip()]
    if said and not (len(texts) == 1 and texts[0] == one.usual and one.path != "mode"):
        written.document.update(put(written.document, steps(one.path), said if one.many else said[0]))


def _node(node: NodeDraft, path: str, written: Written) -> Any:
    written.places[path] = node.key if isinstance(node, GroupDraft) else f"{node.key}-field"
    for _ in range(node.negated):
        path = f"{path}.not"
        written.places[path] = f"{node.key}-not"
    inner = _group(node, path, written) if isinstance(node, GroupDraft) else _leaf(node, path, written)
    for _ in range(node.negated):
        inner = {"not": inner}
    return inner


def _group(group: GroupDraft, path: str, written: Written) -> dict[str, Any]:
    word = "all" if group.every else "any"
    written.places[path] = written.places[f"{path}.{word}"] = group.key
    return {word: [_node(child, f"{path}.{word}[{i}]", written) for i, child in enumerate(group.nodes)]}


def _leaf(leaf: LeafDraft, path: str, written: Written) -> dict[str, Any]:
    name = joined(leaf.field, leaf.window)
    operator = OPERATORS.get(leaf.operator)
    inputs = (JSON,) if leaf.raw or operator is None else operator.inputs
    for part in ("field", "operator"):
        written.places[f"{path}.{part}"] = f"{leaf.key}-{part}"
    for one in reversed(inputs):
        written.places[f"{path}.value"] = f"{leaf.key}-v{one.key}"
    for one in inputs:
        at = one.key if not one.key or one.key.startswith("[") else f".{one.key}"
        written.places[f"{path}.value{at}"] = f"{leaf.key}-v{one.key}"
    value = compose(inputs, leaf.texts, wordy(leaf.operator, name))
    said = {"field": name, "operator": leaf.operator}
    return said if value is None else {**said, "value": value}


def _action(action: ActionDraft, path: str, written: Written) -> dict[str, Any]:
    inputs = (JSON,) if action.raw else inputs_of(action.kind)
    written.places |= {path: f"{action.key}-kind", f"{path}.kind": f"{action.key}-kind"}
    written.places[f"{path}.timed"] = f"{action.key}-timed"
    written.places[f"{path}.timed.undo_after_hours"] = f"{action.key}-hours"
    for one in reversed(inputs):
        written.places[f"{path}.parameters"] = f"{action.key}-p{one.key}"
    for one in inputs:
        written.places[f"{path}.parameters.{one.key}"] = f"{action.key}-p{one.key}"
    step: dict[str, Any] = {"kind": action.kind}
    parameters = compose(inputs, action.texts, wordy=False)
    if parameters is not None:
        step["parameters"] = parameters
    if action.timed == "today":
        step["timed"] = {"today_only": True}
    elif action.timed == "hours":
        step["timed"] = {"undo_after_hours": decode(HOURS, action.hours, wordy=False)}
    return step


HOURS = replace(JSON, key="hours", reads="whole")


def expresses(document: Mapping[str, Any]) -> bool:
    """Whether the form says all that a sound document says, through a browser's line ends and spaces too."""
    if not all(_carried(text) for text in _texts(document)):
        return False
    try:
        return same_meaning(write(fill(document)).document, document)
    except RuleInvalid:
        return False


def same_meaning(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two sound documents mean the same rule. Raises RuleInvalid for one that is not sound."""
    return _plain(parse(one)) == _plain(parse(other))


def _plain(document: RuleDocument) -> RuleDocument:
    """Week days are a set: their order means nothing, and the form shows them as a week has them."""
    days = tuple(day for day in WEEKDAYS if day in document.schedule.weekdays)
    return replace(document, schedule=document.schedule.model_copy(update={"weekdays": days}))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for key, one in value.items() for text in (*_texts(key), *_texts(one))]
    return [text for one in value for text in _texts(one)] if isinstance(value, list | tuple) else []


def _carried(text: str) -> bool:
    """A one-line control loses line ends, and no control holds a NUL or half a character."""
    try:
        json.dumps(text, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return not any(sign in text for sign in "\r\n\0")


__all__ = ["LISTS", "Written", "expresses", "same_meaning", "write"]
