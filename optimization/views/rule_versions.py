"""The history of a rule: its versions, and what changed between two of them in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.http import QueryDict

from optimization.models import RuleVersion
from optimization.views.rule_subject import Subject
from optimization.views.rule_tree import text_lines

SHOWN_MOST = 200


@dataclass(frozen=True)
class Changed:
    """One line of a comparison. `mark`: + added, − taken out, "" kept."""

    mark: str
    text: str
    depth: int

    @property
    def tone(self) -> str:
        return {"+": "added", "−": "gone"}.get(self.mark, "kept")

    @property
    def word(self) -> str:
        return {"+": "added", "−": "taken out"}.get(self.mark, "")


@dataclass(frozen=True)
class Entry:
    """A version in the list. `current`: what the rule says now."""

    version: RuleVersion
    current: bool
    compare_href: str


@dataclass(frozen=True)
class Comparison:
    """From the older to the newer. `lines` is empty where both say the same."""

    older: RuleVersion
    newer: RuleVersion
    lines: Sequence[Changed]


def changed_lines(before: Sequence[str], after: Sequence[str]) -> list[Changed]:
    """All lines of both, in reading order; what was taken out stands before what came in its place."""
    lines: list[Changed] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [_line("", text) for text in after[j1:j2]]
        else:
            lines += [_line("−", text) for text in before[i1:i2]]
            lines += [_line("+", text) for text in after[j1:j2]]
    return lines if any(line.mark for line in lines) else []


def _line(mark: str, text: str) -> Changed:
    bare = text.lstrip(" ")
    return Changed(mark, bare, min(8, (len(text) - len(bare)) // 4))


def compared(subject: Subject, older: RuleVersion, newer: RuleVersion) -> Comparison:
    level, currency = subject.rule.level, subject.currency
    before, after = (text_lines(one.document, level, currency) for one in (older, newer))
    return Comparison(older, newer, changed_lines(before, after))


def history(subject: Subject, query: QueryDict) -> dict[str, object]:
    """Newest first, and the comparison that `?from=<number>&to=<number>` asks for (the last change unless told)."""
    rows = subject.rule.versions.select_related("created_by").order_by("-number")
    versions = list(rows[:SHOWN_MOST])
    by_number = {version.number: version for version in versions}
    newer = _asked(query.get("to", ""), by_number) or (versions[0] if versions else None)
    older = _asked(query.get("from", ""), by_number) or (by_number.get(newer.number - 1) if newer else None)
    if newer and older and older.number > newer.number:
        older, newer = newer, older
    entries = [
        Entry(version, version.pk == subject.rule.current_id, _href(version) if version.number > 1 else "")
        for version in versions
    ]
    comparison = compared(subject, older, newer) if older and newer and older.pk != newer.pk else None
    return {"entries": entries, "comparison": comparison, "newer": newer, "older": older}


def _asked(number: str, known: Mapping[int, RuleVersion]) -> RuleVersion | None:
    return known.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 7 else None


def _href(version: RuleVersion) -> str:
    return f"?tab=versions&from={version.number - 1}&to={version.number}#comparison"
