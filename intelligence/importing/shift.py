"""Rows whose columns have slipped: told by how well a row fits the columns, as it stands and moved by a few places.

Each column is described by its first rows (kind of cell, size of number, texts that occur). A row then has a likelihood
as it stands, and one for each way of having lost or gained cells somewhere. Slips come in runs, so the rows are judged
together (two states, the likeliest path): a row of zeros, which reads the same either way, goes with its neighbours.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from intelligence.importing.dates import Order
from intelligence.importing.dates import parse as parse_date
from intelligence.importing.numbers import Style, is_nothing, parse

REFERENCE_ROWS = 60
MOST = 3
ENTER, LEAVE, STAY = math.log(1e-5), math.log(0.01), math.log(0.99)
"""Before looking: one row in 100,000 begins to slip, and one slipped row in a hundred is the last of its run."""
SUSPECT = 10.0
HARDLY_EVER = 0.1
PROVEN = 1.0
"""As natural logs of odds: what a row's own impossibility says, and from where on a whole block has slipped."""
FEWEST = 6
"""Fewer rows than this teach nothing about their columns."""
EMPTY_AT_LEAST = -1.5
"""An empty cell says little: exports leave out what they do not know."""
LONGEST_NUMBER = 30
SMALLEST = Decimal("1e-12")
"""Beyond these a cell is no figure of an advertisement, whatever it looks like."""
_SMOOTHING = 0.4
_BINS_A_DECADE = 3
Logs = NDArray[np.float64]
Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]


@lru_cache(maxsize=1 << 14)
def describe(cell: str, style: Style) -> str:
    """A cell in a word: empty, date, text, or a number by fraction and size."""
    if is_nothing(cell):
        return "empty"
    number = parse(cell, style)
    if number is None:
        return "date" if parse_date(cell, Order.DAY) or parse_date(cell, Order.MONTH) else "text:" + cell[:60]
    if number.adjusted() > LONGEST_NUMBER:
        return "text:" + cell[:60]
    whole = number == number.to_integral_value()
    size = "zero" if abs(number) < SMALLEST else str(math.floor(_BINS_A_DECADE * math.log10(abs(number))))
    return f"{'whole' if whole else 'part'}:{size}" + ("-" if number < 0 else "")


@dataclass(frozen=True)
class Column:
    """How likely each kind of cell is in this column."""

    seen: Counter[str]
    rows: int

    def log(self, word: str) -> float:
        """Logarithm of a smoothed share: the word itself, its neighbours in size, its family."""
        family = word.partition(":")[0]
        near = sum(count * _kinship(word, other) for other, count in self.seen.items())
        related = sum(count for other, count in self.seen.items() if other.partition(":")[0] == family)
        share = math.log((near + 0.05 * related + _SMOOTHING / 10) / (self.rows + _SMOOTHING))
        return max(share, EMPTY_AT_LEAST) if word == "empty" else share

    @cached_property
    def usual(self) -> float:
        """What a cell of this column explains on average."""
        return sum(count * self.log(word) for word, count in self.seen.items()) / max(self.rows, 1)


def _kinship(word: str, other: str) -> float:
    """1 for the same, less for numbers of the same form whose size is near."""
    if word == other:
        return 1.0
    kind, _, size = word.partition(":")
    other_kind, _, other_size = other.partition(":")
    if kind != other_kind or kind not in {"whole", "part"} or "-" in size[1:] or "-" in other_size[1:]:
        return 0.0
    if "zero" in (size, other_size):
        return 0.1
    return 0.4 ** abs(int(size.rstrip("-")) - int(other_size.rstrip("-")))


def slipped(rows: Sequence[Sequence[str]], width: int, style: Style, suspect: Flags) -> Flags:
    """For each row whether its cells can't be trusted to stand under their headings.

    `suspect`: rows that can't be right for another reason; several of them together are a sign of a slip, too.
    """
    if width < 2 or len(rows) < FEWEST:
        return np.zeros(len(rows), dtype=bool)
    words = [[describe(cell, style) for cell in row] for row in rows]
    columns = _columns(words, width)
    codes, table = _coded(words, columns)
    odds = _odds(codes, table, np.array([column.usual for column in columns]))
    return _course(odds + SUSPECT * suspect[:, None]) | _emptied(rows, width, odds)


