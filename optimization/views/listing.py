"""Tables of campaigns, ad sets and ads: sorted on the server, a page at a time, sums over all that fits the filters."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from math import ceil, isnan

import numpy as np
from django.urls import reverse
from django.utils.safestring import SafeString

from intelligence.charts import Spark, sparkline
from metaads.exchange import PER_USD
from metaads.models import Level
from optimization.views import table, words
from optimization.views.asked import CHANGE, PAGE, Asked
from optimization.views.history import drawable, history
from optimization.views.locked_rows import marked
from optimization.views.metrics import LONG, Metric, metric_of
from optimization.views.sheet import Sheet, total
from optimization.views.table import Cell, Head, Table

PAGES: dict[str, str] = {Level.CAMPAIGN: "campaign", Level.AD_SET: "ad-set", Level.AD: "ad"}
"""Name of the page of each level."""
SPARK_DAYS = 14
SPARK_COLOURS = frozenset({"roas", "cpa", "spend"})
Place = tuple[int, int]
"""Which sheet, and which row of it."""


@dataclass(frozen=True)
class Listing:
    """One page of the table; `count` rows fit the filters."""

    table: Table
    page: int
    pages: int
    count: int


def list_entities(sheets: Sequence[Sheet], asked: Asked, key: str, title: str, nows: Mapping[int, datetime]) -> Listing:
    """`nows`: business time by account id. `key` names the table; rows link to the entities' own pages."""
    narrowed = [sheet.narrowed(asked.search, asked.status) for sheet in sheets]
    places = _sorted(narrowed, asked)
    pages = max(1, ceil(len(places) / PAGE))
    page = min(max(1, asked.page), pages)
    shown = places[(page - 1) * PAGE : page * PAGE]
    sparks = _sparks(narrowed, shown, asked, nows)
    made = marked(_table(narrowed, asked, key, title, shown, sparks), narrowed, shown, nows)
    return Listing(made, page, pages, len(places))


def whole_table(sheets: Sequence[Sheet], asked: Asked, key: str, title: str) -> Table:
    """All rows that fit the filters, for the file."""
    narrowed = [sheet.narrowed(asked.search, asked.status) for sheet in sheets]
    return _table(narrowed, asked, key, title, _sorted(narrowed, asked), {})


def _sorted(sheets: Sequence[Sheet], asked: Asked) -> list[Place]:
    """Places of all rows in order; unknown values last, equals by name."""
    known: list[tuple[float | str, str, Place]] = []
    rest: list[tuple[str, Place]] = []
    for s, sheet in enumerate(sheets):
        for i, value in enumerate(_sort_values(sheet, asked)):
            if isinstance(value, float) and isnan(value):
                rest.append((sheet.names[i], (s, i)))
            else:
                known.append((value, sheet.names[i], (s, i)))
    known.sort(key=lambda one: one[1])
    known.sort(key=lambda one: one[0], reverse=asked.down)
    return [place for _, _, place in known] + [place for _, place in sorted(rest)]


def _sort_values(sheet: Sheet, asked: Asked) -> Sequence[float | str]:
    """Texts for names and statuses, else numbers; money of other currencies by its rough worth, to order rows only."""
    texts: dict[str, Callable[[], list[str]]] = {
        "name": lambda: [name.casefold() for name in sheet.names],
        "status": lambda: [delivery.word for delivery in sheet.deliveries],
        "account": lambda: [sheet.account.name] * len(sheet),
    }
    if asked.sort in texts:
        return texts[asked.sort]()
    worth = float(PER_USD.get(sheet.account.currency, Decimal(1)))
    if asked.sort == "budget":
        budgets = np.where(np.isnan(sheet.daily_budgets), sheet.lifetime_budgets, sheet.daily_budgets)
        return list(map(float, budgets / worth))
    if asked.sort == CHANGE:
        none = np.full(len(sheet), np.nan)
        return list(map(float, sheet.change(asked.against, asked.window) if asked.against else none))
    metric = asked.metric(asked.sort) or asked.metrics[0]
    values = sheet.values(metric, asked.window)
    return list(map(float, values / worth if metric.unit == "money" else values))


