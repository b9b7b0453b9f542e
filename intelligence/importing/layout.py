"""What each column of a file means, in which style its numbers and dates are written, and what must be asked."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from intelligence.importing import dates, numbers
from intelligence.importing.headings import STARTS, TARGETS, Kind, Meaning, meaning, named
from intelligence.importing.table import Table, Unreadable
from metaads.models import Level

NOTHING_ELSE = ""
"""Answer for a column that is not to be read."""


@dataclass(frozen=True)
class Answers:
    """What a person says about the file. Empty = decide by what the file shows. `columns`: heading -> our name."""

    currency: str = ""
    dates: str = ""
    decimals: str = ""
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Question:
    """Something that the file does not tell. `field` names the answer (an attribute of Answers)."""

    field: str
    text: str


@dataclass(frozen=True)
class Layout:
    """`meanings` one a column, in order."""

    headings: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    style: numbers.Style
    order: dates.Order
    currency: str
    questions: tuple[Question, ...]

    def place(self, target: str, kind: Kind) -> int | None:
        """The column of this meaning, None if there is none."""
        return self._places.get((target, kind))

    def of_kind(self, *kinds: Kind) -> list[int]:
        return [place for kind in kinds for place in self._kinds.get(kind, ())]

    @cached_property
    def _places(self) -> dict[tuple[str, Kind], int]:
        """A file has each meaning once."""
        return {(held.target, held.kind): place for place, held in enumerate(self.meanings)}

    @cached_property
    def _kinds(self) -> dict[Kind, list[int]]:
        found: dict[Kind, list[int]] = defaultdict(list)
        for place, held in enumerate(self.meanings):
            found[held.kind].append(place)
        return found

    @property
    def level(self) -> str:
        """The deepest level that rows are named by; campaign where they are not named at all."""
        for level in (Level.AD, Level.AD_SET):
            if self.place(level, Kind.ID) is not None or self.place(level, Kind.NAME) is not None:
                return level.value
        return Level.CAMPAIGN.value

    @property
    def daily(self) -> bool:
        return self.place("day", Kind.DAY) is not None or self.place(STARTS, Kind.DAY) is not None


def lay_out(table: Table, answers: Answers) -> Layout:
    """Raises Unreadable where the headings can't be understood at all."""
    meanings = _meanings(table, answers.columns or {})
    if not any(held.kind in (Kind.COUNT, Kind.MONEY) for held in meanings):
        raise Unreadable(f"No column with figures was recognised among: {', '.join(table.headings)}.")
    asked: list[Question] = []
    style = _style(table, meanings, answers.decimals, asked)
    order = _order(table, meanings, answers.dates, asked)
    currency = _currency(table, meanings, answers.currency, asked)
    return Layout(table.headings, meanings, style, order, currency, tuple(asked))


def _meanings(table: Table, told: Mapping[str, str]) -> tuple[Meaning, ...]:
    found = [_meaning(heading, told) for heading in table.headings]
    seen: dict[tuple[Kind, str], str] = {}
    for heading, held in zip(table.headings, found, strict=True):
        key = (held.kind, held.target)
        if held.target and key in seen:
            raise Unreadable(
                f"The columns {seen[key]!r} and {heading!r} mean the same ({held.target}). Say which one to read."
            )
        seen[key] = heading
    return tuple(found)


def _meaning(heading: str, told: Mapping[str, str]) -> Meaning:
    if heading not in told:
        return meaning(heading)
    if told[heading] == NOTHING_ELSE:
        return Meaning(Kind.OTHER, "")
    found = named(told[heading])
    if found is None:
        raise Unreadable(f"{heading}: there is no {told[heading]!r}; there are {', '.join(TARGETS)}.")
    return Meaning(found.kind, found.target, meaning(heading).currency)


def _style(table: Table, meanings: tuple[Meaning, ...], told: str, asked: list[Question]) -> numbers.Style:
    """Counts are whole numbers, which decides most files: 1,234 impressions are not 1.234."""
    if told:
        return numbers.Style(told)
    left = set(numbers.Style)
    for place, held in enumerate(meanings):
        if held.kind in (Kind.COUNT, Kind.MONEY, Kind.RATIO):
            texts = [row.cells[place] for row in table.rows if place < len(row.cells)]
            left &= numbers.styles(texts, whole=held.kind is Kind.COUNT) or left
    if left != set(numbers.Style):
        return next(iter(left), numbers.Style.POINT)
    money = [
        row.cells[p] for p, h in enumerate(meanings) if h.kind is Kind.MONEY for row in table.rows if p < len(row.cells)
    ]
    if any(numbers.parse(t, numbers.Style.POINT) != numbers.parse(t, numbers.Style.COMMA) for t in money):
        asked.append(Question("decimals", 'Is 1,234 in this file more than a thousand? Then say "." else ",".'))
    return numbers.Style.POINT


def _order(table: Table, meanings: tuple[Meaning, ...], told: str, asked: list[Question]) -> dates.Order:
    if told:
        return dates.Order(told)
    texts = [
        row.cells[p] for p, h in enumerate(meanings) if h.kind is Kind.DAY for row in table.rows if p < len(row.cells)
    ]
    if dates.ambiguous(texts):
        asked.append(Question("dates", f"Does {texts[0]!r} begin with the day or with the month?"))
    left = dates.orders(texts)
    return next(iter(left)) if len(left) == 1 else dates.Order.DAY


def _currency(table: Table, meanings: tuple[Meaning, ...], told: str, asked: list[Question]) -> str:
    """Of the money columns: what a person said, the headings, or the commonest in a currency column."""
    named_in = {held.currency for held in meanings if held.currency}
    column = next((p for p, held in enumerate(meanings) if held.kind is Kind.CURRENCY), None)
    if column is not None:
        cells = [row.cells[column].upper() for row in table.rows if column < len(row.cells) and row.cells[column]]
        named_in |= {max(set(cells), key=cells.count)} if cells else set()
    told = told.upper()
    if len(named_in) > 1 or (told and named_in and told not in named_in):
        asked.append(Question("currency", f"The file names {' and '.join(sorted(named_in))}: which one counts?"))
        return told or min(named_in)
    if not told and not named_in:
        asked.append(Question("currency", "The file does not name its currency. Which one is it (EUR, USD ...)?"))
    return told or next(iter(named_in), "")
