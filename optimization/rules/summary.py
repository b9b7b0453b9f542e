"""A rule in plain language, for lists, proposals and the rule's own page."""

from collections.abc import Iterable
from decimal import Decimal

from metaads.graph.money import amount_text
from optimization.kinds import KINDS
from optimization.rules.parts import Filters, Schedule
from optimization.rules.schema import RuleAction, RuleDocument
from optimization.rules.tree import Leaf, Node, Not, leaves
from optimization.rules.words import condition_text, number_text, window_text

PLURAL = {"campaign": "campaigns", "adset": "ad sets", "ad": "ads", "": "entities"}
MODE_TEXT = {
    "approval_required": "A person approves each change.",
    "automatic": "Acts alone, inside the account's limits.",
    "suggestion_only": "Suggests only.",
}
EVERY_TEXT = {
    "new_data": "on new data",
    "5min": "every 5 minutes",
    "15min": "every 15 minutes",
    "hourly": "every hour",
    "daily": "every day",
}


def summarise(document: RuleDocument, currency: str = "", level: str = "") -> str:
    """Two or three sentences. Amounts are in the major unit; without a currency they stand bare."""
    who = PLURAL[level] + _filters_text(document.filters)
    when = conditions_text(document.conditions, currency)
    does = _capital(joined([action_text(action, who if i == 0 else "", currency) for i, action in _numbered(document)]))
    how = MODE_TEXT[document.mode] if document.change else "It changes nothing at Meta."
    return f"{does} where {when}. {_schedule_text(document.schedule)} {how}"


def conditions_text(node: Node, currency: str = "") -> str:
    """The tree as one clause. A window that all conditions share is said once, at the end."""
    found = leaves(node)
    windows = {window for leaf in found for window in _windows(leaf)}
    shared = (
        next(iter(windows)) if len(windows) == 1 and len(found) > 1 and all(_windows(leaf) for leaf in found) else None
    )
    clause = _clause(node, currency, shared is None)
    return f"{clause}, all {window_text(shared)}" if shared else clause


def action_text(action: RuleAction, who: str, currency: str = "") -> str:
    """What is done, in the infinitive: "lower the budget of ad sets by 50 %"."""
    parameters = action.parameters
    if "message" in parameters:
        return f"notify about {who}, saying “{parameters['message']}”," if who else f"notify “{parameters['message']}”"
    label = KINDS[action.kind].label.lower()
    if "budget" in label:
        label = label if label.split()[-1] != "budget" else label.replace("budget", "the budget")
        said = f"{label} of {who}" if who else label
        return f"{said} {_size(action, currency)}{_bounds(parameters, currency)}"
    return f"{label} {who}".strip()


def joined(items: Iterable[str], word: str = "and") -> str:
    """a, b and c."""
    texts = list(items)
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {word} {texts[-1]}"


def _numbered(document: RuleDocument) -> list[tuple[int, RuleAction]]:
    return list(enumerate(document.actions))


def _windows(leaf: Leaf) -> set[str]:
    """Windows that the leaf speaks of: its field's and those in its expressions."""
    condition = leaf.condition
    fields = list(condition.operand.fields)
    if not condition.operator.own_window:
        fields.append(condition.field)
    return {field.window for field in fields if field.window}


def _clause(node: Node, currency: str, with_window: bool, inside: bool = False) -> str:
    if isinstance(node, Leaf):
        return condition_text(node.condition, currency, with_window)
    if isinstance(node, Not):
        return f"not ({_clause(node.node, currency, with_window)})"
    parts = [_clause(child, currency, with_window, inside=True) for child in node.nodes]
    text = joined(parts, "and" if node.every else "or")
    return f"({text})" if inside and len(parts) > 1 else text


def _filters_text(filters: Filters) -> str:
    parts = []
    if filters.name_contains:
        parts.append(f'with "{filters.name_contains}" in the name')
    if filters.name_matches:
        parts.append(f'whose name matches "{filters.name_matches}"')
    if filters.status:
        parts.append(f"in status {joined(filters.status, 'or')}")
    if filters.objective:
        parts.append(f"with objective {joined(filters.objective, 'or')}")
    if filters.campaign_ids:
        parts.append(f"of campaign {joined(filters.campaign_ids, 'or')}")
    if filters.parent_ids:
        parts.append(f"under {joined(filters.parent_ids, 'or')}")
    if filters.tags:
        parts.append(f"tagged {joined(filters.tags, 'or')}")
    if filters.without_tags:
        parts.append(f"not tagged {joined(filters.without_tags, 'or')}")
    return f" {joined(parts)}" if parts else ""


def _size(action: RuleAction, currency: str) -> str:
    if "percent" in action.parameters:
        return f"by {number_text(float(action.parameters['percent']), 'percent')}"
    amount = _money(action.parameters["amount"], currency)
    return f"to {amount} a day" if action.kind == "set_budget" else f"by {amount} a day"


def _bounds(parameters: dict[str, str], currency: str) -> str:
    bounds = []
    if "lower" in parameters:
        bounds.append(f"not below {_money(parameters['lower'], currency)}")
    if "upper" in parameters:
        bounds.append(f"not above {_money(parameters['upper'], currency)}")
    return f" ({joined(bounds)})" if bounds else ""


def _money(amount: str, currency: str) -> str:
    return amount_text(Decimal(amount), currency) if currency else f"{Decimal(amount):,}"


def _schedule_text(schedule: Schedule) -> str:
    text = f"Checked {EVERY_TEXT[schedule.every]}"
    if schedule.at:
        text += f" at {schedule.at}"
    if schedule.active_hours:
        text += f", from {schedule.active_hours.start} to {schedule.active_hours.end}"
    if schedule.weekdays:
        text += f", on {joined(day.capitalize() for day in schedule.weekdays)}"
    return f"{text} ({schedule.zone})." if schedule.zone else f"{text}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