def _table(
    sheets: Sequence[Sheet],
    asked: Asked,
    key: str,
    title: str,
    places: Sequence[Place],
    sparks: Mapping[Place, SafeString],
) -> Table:
    columns = list(_columns(sheets, asked, sparks))
    rows = list(zip(*(_column(sheets, places, make) for _, make in columns), strict=True))
    pictures = frozenset(i for i, (head, _) in enumerate(columns) if head.label == TREND)
    heads = [_linked(head, name, asked) for (head, _), name in zip(columns, _sort_keys(asked, sheets), strict=True)]
    return Table(
        key=key,
        title=title,
        heads=heads,
        rows=rows,
        foot=list(_feet(sheets, asked, len(columns))),
        csv_href=table.csv_href(Table(key, title, (), ()), asked.query),
        pictures=pictures,
    )


TREND, OWN = "Trend", "own currency"
NO_BUDGET: dict[str, str] = {
    Level.CAMPAIGN: "on its ad sets",
    Level.AD_SET: "on its campaign",
    Level.AD: "not on ads",
}
NOT_TOLD = "not told"
"""A file names no budgets."""
Make = Callable[[Sheet], Callable[[int], Cell]]


def _column(sheets: Sequence[Sheet], places: Sequence[Place], make: Make) -> list[Cell]:
    makers = [make(sheet) for sheet in sheets]
    return [makers[s](i) for s, i in places]


def _sort_keys(asked: Asked, sheets: Sequence[Sheet]) -> list[str]:
    """What each column sorts by, "" for the picture."""
    change = [CHANGE] if asked.against else []
    account = ["account"] if len(sheets) > 1 else []
    return ["name", *account, "status", "budget", *(metric.key for metric in asked.metrics), *change, ""]


def _columns(sheets: Sequence[Sheet], asked: Asked, sparks: Mapping[Place, SafeString]) -> Iterator[tuple[Head, Make]]:
    """Each column's head, and what makes its cells for one sheet."""
    currencies = {sheet.account.currency for sheet in sheets}
    currency = currencies.pop() if len(currencies) == 1 else OWN
    yield Head("Name"), _name_cell
    if len(sheets) > 1:
        yield Head("Account", wide=True), _account_cell
    yield Head("Delivery"), _delivery_cell
    yield Head(_said("Budget", currency), num=True, csv=f"Budget ({currency})", wide=True), _budget_cell
    for metric in asked.metrics:
        yield (
            Head(
                _said(metric.label, currency if metric.unit == "money" else OWN),
                num=True,
                title=metric.note,
                csv=metric.head(currency),
            ),
            _metric_cell(metric, asked),
        )
    against = asked.against
    if against:
        label = f"{against.label} change"
        title = f"{against.label} against the {previous(asked.window)}"
        yield Head(label, num=True, title=title, csv=f"{label} (%)"), _change_cell(against, asked)
    yield Head(TREND, title=f"{SPARK_DAYS} complete days"), lambda sheet: _spark_cell(sheets.index(sheet), sparks)


def _said(label: str, currency: str) -> str:
    """A head on the page: amounts in one currency name it once, above."""
    return f"{label}, {currency}" if currency and currency != OWN else label


def previous(window: str) -> str:
    """The period that a change is against, in words."""
    days = LONG.get(window, 0)
    return "day before" if days == 1 else f"previous {days} days" if days else "period before (today is not over)"


def _linked(head: Head, key: str, asked: Asked) -> Head:
    if not key:
        return head
    on = asked.sort == key
    first = "-" if head.num else ""
    following = ("" if asked.down else "-") if on else first
    sort = ("descending" if asked.down else "ascending") if on else "none"
    return replace(head, href=asked.link(sort=f"{following}{key}"), sort=sort)


def _name_cell(sheet: Sheet) -> Callable[[int], Cell]:
    page = PAGES[sheet.frame.level]
    return lambda i: table.text(
        sheet.names[i] or sheet.ids[i], link=reverse(page, args=[sheet.ids[i]]), title=f"Meta id {sheet.ids[i]}"
    )


def _account_cell(sheet: Sheet) -> Callable[[int], Cell]:
    cell = replace(table.text(sheet.account.name, small=sheet.account.currency), wide=True)
    return lambda i: cell


def _delivery_cell(sheet: Sheet) -> Callable[[int], Cell]:
    return lambda i: table.text(sheet.deliveries[i].word, dot=sheet.deliveries[i].tone)


