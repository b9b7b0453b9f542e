"""Actions as a table: for an entity's page, and for the file of the queue and its history."""

from collections.abc import Iterable, Mapping

from django.urls import reverse

from metaads.graph.money import from_minor
from optimization.kinds import describe
from optimization.models import Action
from optimization.value_words import value_text
from optimization.views import table
from optimization.views.states import state_of
from optimization.views.table import Cell, Head, Raw, Row, Table

FILE_MOST = 20_000


def short(rows: Iterable[Action]) -> Table:
    """For a page: what, state, when, who, why. The actions come with account and decider loaded."""
    heads = (Head("Action"), Head("Change"), Head("State"), Head("Proposed"), Head("Decided by"), Head("Why"))
    empty = "No rule has proposed anything here, and nobody changed it through this product."
    return Table("actions", "Our actions", heads, [_short(action) for action in rows], empty=empty)


def _short(action: Action) -> Row:
    head, state = describe(action), state_of(action)
    return (
        table.text(f"{head.verb} {head.name}", link=reverse("action", args=[action.public_id])),
        table.text(head.change),
        table.text(state.label, dot=state.tone),
        table.moment(action.proposed_at, action.account),
        table.text(str(action.decided_by or "")),
        table.text(action.reason),
    )


COLUMNS: tuple[str, ...] = (
    *("Action id", "Account", "Level", "Name", "Meta id", "Campaign", "Kind", "Field", "Before", "Wanted", "Final"),
    *("Currency", "At stake", "Confidence", "State", "Proposed", "Rule", "Decided", "Decided by", "In effect"),
    *("Reason", "Outcome"),
)


def long(rows: Iterable[Action]) -> Table:
    """For a file: every column. Amounts in the major unit of the currency beside them."""
    heads = [Head(label) for label in COLUMNS]
    return Table("actions", "Actions", heads, [tuple(_plain(raw) for raw in _long(action)) for action in rows])


def _plain(raw: Raw) -> Cell:
    return Cell("", raw)


def _long(action: Action) -> tuple[Raw, ...]:
    account = action.account
    rule = action.rule_version.rule.name if action.rule_version else ""
    times = [at and at.astimezone(account.zone) for at in (action.proposed_at, action.decided_at, action.executed_at)]
    values = [_value(action, value) for value in (action.value_before, action.value_wanted, action.value_final)]
    stake = None if action.at_stake is None else from_minor(action.at_stake, action.currency)
    return (
        *(str(action.public_id), account.name, action.level, action.entity_name, action.entity_id),
        *(action.campaign_id, action.kind, action.field, *values, action.currency, stake, action.confidence),
        *(state_of(action).label, times[0], rule, times[1], str(action.decided_by or ""), times[2]),
        *(action.reason, action.outcome_note),
    )


def _value(action: Action, value: object) -> Raw:
    """Budgets in the major unit, a status as Meta says it, a bid or an audience in words."""
    if isinstance(value, int) and action.field != "status":
        return from_minor(value, action.currency)
    if isinstance(value, Mapping):
        return value_text(action.field, value, action.currency)
    return None if value is None else str(value)
