"""One row of an export read as what its columns say, or the reason why it can't be."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from intelligence.importing import dates, numbers
from intelligence.importing.headings import ENDS, IMPRESSIONS, PURCHASES, REACH, STARTS, VALUE, Kind
from intelligence.importing.layout import Layout
from intelligence.importing.plausible import CHECKS
from intelligence.importing.shift import cut_short
from intelligence.importing.table import Row
from metaads.models import Level

EARLIEST = date(2004, 2, 4)
"""Facebook's first day."""
LEVELS = (Level.CAMPAIGN.value, Level.AD_SET.value, Level.AD.value)
_TOTAL = re.compile(r"(grand )?totals?|results from \d+ .*", re.IGNORECASE)
LONGEST_ID = 18
"""Digits of an id that fits into 64 bits."""


@dataclass(frozen=True)
class Identity:
    """`meta_id` "" where the file gives names alone, `name` "" where it gives ids alone; both "" = not named."""

    meta_id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Figures:
    """An accepted row. `days`: first and last, None in a file without dates. Money: major unit; None = unknown."""

    line: int
    days: tuple[date, date] | None
    path: tuple[Identity, ...]
    slice: tuple[str, ...]
    values: dict[str, Decimal | None]


class Refused(ValueError):
    """Why a row can't be right; the text names the column."""


def read_row(row: Row, layout: Layout, today: date) -> Figures:
    """Raises Refused."""
    width = len(layout.headings)
    if len(row.cells) > width:
        raise Refused(f"{len(row.cells)} cells under {width} headings.")
    short = cut_short(row.cells, width)
    if len(row.cells) < width and not short:
        raise Refused(f"Only {len(row.cells)} cells under {width} headings.")
    cells = row.cells + ("",) * (width - len(row.cells))
    _check_currency(cells, layout)
    figures = Figures(
        line=row.line,
        days=days_of(cells, layout, today),
        path=path_of(cells, layout),
        slice=tuple(cells[place] for place in layout.of_kind(Kind.SLICE)),
        values=_values(cells, layout, short),
    )
    return figures


def _check_currency(cells: tuple[str, ...], layout: Layout) -> None:
    for place in layout.of_kind(Kind.CURRENCY):
        if cells[place].upper() not in ("", layout.currency):
            raise Refused(f"{layout.headings[place]}: {cells[place]}, but the account is in {layout.currency}.")


def days_of(cells: tuple[str, ...], layout: Layout, today: date) -> tuple[date, date] | None:
    places = [layout.place(name, Kind.DAY) for name in ("day", STARTS, ENDS)]
    read = [None if place is None else _day(cells[place], layout.headings[place], layout) for place in places]
    day, first, last = read
    first, last = day or first, day or last or first
    if first is None or last is None:
        return None
    if first > last:
        raise Refused(f"It ends ({last}) before it starts ({first}).")
    if first < EARLIEST or last > today:
        raise Refused(f"{first if first < EARLIEST else last} can't be a day of this account's past.")
    return first, last


def _day(cell: str, heading: str, layout: Layout) -> date:
    found = dates.parse(cell, layout.order)
    if found is None:
        raise Refused(f"{heading}: {cell!r} is no date." if cell else f"{heading}: no date (a totals row?).")
    return found


def path_of(cells: tuple[str, ...], layout: Layout) -> tuple[Identity, ...]:
    """From the campaign down to the file's own level."""
    answer = []
    for level in LEVELS[: LEVELS.index(layout.level) + 1]:
        at_id, at_name = layout.place(level, Kind.ID), layout.place(level, Kind.NAME)
        meta_id = "" if at_id is None else _id(cells[at_id], layout.headings[at_id])
        name = "" if at_name is None else cells[at_name]
        if _TOTAL.fullmatch(name):
            raise Refused(f"{layout.headings[at_name or 0]}: {name!r} is no object but a sum (a totals row).")
        if at_name is not None and not name and not meta_id:
            raise Refused(f"{layout.headings[at_name]}: empty (a totals row?).")
        if at_name is not None and numbers.parse(name, layout.style) is not None and "." in name:
            raise Refused(f"{layout.headings[at_name]}: {name!r} is a number, not a name.")
        answer.append(Identity(meta_id, name))
    return tuple(answer)


def is_totals(cells: tuple[str, ...], layout: Layout) -> bool:
    """Whether a row is the sum that Ads Manager puts above or below the others: no name, no id, or no day.

    With a word such as Total in place of a name, some programs' exports say so."""
    names = [cells[p] for p in layout.of_kind(Kind.NAME, Kind.ID) if p < len(cells)]
    days = [cells[p] for p in layout.of_kind(Kind.DAY) if p < len(cells)]
    unnamed = bool(names) and not any(names)
    return unnamed or (bool(days) and not any(days)) or any(_TOTAL.fullmatch(name) for name in names)


def _id(cell: str, heading: str) -> str:
    digits = cell.split(":")[-1].removeprefix("act_")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_ID):
        raise Refused(f"{heading}: {cell!r} is no id (digits)." if cell else f"{heading}: empty (a totals row?).")
    return str(int(digits))


def _values(cells: tuple[str, ...], layout: Layout, short: bool) -> dict[str, Decimal | None]:
    """Metrics by name. An empty count beside impressions is none happened; without impressions it is unknown.

    No purchase has no value: an empty one beside 0 purchases is 0; beside purchases it is unknown.
    """
    read = {layout.meanings[p].target: _number(cells[p], p, layout) for p in layout.of_kind(*_NUMBERS)}
    reason = "" if short else next(filter(None, (check(read) for check in CHECKS)), "")
    if reason:
        raise Refused(reason)
    answer = {
        layout.meanings[p].target: read[layout.meanings[p].target] for p in layout.of_kind(Kind.MONEY, Kind.COUNT)
    }
    if read.get(IMPRESSIONS) is not None and not short:
        counts = {layout.meanings[p].target for p in layout.of_kind(Kind.COUNT)}
        # Where something was shown somebody was reached: an empty reach is one that the export does not tell.
        none = counts - {REACH} if answer[IMPRESSIONS] else counts
        answer.update({name: Decimal(0) for name in none if answer[name] is None})
    if VALUE in answer and answer[VALUE] is None and answer.get(PURCHASES) == 0:
        answer[VALUE] = Decimal(0)
    return answer


_NUMBERS = (Kind.COUNT, Kind.MONEY, Kind.RATIO)


def _number(cell: str, place: int, layout: Layout) -> Decimal | None:
    if numbers.is_nothing(cell):
        return None
    heading, kind = layout.headings[place], layout.meanings[place].kind
    value = numbers.parse(cell, layout.style)
    if value is None:
        raise Refused(f"{heading}: {cell!r} is no number.")
    if value < 0:
        raise Refused(f"{heading}: {cell} is negative.")
    if kind is Kind.COUNT and value != value.to_integral_value():
        raise Refused(f"{heading}: {cell} is not a whole number.")
    if value >= 10**12:
        raise Refused(f"{heading}: {cell} is too large to be true.")
    return value
