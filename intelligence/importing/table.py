"""From the bytes of a CSV file to headings and rows of texts, whatever the encoding and the separator."""

import csv
import io
from dataclasses import dataclass

MAX_BYTES = 50_000_000
MAX_ROWS = 500_000
MAX_COLUMNS = 200
_ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
_SEPARATORS = ",;\t|"


class Unreadable(ValueError):
    """The file is no table that we can read; the text says why and what to do."""


@dataclass(frozen=True)
class Row:
    """`line`: of the file, as an editor counts; `cells` as written, without surrounding space."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    separator: str
    encoding: str


def read_table(data: bytes, most_rows: int = MAX_ROWS) -> Table:
    """Raises Unreadable, also for more than `most_rows` rows.

    Empty lines are left out; the first line that is not empty holds the headings.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(f"The file is larger than {MAX_BYTES // 1_000_000} MB. Export fewer days at a time.")
    text, encoding = _decoded(data)
    try:
        separator = _separator(text)
        lines = _lines(text, separator, most_rows)
    except csv.Error as error:
        raise Unreadable(f"The file is not valid CSV: {error}.") from error
    if not lines:
        raise Unreadable("The file is empty.")
    headings = lines[0].cells
    if len(headings) > MAX_COLUMNS:
        raise Unreadable(f"The file has more than {MAX_COLUMNS} columns. Export fewer columns.")
    if len(headings) < 2:
        raise Unreadable("The first line has a single column: is this a CSV file with headings?")
    return Table(headings, tuple(_trimmed(lines[1:], len(headings))), separator, encoding)


def _trimmed(rows: list[Row], width: int) -> list[Row]:
    """Some programs end every line but the first with a separator: one cell too many, everywhere, and empty."""
    if rows and all(len(row.cells) == width + 1 and not row.cells[-1] for row in rows):
        return [Row(row.line, row.cells[:-1]) for row in rows]
    return rows


def _decoded(data: bytes) -> tuple[str, str]:
    if b"\0" in data[:200] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("This is not a text file. Export as CSV; Excel files can be saved as CSV.")
    for encoding in _ENCODINGS:
        if (encoding == "utf-16") != data.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return data.decode(encoding).replace("\0", ""), encoding
        except UnicodeDecodeError:
            continue
    raise Unreadable("The file's characters can't be read. Save it as UTF-8.")


def _separator(text: str) -> str:
    """The one that the heading line has most of, outside quotes."""
    first = next((line for line in io.StringIO(text) if line.strip()), "").rstrip("\r\n")
    counts = {mark: len(next(csv.reader([first], delimiter=mark))) for mark in _SEPARATORS}
    return max(counts, key=lambda mark: counts[mark])


def _lines(text: str, separator: str, most_rows: int) -> list[Row]:
    """Raises Unreadable as soon as there are too many, so that a huge file costs no more than a large one."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[Row] = []
    for cells in reader:
        trimmed = tuple(cell.strip() for cell in cells)
        if any(trimmed):
            rows.append(Row(reader.line_num, trimmed))
        if len(rows) > most_rows + 1:
            raise Unreadable(f"The file has more than {most_rows:,} rows. Export fewer days at a time.")
    return rows
