"""Tables of the import pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from intelligence.importing.headings import SPEND, TARGETS, Kind
from intelligence.importing.plan import Plan, Total
from intelligence.models import OfflineUpload
from intelligence.offline import OfflineResult
from optimization.views import table
from optimization.views.table import Cell, Head, Table

SAMPLES = 3
WORDS = {
    "impressions": "Impressions", "reach": "Reach", "clicks": "Clicks (all)", "inline_link_clicks": "Link clicks",
    "spend": "Amount spent", "actions.omni_purchase": "Purchases", "action_values.omni_purchase": "Purchase value",
    "actions.lead": "Leads", "actions.omni_add_to_cart": "Adds to cart", "actions.omni_search": "Searches",
    "actions.omni_initiated_checkout": "Checkouts initiated", "actions.omni_view_content": "Content views",
    "actions.landing_page_view": "Landing page views", "thruplays": "ThruPlays", "campaign": "Campaign",
    "adset": "Ad set", "ad": "Ad", "day": "Day", "starts": "First day", "ends": "Last day", "currency": "Currency",
    "actions.onsite_conversion.messaging_conversation_started_7d": "Messaging conversations started",
    "cpm": "CPM (checked)", "ctr": "CTR of all clicks (checked)", "link_ctr": "CTR of link clicks (checked)",
    "cpc": "CPC of all clicks (checked)", "link_cpc": "Cost per link click (checked)",
    "frequency": "Frequency (checked)",
}  # fmt: skip


@dataclass(frozen=True)
class ColumnRow:
    """One column of the file: its heading, some cells, what it is read as ("" = not read), what else it could be."""

    heading: str
    samples: tuple[str, ...]
    target: str
    choices: tuple[tuple[str, str], ...]


def _line(number: int) -> Cell:
    return Cell(str(number), number, num=True)


def word(target: str) -> str:
    return WORDS.get(target, target.removeprefix("actions.").replace("_", " ").capitalize())


def columns_of(plan: Plan) -> list[ColumnRow]:
    choices = (("", "Not read"), *sorted(((name, word(name)) for name in TARGETS), key=lambda pair: pair[1]))
    rows = []
    for place, (heading, held) in enumerate(zip(plan.table.headings, plan.layout.meanings, strict=True)):
        cells = [row.cells[place] for row in plan.table.rows if place < len(row.cells) and row.cells[place]]
        target = "" if held.kind is Kind.OTHER else held.target
        rows.append(ColumnRow(heading, tuple(dict.fromkeys(cells))[:SAMPLES], target, choices))
    return rows


def totals_table(plan: Plan) -> Table:
    heads = (Head("Figure"), Head("Sum", num=True), Head("Rows without it", num=True))
    rows = [
        (table.text(word(t.metric)), Cell(_sum(t, plan.layout.currency), t.value, num=True), table.count(t.unknown))
        for t in plan.totals
    ]
    return Table("totals", "What was read", heads, rows)


def _sum(total: Total, currency: str) -> str:
    money = total.metric == SPEND or total.metric.startswith("action_values.")
    return f"{total.value:,.2f} {currency}".strip() if money else f"{total.value.normalize():,f}"


def refused_table(plan: Plan) -> Table:
    heads = (Head("Line"), Head("Why it can't be right"), Head("The row"))
    rows = [(_line(r.line), table.text(r.reason), table.text(" | ".join(r.cells)[:300])) for r in plan.refused]
    return Table("refused", "Rows that are not stored", heads, rows)


def notes_table(result: OfflineResult) -> Table:
    kinds = (("refused", result.refused), ("no known entity", result.unassigned), ("known before", result.duplicates))
    heads = (Head("Line", num=True), Head("Event"), Head("What became of it"), Head("Why"))
    rows = [
        (_line(note.line), table.text(note.event_id), table.text(kind), table.text(note.reason))
        for kind, notes in kinds
        for note in notes
    ]
    return Table("notes", "Lines that need a look", heads, rows)


def uploads_table(uploads: Iterable[OfflineUpload]) -> Table:
    heads = (
        Head("File"), Head("Account"), Head("Uploaded"), Head("Accepted", num=True), Head("Known before", num=True),
        Head("Refused", num=True), Head("No known entity", num=True),
    )  # fmt: skip
    rows = [
        (
            table.text(one.source), table.text(one.account.name), table.moment(one.uploaded_at, one.account),
            table.count(one.accepted), table.count(one.duplicates), table.count(one.refused),
            table.count(one.unassigned),
        )
        for one in uploads
    ]  # fmt: skip
    return Table("uploads", "Uploaded sales", heads, rows, empty="No sales were uploaded yet.")
