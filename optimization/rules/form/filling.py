"""Document -> draft: every part of a sound document finds its control."""

import json
from collections.abc import Mapping
from typing import Any

from intelligence.metrics.windows import split
from optimization.operators import OPERATORS
from optimization.operators.values.inputs import Input
from optimization.rules.form.codec import decompose, encode, pick, steps
from optimization.rules.form.draft import ActionDraft, Draft, GroupDraft, LeafDraft, MetricDraft, NodeDraft
from optimization.rules.form.fields import kind_of, label_of
from optimization.rules.form.flat import FLAT, Flat
from optimization.rules.form.of_model import inputs_of

JSON = Input("", "JSON", "json")


def fill(document: Mapping[str, Any]) -> Draft:
    """The draft of a document that the schema accepts. Of another it shows what it can."""
    draft = Draft(flat={one.path: found for one in FLAT if (found := _flat(one, document))})
    node = _Tree().node(document.get("conditions"))
    draft.bare = not isinstance(node, GroupDraft)
    draft.root = node if isinstance(node, GroupDraft) else GroupDraft("n0", nodes=[node])
    steps_given = document.get("actions")
    actions = steps_given if isinstance(steps_given, list) else []
    draft.actions = [_action(f"a{i}", step) for i, step in enumerate(actions, 1) if isinstance(step, Mapping)]
    metrics = document.get("metrics")
    pairs = metrics.items() if isinstance(metrics, Mapping) else ()
    draft.metrics = [MetricDraft(f"m{i}", str(name), str(formula)) for i, (name, formula) in enumerate(pairs, 1)]
    return draft


def _flat(one: Flat, document: Mapping[str, Any]) -> list[str]:
    found = pick(document, steps(one.path))
    if found is None or found == "":
        return []
    values = found if one.many and isinstance(found, list | tuple) else [found]
    return [encode(one.input, value) for value in values]


class _Tree:
    """Gives each node its key in reading order."""

    def __init__(self) -> None:
        self.count = 0

    def key(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def node(self, raw: Any) -> NodeDraft:
        negated = 0
        while isinstance(raw, Mapping) and set(raw) == {"not"}:
            raw, negated = raw["not"], negated + 1
        for word in ("all", "any"):
            if isinstance(raw, Mapping) and isinstance(raw.get(word), list):
                key = self.key()
                return GroupDraft(key, word == "all", [self.node(child) for child in raw[word]], negated)
        return self.leaf(raw if isinstance(raw, Mapping) else {}, negated)

    def leaf(self, raw: Mapping[str, Any], negated: int) -> LeafDraft:
        written = str(raw.get("field") or "")
        base, window = split(written.strip())
        operator = str(raw.get("operator") or ">")
        texts, is_raw = value_texts(operator, written, raw.get("value"))
        return LeafDraft(self.key(), label_of(base), window or "", operator, texts, negated, is_raw)


def value_texts(operator: str, field: str, value: Any) -> tuple[dict[str, str], bool]:
    """Texts of the operator's inputs; (JSON, True) where they cannot show the value."""
    known = OPERATORS.get(operator)
    if value is None:
        return {}, False
    texts = decompose(known.inputs, value, wordy(operator, field)) if known else None
    return ({"": encode(JSON, value)}, True) if texts is None else (texts, False)


def wordy(operator: str, field: str) -> bool:
    """Whether a value written here is text: so is the field, or the operator takes no numbers."""
    known, meant = OPERATORS.get(operator), kind_of(field)
    if known is not None and "number" not in known.kinds:
        return True
    return meant is not None and meant.kind != "number"


def _action(key: str, step: Mapping[str, Any]) -> ActionDraft:
    kind, given = str(step.get("kind") or ""), step.get("parameters") or {}
    timed = step.get("timed") or {}
    hours = timed.get("undo_after_hours") if isinstance(timed, Mapping) else None
    when = "hours" if hours is not None else "today" if timed else ""
    texts = decompose(inputs_of(kind), given, wordy=False) if given else {}
    if texts is None:
        return ActionDraft(key, kind, {"": json.dumps(given, ensure_ascii=False)}, when, str(hours or ""), raw=True)
    return ActionDraft(key, kind, texts, when, "" if hours is None else str(hours))
