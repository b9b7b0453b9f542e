"""Conditions as people say them of entities: "that spent over 50.00 EUR with no conversion in the last 7 days".

A condition becomes one of four sorts of phrase: that (a verb), with (a noun), whose (field and verb), where (anything).
"""

from dataclasses import dataclass

from optimization.operators import Condition
from optimization.rules.tree import Group, Leaf, Node, leaves
from optimization.rules.words import PLURAL_UNITS, Speech, clause_text, condition_text, field_text, joined, window_text

PLAIN = frozenset({">", ">=", "<", "<=", "between"})
SORTS = ("that", "with", "whose", "where")
VERBS = {
    "spend": "spent {}",
    "days_active": "have been active for {} days",
    "hours_since_created": "were made {} hours ago",
    "hours_since_last_edit": "were last edited {} hours ago",
    "hours_since_conversion": "last converted {} hours ago",
}
STATES = {
    ("learning_phase", "LEARNING"): "are in the learning phase",
    ("learning_phase", "LEARNING_LIMITED"): "are learning limited",
    ("learning_phase", "ACTIVE"): "have left the learning phase",
    ("effective_status", "ACTIVE"): "are active",
    ("effective_status", "PAUSED"): "are paused",
    ("status", "ACTIVE"): "are switched on",
    ("status", "PAUSED"): "are paused",
}


@dataclass(frozen=True)
class Phrase:
    sort: str
    text: str


def said_of(node: Node, currency: str = "") -> str:
    """What stands after "ad sets". A window that all conditions share is said once, at the end."""
    parts = node.nodes if isinstance(node, Group) and node.every else (node,)
    shared = shared_window(node)
    phrases = [_phrase(part, currency, shared is None) for part in parts]
    said = []
    for sort in SORTS:
        texts = [phrase.text for phrase in phrases if phrase.sort == sort]
        said += [f"{sort} {joined(texts)}"] if texts else []
    if not shared:
        return ", ".join(said)
    if {phrase.sort for phrase in phrases} <= {"that", "with"}:
        return f"{' '.join(said)} {window_text(shared)}"
    return f"{', '.join(said)}{', all' if len(leaves(node)) > 1 else ''} {window_text(shared)}"


def shared_window(node: Node) -> str | None:
    """The window that every leaf speaks of, and no other; None if they differ or there is only one leaf's."""
    found = [_windows(leaf) for leaf in leaves(node)]
    together = {window for windows in found for window in windows}
    return together.pop() if len(together) == 1 and len(found) > 1 and all(found) else None


def _windows(leaf: Leaf) -> set[str]:
    condition = leaf.condition
    own = () if condition.operator.own_window else (condition.field,)
    return {field.window for field in (*condition.operand.fields, *own) if field.window}


def _phrase(node: Node, currency: str, with_window: bool) -> Phrase:
    if not isinstance(node, Leaf):
        return Phrase("where", clause_text(node, currency, with_window))
    condition = node.condition
    field = condition.field
    window = f" {window_text(field.window)}" if with_window and field.window else ""
    if condition.operator.key in ("is", "=") and (text := STATES.get((field.base, _only_text(condition)))):
        return Phrase("that", text)
    if field.unit == "count" and condition.operator.key == "=" and condition.operand.terms[0].constant == 0:
        return Phrase("with", f"no {_one(field_text(field))}{window}")
    if condition.operator.key in PLAIN:
        return _figure(condition, currency, window)
    return Phrase("whose", condition_text(condition, currency, with_window))


def _figure(condition: Condition, currency: str, window: str) -> Phrase:
    """A number against thresholds: "spent over 5.00 EUR", "at least 3 conversions", "a CPA under target CPA"."""
    field, terms = condition.field, condition.operand.terms
    constant = all(term.constant is not None for term in terms)
    lasting = not any(part.window for term in terms for part in term.fields)  # no second window in the sentence
    speech = Speech(field, currency, "" if window else field.window or "")
    amount = condition.operator.words(condition.operand, speech).removeprefix("is ")
    name = field_text(field)
    if field.base in VERBS and (constant or (lasting and field.unit == "money")):
        return Phrase("that", f"{_singular(VERBS[field.base].format(amount))}{window}")
    if field.unit == "count" and constant:
        return Phrase("with", f"{_singular(f'{amount} {name}')}{window}")
    if field.unit in PLURAL_UNITS or field.base in VERBS:
        verb = "are" if field.unit in PLURAL_UNITS else "is"
        return Phrase("whose", f"{name}{window} {verb} {amount}")
    article = "an" if name[:1] in "aeiou" else "a"
    return Phrase("with", f"{article} {name} {amount}{window}" if lasting else f"{article} {name}{window} {amount}")


def _singular(text: str) -> str:
    """ "at least 1 days" -> "at least 1 day" """
    start, _, noun = text.rpartition(" 1 ")
    return f"{start} 1 {_one(noun)}" if start and " " not in noun else text


def _one(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _only_text(condition: Condition) -> str:
    texts = condition.operand.texts
    return texts[0] if len(texts) == 1 else ""