def _budget_cell(sheet: Sheet) -> Callable[[int], Cell]:
    """The entity's own budget; where it carries none, its parent or its children do."""
    currency = sheet.account.currency

    def cell(i: int) -> Cell:
        daily, lifetime = float(sheet.daily_budgets[i]), float(sheet.lifetime_budgets[i])
        if isnan(daily) and isnan(lifetime):
            none = NOT_TOLD if sheet.account.read_only else NO_BUDGET[sheet.frame.level]
            return Cell(none, None, num=True, hush=True, wide=True)
        value, small = (lifetime, "in all") if isnan(daily) else (daily, "a day")
        return Cell(words.amount(value, currency), Decimal(str(value)), num=True, small=small, wide=True)

    return cell


def _metric_cell(metric: Metric, asked: Asked) -> Make:
    def of(sheet: Sheet) -> Callable[[int], Cell]:
        values, currency = sheet.values(metric, asked.window), sheet.account.currency
        return lambda i: metric.cell(float(values[i]), currency)

    return of


def _change_cell(metric: Metric, asked: Asked) -> Make:
    def of(sheet: Sheet) -> Callable[[int], Cell]:
        now, then = sheet.values(metric, asked.window), sheet.before(metric, asked.window)
        changes = sheet.change(metric, asked.window)
        return lambda i: change_cell(metric, float(now[i]), float(then[i]), float(changes[i]), asked.window)

    return of


def change_cell(metric: Metric, now: float, then: float, percent: float, window: str) -> Cell:
    """The change with sign and arrow; its title names the period."""
    said = words.delta(now, then, previous(window), more_is=metric.more_is)
    if said is None:
        return table.unknown(title=f"Nothing known of the {previous(window)} to compare with")
    return Cell(said.text, round(percent, 2), num=True, tone=said.tone, arrow=said.arrow, title=f"vs {said.period}")


def _spark_cell(s: int, sparks: Mapping[Place, SafeString]) -> Callable[[int], Cell]:
    return lambda i: Cell("", None, picture=sparks.get((s, i), ""))


def _sparks(
    sheets: Sequence[Sheet], shown: Sequence[Place], asked: Asked, nows: Mapping[int, datetime]
) -> dict[Place, SafeString]:
    """The sorted metric's last complete days, for the rows of this page only: two queries an account."""
    metric = metric_of(asked.sort)
    drawn = metric.key if metric and drawable(metric.key) else "spend"
    found: dict[Place, SafeString] = {}
    for s, sheet in enumerate(sheets):
        rows = [i for at, i in shown if at == s]
        if not rows:
            continue
        ids = [sheet.ids[i] for i in rows]
        held = history(sheet.account, sheet.frame.level, ids, nows[sheet.account.pk], SPARK_DAYS + 1)
        for i in rows:
            values = held.rolling(drawn, sheet.ids[i], 1)[:-1]
            found[s, i] = _spark(drawn, values)
    return found


def _spark(drawn: str, values: Sequence[float | None]) -> SafeString:
    label = metric_of(drawn)
    colour = drawn if drawn in SPARK_COLOURS else "other"
    return sparkline(Spark(label.label if label else drawn, values, lambda v: f"{v:,.2f}", colour, zero=True))


def _feet(sheets: Sequence[Sheet], asked: Asked, width: int) -> Iterator[tuple[Cell, ...]]:
    """One row of sums for each currency: different ones are never added up."""
    by_currency: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        if len(sheet):
            by_currency.setdefault(sheet.account.currency, []).append(sheet)
    wide = Cell("", "", wide=True)
    blanks = [*([wide] if len(sheets) > 1 else []), Cell("", ""), wide]
    for currency, held in sorted(by_currency.items()):
        count = sum(len(sheet) for sheet in held)
        name = Cell(f"All {count:,}" if len(by_currency) == 1 else f"All {count:,} in {currency}", "")
        sums = [_total_cell(held, metric, asked.window, currency) for metric in asked.metrics]
        row = (name, *blanks, *sums)
        yield (*row, *([Cell("", "")] * (width - len(row))))


def _total_cell(sheets: Sequence[Sheet], metric: Metric, window: str, currency: str) -> Cell:
    found = total(sheets, metric, window)
    if found.value is None and metric.of_people:
        return Cell("–", None, num=True, hush=True, title="People reached by several may be the same: never summed")
    if found.value is None:
        return table.unknown(title=f"Unknown for {found.unknown:,} of {found.of:,}, so the sum is unknown")
    return metric.cell(found.value, currency)
