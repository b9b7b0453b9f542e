"""Checks docs/features.md: format, unique ids, honest statuses, paths and tests that exist. Run by `make lint`."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "features.md"
PARTS = {"00", "05", "10", "20", "30", "40", "50", "60", "70", "75", "80", "90"}
STATUSES = {"done", "partly", "not yet"}


@dataclass(frozen=True)
class Row:
    """One demand. `line`: number in the page."""

    line: int
    id: str
    demand: str
    status: str
    where: str
    test: str
    missing: str


def rows(text: str) -> Iterator[Row]:
    """Every table line that begins with an id."""
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"\d\d\.\d+", cells[0]):
            yield Row(number, *(cells + [""] * 6)[:6])


def missing_paths(cell: str) -> list[str]:
    """Paths in back quotes that are not there; `file.py::name` also needs the name in the file."""
    absent = []
    for named in re.findall(r"`([^`]+)`", cell):
        path, _, name = named.partition("::")
        file = ROOT / path
        if not file.exists() or (name and f"def {name}" not in file.read_text(encoding="utf-8")):
            absent.append(named)
    return absent


def problems_of(row: Row) -> Iterator[str]:
    if row.id[:2] not in PARTS:
        yield "no part of the specification has this number"
    if not row.demand:
        yield "the demand is empty"
    if row.status not in STATUSES:
        yield f"status {row.status!r} is none of {', '.join(sorted(STATUSES))}"
    if row.status == "done" and not (re.search("`[^`]+`", row.where) and re.search("`[^`]+`", row.test)):
        yield "done needs a place and a test"
    if row.status == "partly" and not (row.where and row.missing):
        yield "partly needs a place and what is missing"
    if row.status == "done" and row.missing:
        yield "done and something missing: that is partly"
    if row.status == "not yet" and (row.where or row.test):
        yield "not yet, but a place or a test is named"
    for absent in missing_paths(row.where) + missing_paths(row.test):
        yield f"{absent} does not exist"


def check(text: str) -> list[str]:
    """All problems of the page, each with its line."""
    found = list(rows(text))
    problems = [f"line {row.line}, {row.id}: {problem}" for row in found for problem in problems_of(row)]
    ids = [row.id for row in found]
    problems += [f"{name} stands {ids.count(name)} times" for name in sorted(set(ids)) if ids.count(name) > 1]
    problems += [f"part {part} has no row" for part in sorted(PARTS - {name[:2] for name in ids})]
    return problems


def main() -> int:
    text = PAGE.read_text(encoding="utf-8")
    problems = check(text)
    for problem in problems:
        print(problem)  # noqa: T201
    counts = {status: sum(row.status == status for row in rows(text)) for status in ("done", "partly", "not yet")}
    print("features: " + ", ".join(f"{count} {status}" for status, count in counts.items()))  # noqa: T201
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
