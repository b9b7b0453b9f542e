"""The lines of an incident's report as a table: for the page, and with every column for the file."""

from dataclasses import replace

from django.urls import reverse

from optimization.incident.report import Line, Report
from optimization.models import Status
from optimization.views import table
from optimization.views.states import state_of
from optimization.views.table import Cell, Head, Raw, Row, Table

KEY = "incident"
MOVING = (Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN)
EMPTY = "Nothing was changed at Meta in these hours, and nothing was undone or paused."
COLUMNS: tuple[str, ...] = (
    *("Action id", "Part", "Account", "Level", "Name", "Meta id", "Kind", "What", "Field", "Before", "After"),
    *("Currency", "Wanted by", "Rule", "Proposed", "Decided", "Decided by", "Begun", "In effect", "Ended"),
    *("State", "Outcome", "Afterwards", "Requests sent", "Reason"),
)


def table_of(report: Report, path: str) -> Table:
    """For the page, newest first."""
    heads = [Head(text) for text in ("What", "When", "Before", "After", "Who", "Result", "Afterwards")]
    rows = [_row(line) for line in report.lines]
    return Table(KEY, "What was done", heads, rows, note="newest first", empty=EMPTY, csv_href=f"{path}csv/")


def cut(found: Table, most: int) -> Table:
    """The first `most` rows; the file has them all."""
    return replace(found, rows=found.rows[:most], more=max(0, len(found.rows) - most))


def _row(line: Line) -> Row:
    action, state = line.action, state_of(line.action)
    small = f"{line.part} · {line.account.name}"
    tone = {"good": "good", "bad": "bad", "watch": "live"}.get(line.tone, "")
    return (
        table.text(line.what, link=reverse("action", args=[action.public_id]), small=small),
        table.moment(line.at, line.account),
        table.text(line.before),
        table.text(line.after),
        table.text(line.who, title=line.why),
        table.text(state.label, dot=state.tone),
        table.text("" if line.undone == "–" else line.undone, dot=tone),
    )


def file_of(report: Report) -> Table:
    """Every column, times in each account's zone."""
    heads = [Head(label) for label in COLUMNS]
    rows = [tuple(_plain(raw) for raw in _long(line)) for line in report.lines]
    return Table(KEY, "Incident", heads, rows)


def _plain(raw: Raw) -> Cell:
    return Cell("", raw)


def _long(line: Line) -> tuple[Raw, ...]:
    action, zone = line.action, line.account.zone
    moments = (action.proposed_at, action.decided_at, action.executing_at, action.executed_at, action.finished_at)
    proposed, decided, begun, done, ended = (at and at.astimezone(zone) for at in moments)
    rule = action.rule_version.rule.name if action.rule_version else ""
    return (
        *(str(action.public_id), line.part, line.account.name, action.level, action.entity_name, action.entity_id),
        *(action.kind, line.what, action.field, line.before, line.after, action.currency, action.source, rule),
        *(proposed, decided, str(action.decided_by or ""), begun, done, ended),
        *(state_of(action).label, action.outcome_note, line.undone, line.sent, action.reason),
    )
