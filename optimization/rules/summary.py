"""A rule in plain language, for lists, proposals and the rule's own page."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from metaads.graph.money import amount_text
from optimization.kinds import KINDS
from optimization.rules.parts import Filters, Schedule
from optimization.rules.phrases import said_of, shared_window
from optimization.rules.schema import RuleAction, RuleDocument
from optimization.rules.tree import Node
from optimization.rules.words import clause_text, expression_text, joined, number_text, window_text

PLURAL = {"campaign": "campaigns", "adset": "ad sets", "ad": "ads", "": "entities"}
MODE_TEXT = {
    "approval_required": "A person approves each change.",
    "automatic": "Acts alone, inside the account's limits.",
    "suggestion_only": "Suggests only.",
}
STATUS_WORDS = {"ACTIVE": "active", "PAUSED": "paused"}
EVERY_TEXT = {
    "new_data": "on new data",
    "5min": "every 5 minutes",
    "15min": "every 15 minutes",
    "hourly": "every hour",
    "daily": "every day",
}


def summarise(document: RuleDocument, currency: str = "", level: str = "") -> str:
    """A few sentences. Amounts are in the major unit; without a currency they stand bare."""
    who = f"{_who(document.filters, level)} {said_of(document.conditions, currency)}"
    does = _capital(_actions_text(document.actions, who, currency))
    parts = [f"{does}.", *_metrics_text(document, currency), *_timed_text(document), _schedule_text(document.schedule)]
    return " ".join([*parts, _mode_text(document), *_safety_text(document)])


def conditions_text(node: Node, currency: str = "") -> str:
    """The tree as one clause. A window that all conditions share is said once, at the end."""
    shared = shared_window(node)
    clause = clause_text(node, currency, shared is None)
    return f"{clause}, all {window_text(shared)}" if shared else clause


def action_text(action: RuleAction, who: str, currency: str = "") -> str:
    """What is done, in the infinitive: "lower the budget by 50 % for ad sets"."""
    parameters, label = action.parameters, KINDS[action.kind].label.lower()
    phrase = KINDS[action.kind].phrase(parameters, lambda amount: _money(amount, currency))
    if phrase:
        return f"{phrase}{_for(who)}"
    if "message" in parameters:
        return f"notify “{parameters['message']}”{_for(who)}"
    if action.kind in PLANS:
        return PLANS[action.kind](parameters, who, currency)
    if "budget" in label:
        label = label if label.split()[-1] != "budget" else label.replace("budget", "the budget")
        return f"{label} {_size(action, currency)}{_bounds(parameters, currency)}{_for(who)}"
    return f"{label} {who}".strip()


def _reallocation(parameters: dict[str, Any], who: str, currency: str) -> str:
    by = f"by ROAS {window_text(parameters['window'])}"
    where = f"where the best is {Decimal(parameters['ratio']):g} times the worst or more"
    return f"reallocate the budget{_inside(who)} {by}, {where}{_bounds(parameters, currency)}"


def _rotation(parameters: dict[str, Any], who: str, currency: str) -> str:
    return f"exchange an ad with a fatigue of {parameters['tired']:g} or more for the best rested one{_inside(who)}"


def _copying(parameters: dict[str, Any], who: str, currency: str) -> str:
    what = f"duplicate {who}" if who else "duplicate it"
    if "into" in parameters:
        what += f" into {parameters['into']}"
    if "percent" in parameters:
        return f"{what} with {Decimal(parameters['percent']):g} % of the budget"
    return f"{what} with a budget of {_money(parameters['amount'], currency)}" if "amount" in parameters else what


PLANS: dict[str, Callable[[dict[str, Any], str, str], str]] = {
    "reallocate": _reallocation,
    "rotate": _rotation,
    "duplicate": _copying,
}
"""Kinds of several steps, in their own words."""


def _inside(who: str) -> str:
    return f" in {who}" if who else ""


def _for(who: str) -> str:
    return f" for {who}" if who else ""


def _actions_text(actions: Sequence[RuleAction], who: str, currency: str) -> str:
    if len(actions) == 1:
        return action_text(actions[0], who, currency)
    return joined(action_text(action, "", currency) for action in actions) + _for(who)


def _who(filters: Filters, level: str) -> str:
    """ "active ad sets with “sale” in the name" """
    sole = STATUS_WORDS.get(filters.status[0], "") if len(filters.status) == 1 else ""
    rest = filters.model_copy(update={"status": ()}) if sole else filters
    return f"{sole} {PLURAL[level]}{_filters_text(rest)}".strip()


def _metrics_text(document: RuleDocument, currency: str) -> list[str]:
    """How each metric of one's own is made, where windows other than the default are said."""
    said = []
    for name, formula in document.metrics.items():
        words = expression_text(formula, "", currency, but=document.default_window)
        said.append(f"{_capital(name.replace('_', ' '))} is {words}.")
    return said


def _timed_text(document: RuleDocument) -> list[str]:
    timed = document.change.timed if document.change else None
    if timed is None:
        return []
    if timed.today_only:
        return ["For today only: undone at the end of the account's day, unless kept."]
    return [f"Undone after {timed.undo_after_hours} h, unless kept."]


def _mode_text(document: RuleDocument) -> str:
    if not document.change:
        return "It changes nothing at Meta."
    share = document.safety.rollout_percent
    if document.mode == "automatic" and share < 100:
        return f"Acts alone on {share} % of its matches, inside the account's limits; the rest wait for a person."
    return MODE_TEXT[document.mode]


def _safety_text(document: RuleDocument) -> list[str]:
    safety, said = document.safety, []
    if safety.cooldown_hours:
        said.append(f"Leaves each alone for {safety.cooldown_hours:g} h after a change.")
    if safety.max_changes_per_day:
        said.append(f"Changes each at most {_times(safety.max_changes_per_day)} a day.")
    if safety.max_change_percent:
        said.append(f"No change is larger than {safety.max_change_percent:g} %.")
    if document.holdout_percent and document.change:
        said.append(f"Skips {document.holdout_percent:g} % of its firings at random, to measure its effect.")
    return said


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


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
    """ "Checked every day at 08:30." Of a daily rule the week days say how often."""
    days = f"on {joined(day.capitalize() for day in schedule.weekdays)}" if schedule.weekdays else ""
    text = f"Checked {days if days and schedule.at else EVERY_TEXT[schedule.every]}"
    if schedule.at:
        text += f" at {schedule.at}"
    if schedule.active_hours:
        text += f", from {schedule.active_hours.start} to {schedule.active_hours.end}"
    if days and not schedule.at:
        text += f", {days}"
    return f"{text} ({schedule.zone})." if schedule.zone else f"{text}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