def _columns(words: list[list[str]], width: int) -> list[Column]:
    """From the first rows: at most a third of the file, so that what begins half-way can't be what is learned."""
    whole = [row for row in words if len(row) == width]
    sample = whole[: min(REFERENCE_ROWS, max(len(whole) // 3, 1))]
    return [Column(Counter(row[i] for row in sample), len(sample)) for i in range(width)]


def _coded(words: list[list[str]], columns: list[Column]) -> tuple[Codes, Logs]:
    """Rows as numbers of words, with `MOST` empty cells on each side; and (words, columns) their log-likelihoods.

    Texts that no column has seen are one word: they fit all text columns alike.
    """
    known = {word for column in columns for word in column.seen}
    number = {"empty": 0}
    codes = np.zeros((len(words), len(columns) + 2 * MOST), dtype=np.int32)
    for n, row in enumerate(words):
        for i, word in enumerate(row[: len(columns) + MOST]):
            name = "text:" if word.startswith("text:") and word not in known else word
            codes[n, MOST + i] = number.setdefault(name, len(number))
    return codes, np.array([[column.log(word) for column in columns] for word in number])


def _odds(codes: Codes, table: Logs, usual: Logs) -> Logs:
    """(rows, slips): how much better each slip explains a row than its own order does, as natural log of the odds."""
    width = table.shape[1]
    places = np.arange(width)
    straight = table[codes[:, MOST : MOST + width], places]
    before = np.concatenate([np.zeros((len(codes), 1)), np.cumsum(straight, axis=1)], axis=1)
    worth = np.concatenate([[0.0], np.cumsum(usual)])
    found = []
    for moved in (k for k in range(-MOST, MOST + 1) if k):
        lost = max(0, -moved)
        after = table[codes[:, MOST + moved : MOST + moved + width], places]
        tails = np.cumsum(after[:, ::-1], axis=1)[:, ::-1]
        starts = np.arange(lost, width)
        # A column whose cell was lost explains what such a cell usually does, so that losing one is no gain.
        gone = worth[starts] - worth[starts - lost]
        found.append(before[:, starts - lost] + gone + tails[:, starts])
    odds: Logs = np.concatenate(found, axis=1) - before[:, -1:]
    return odds


def _course(odds: Logs) -> Flags:
    """The likeliest course of the rows (Viterbi over "stands well" and "has slipped"): True where a row has slipped."""
    gains = odds.max(axis=1) - math.log(odds.shape[1])
    well, bad = 0.0, ENTER
    back: list[tuple[bool, bool]] = []
    for gain in gains.tolist():
        back.append((bad + LEAVE > well, bad + STAY >= well + ENTER))
        well, bad = max(well, bad + LEAVE), max(bad + STAY, well + ENTER) + gain
    answer = np.zeros(len(gains), dtype=bool)
    state = bad > well
    for n in range(len(gains) - 1, -1, -1):
        answer[n] = state
        state = back[n][state]
    return answer


def _emptied(rows: Sequence[Sequence[str]], width: int, odds: Logs) -> Flags:
    """Rows of a block in which a column that is hardly ever empty else always is, if a slip explains the block better.

    One row proves nothing there (the cells beside may hold numbers of the same size); the whole block does. Only slips
    that leave that column empty are asked: to the right from it on, or to the left until past the last column.
    """
    empty = np.array([[not cut_short(row, width) and _empty(row, i) for i in range(width)] for row in rows])
    answer = np.zeros(len(rows), dtype=bool)
    for i in range(width):
        block = _longest(empty[:, i])
        if not _stands_out(empty[:, i], block):
            continue
        holes = {j for j in range(width) if empty[block, j].all()}
        leave_it = [n for n, left in enumerate(_left_empty(width)) if i in left and left <= holes]
        if leave_it and odds[block, leave_it].sum(axis=0).max() > PROVEN:
            answer[block] = True
    return answer


def _longest(empty: Flags) -> slice:
    """The longest run of empty cells."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], empty, [False]]).astype(np.int8)))
    if not len(edges):
        return slice(0, 0)
    first, end = edges[::2], edges[1::2]
    best = int(np.argmax(end - first))
    return slice(int(first[best]), int(end[best]))


def _stands_out(empty: Flags, block: slice) -> bool:
    length = block.stop - block.start
    rest = len(empty) - length
    return bool(length >= FEWEST and rest >= FEWEST and int(empty.sum()) - length <= rest * HARDLY_EVER)


def _left_empty(width: int) -> list[set[int]]:
    """The columns that each slip of `_odds` leaves empty, in its order."""
    slips = [(k, start) for k in range(-MOST, MOST + 1) if k for start in range(max(0, -k), width)]
    return [set(range(start, min(start + k, width))) if k > 0 else set(range(width + k, width)) for k, start in slips]


def cut_short(row: Sequence[str], width: int) -> bool:
    """Whether at least half of a row's cells are missing at its end: it lost its rest, its cells have not moved."""
    return len(row) <= width / 2


def _empty(row: Sequence[str], i: int) -> bool:
    return i >= len(row) or is_nothing(row[i])
