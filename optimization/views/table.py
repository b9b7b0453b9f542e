"""One shape for every table that a page shows: what HTML and CSV are made of, so that each table can be exported.

A cell holds what people read (`text`) and what a program reads (`raw`: None = unknown, never zero).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.http import QueryDict
from django.utils.safestring import SafeString

from intelligence.charts.scale import finite
from metaads.models import AdAccount
from optimization.views import words

Raw = str | int | float | Decimal | datetime | None
SHOWN_MOST = 100
LONG_TEXT = 50


@dataclass(frozen=True)
class Head:
    """A column's head. `href` sorts by it; `sort` is the value of aria-sort, "" where it cannot be sorted.

    `csv` is the head in the file where it must say more (a unit); `num`: right-aligned; `wide`: not on a phone."""

    label: str
    num: bool = False
    href: str = ""
    sort: str = ""
    title: str = ""
    csv: str = ""
    wide: bool = False

    @property
    def arrow(self) -> str:
        return {"ascending": "▲", "descending": "▼"}.get(self.sort, "")


@dataclass(frozen=True)
class Cell:
    """`dot` is the tone of a status dot, `small` a second line, `hush` marks what is unknown or not there.

    `picture` (an SVG of ours) stands in place of the text and is not exported. `wide`: not on a phone.
    `lock`: what to say of the lock on what the row is about, "" = it is free."""

    text: str | SafeString
    raw: Raw = None
    num: bool = False
    link: str = ""
    dot: str = ""
    tone: str = ""
    small: str | SafeString = ""
    title: str = ""
    arrow: str = ""
    picture: SafeString | str = ""
    hush: bool = False
    wide: bool = False
    lock: str = ""

    @property
    def long(self) -> bool:
        """A sentence, which needs room on a narrow screen."""
        return not self.num and len(self.text) > LONG_TEXT


Row = Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """`key` names it in addresses (`?csv=<key>`, `?order=<key>.<column>`); `foot` are rows of sums.

    `empty` says what will appear here and when. `more`: rows that are not shown on the page but are in the file.
    `plain`: columns (by place) that are pictures only and are left out of the file."""

    key: str
    title: str
    heads: Sequence[Head]
    rows: Sequence[Row]
    note: str = ""
    empty: str = "Nothing yet."
    foot: Sequence[Row] = ()
    more: int = 0
    csv_href: str = ""
    pictures: frozenset[int] = field(default_factory=frozenset)


def text(value: str, link: str = "", dot: str = "", small: str | SafeString = "", title: str = "") -> Cell:
    """Words; an empty text is shown as a dash."""
    return Cell(value or "–", value, link=link, dot=dot, small=small, title=title, hush=not value)


def unknown(num: bool = True, title: str = "") -> Cell:
    return Cell(words.UNKNOWN, None, num=num, hush=True, title=title)


def count(value: float | None, link: str = "") -> Cell:
    number = finite(value)
    if number is None:
        return unknown()
    return Cell(f"{number:,.0f}", int(number) if number.is_integer() else round(number, 2), num=True, link=link)


def percent(value: float | None) -> Cell:
    """`value` in percent."""
    number = finite(value)
    return unknown() if number is None else Cell(f"{number:,.2f} %", round(number, 4), num=True)


def ratio(value: float | None, sign: str = "x") -> Cell:
    number = finite(value)
    return unknown() if number is None else Cell(f"{number:,.2f}{sign}", round(number, 4), num=True)


def money(value: float | Decimal | None, currency: str) -> Cell:
    """`value` in the major unit of `currency`."""
    if value is None or finite(float(value)) is None:
        return unknown()
    exact = Decimal(str(value)).quantize(Decimal("0.0001")).normalize()
    return Cell(words.amount(value, currency), exact, num=True)


def moment(value: datetime | None, account: AdAccount | None, never: str = "never") -> Cell:
    """In the account's zone, the zone named; the file has it with its offset from UTC."""
    if value is None:
        return Cell(never, None, hush=True)
    local = value.astimezone(account.zone) if account else value
    return Cell(words.moment(value, account), local, title=words.utc(value))


def ordered(table: Table, asked: QueryDict) -> Table:
    """Sorted as `?order=<key>.<column>` or `<key>.-<column>` says, each head with the link that sorts by it.

    Unknown values come last either way. An odd order is no order."""
    key, _, wanted = asked.get("order", "").partition(".")
    place = wanted.removeprefix("-")
    chosen = int(place) if key == table.key and place.isdigit() and int(place) < len(table.heads) else None
    down = wanted.startswith("-")
    rows = list(table.rows) if chosen is None else by_raw(table.rows, chosen, down)
    heads = [_head(table, asked, i, head, chosen, down) for i, head in enumerate(table.heads)]
    return replace(
        table, heads=heads, rows=rows[:SHOWN_MOST], more=max(0, len(rows) - SHOWN_MOST), csv_href=csv_href(table, asked)
    )


def csv_href(table: Table, asked: QueryDict) -> str:
    """The same page's address as a file."""
    query = asked.copy()
    query["csv"] = table.key
    query.pop("page", None)
    return f"?{query.urlencode()}"


def _head(table: Table, asked: QueryDict, i: int, head: Head, chosen: int | None, down: bool) -> Head:
    if i in table.pictures:
        return head
    query = asked.copy()
    ascending_next = chosen == i and down
    query["order"] = f"{table.key}.{'' if ascending_next or (chosen != i and not head.num) else '-'}{i}"
    sort = "none" if chosen != i else "descending" if down else "ascending"
    return replace(head, href=f"?{query.urlencode()}#{table.key}", sort=sort)


def by_raw(rows: Sequence[Row], place: int, down: bool) -> list[Row]:
    """Sorted by one column's raw values, unknown last; texts and numbers never mix in one column."""
    known = [row for row in rows if _sortable(row[place]) is not None]
    rest = [row for row in rows if _sortable(row[place]) is None]
    return [*sorted(known, key=lambda row: _sortable(row[place]), reverse=down), *rest]  # type: ignore[arg-type, return-value]


def _sortable(cell: Cell) -> str | float | None:
    raw = cell.raw
    if isinstance(raw, datetime):
        return raw.timestamp()
    if isinstance(raw, int | float | Decimal):
        return float(raw)
    return raw.casefold() if raw else None
