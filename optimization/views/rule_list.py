"""The list of rules: one line a rule, narrowed, sorted and made a table for the file. Asks the database nothing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from metaads.models import AdAccount, Level
from optimization.models import Rule
from optimization.rules.selectors import Reach
from optimization.views import table
from optimization.views.effect_sums import Worth
from optimization.views.rule_words import (
    MODES,
    STATES,
    Word,
    accounts_of,
    document_of,
    mode_of,
    says_of,
    schedule_of,
    short_count,
    state_of,
    summary_of,
    tags_of,
    zone_account,
)
from optimization.views.table import Head, Table

KEY = "rules"
FIGURES: dict[str, str] = {
    "evaluated": "Evaluated",
    "triggered": "Triggered",
    "proposed": "Proposed",
    "approved": "Approved",
    "executed": "Executed",
}
"""Counts since the rule was made, over all of its accounts."""


@dataclass(frozen=True)
class Figure:
    """One count: `text` is short, `exact` stands on its title."""

    label: str
    count: int

    @property
    def text(self) -> str:
        return short_count(self.count)

    @property
    def exact(self) -> str:
        return f"{self.count:,}"


def figures_of(rule: Rule) -> list[Figure]:
    return [Figure(label, getattr(rule, key)) for key, label in FIGURES.items()]


@dataclass(frozen=True)
class Line:
    """One rule. `open`: its proposals that wait, in the accounts shown; `zone`: whose clock says its times."""

    rule: Rule
    state: Word
    mode: Word
    schedule: str
    accounts: str
    zone: AdAccount | None
    open: int
    may_edit: bool
    effect: Sequence[Worth] = ()

    @property
    def summary(self) -> str:
        return summary_of(self.rule)

    @property
    def tags(self) -> list[str]:
        return tags_of(self.rule)

    @property
    def says(self) -> str:
        return says_of(self.rule)

    @property
    def figures(self) -> list[Figure]:
        return figures_of(self.rule)

    @property
    def open_href(self) -> str:
        return f"{reverse('actions')}?rule={self.rule.pk}"


def line_of(rule: Rule, reach: Reach, open_count: int, chosen: AdAccount | None) -> Line:
    """The rule comes with its version, owner and accounts loaded. `chosen`: the account of the page, if one is."""
    document = document_of(rule)
    return Line(
        rule=rule,
        state=state_of(rule),
        mode=mode_of(document),
        schedule=schedule_of(document),
        accounts=accounts_of(rule, reach),
        zone=zone_account(reach.seen(rule), chosen),
        open=open_count,
        may_edit=reach.may_edit(rule),
    )


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; anything odd is no filter. `sort` is a key of SORTS, `down` = largest first."""

    search: str
    category: str
    level: str
    mode: str
    state: str
    tag: str
    sort: str
    down: bool

    @property
    def filtered(self) -> bool:
        return any((self.search, self.category, self.level, self.mode, self.state, self.tag))

    def fits(self, line: Line) -> bool:
        """Archived rules are shown only when they are asked for."""
        rule = line.rule
        text = " ".join((rule.name, rule.description, line.summary, *line.tags)).casefold()
        return (
            all(word in text for word in self.search.casefold().split())
            and self.category in ("", rule.category)
            and self.level in ("", rule.level)
            and self.mode in ("", line.mode.key)
            and (line.state.key == self.state if self.state else line.state.key != "archived")
            and (not self.tag or self.tag in line.tags)
        )


def _by_count(key: str) -> Callable[[Line], int]:
    return lambda line: int(getattr(line.rule, key))


SORTS: dict[str, Callable[[Line], Any]] = {
    "name": lambda line: line.rule.name.casefold(),
    "state": lambda line: (list(STATES).index(line.state.key), line.mode.label),
    "priority": lambda line: line.rule.priority,
    **{key: _by_count(key) for key in FIGURES},
    "open": lambda line: line.open,
    "last": lambda line: line.rule.last_triggered_at.timestamp() if line.rule.last_triggered_at else 0.0,
}
LARGEST_FIRST = frozenset({*FIGURES, "open", "last", "priority"})


def read(query: QueryDict) -> Wanted:
    wanted = query.get("sort", "")
    key = wanted.removeprefix("-")
    return Wanted(
        search=query.get("q", "").strip()[:100],
        category=_one_of(query.get("category", ""), Rule.Category.values),
        level=_one_of(query.get("level", ""), Level.values),
        mode=_one_of(query.get("mode", ""), MODES),
        state=_one_of(query.get("state", ""), STATES),
        tag=query.get("tag", "")[:100],
        sort=key if key in SORTS else "name",
        down=wanted.startswith("-") and key in SORTS,
    )


def _one_of(wanted: str, known: Iterable[str]) -> str:
    return wanted if wanted in known else ""


def narrowed(lines: Iterable[Line], wanted: Wanted) -> list[Line]:
    """Those that fit, in order; equals by name."""
    fitting = sorted((line for line in lines if wanted.fits(line)), key=SORTS["name"])
    return sorted(fitting, key=SORTS[wanted.sort], reverse=wanted.down)


HEADS: tuple[tuple[str, str], ...] = (
    *(("name", "Rule"), ("state", "State")),
    *FIGURES.items(),
    *(("", "Saved or gained"), ("last", "Last triggered"), ("open", "Open now")),
)


def heads(wanted: Wanted, query: QueryDict) -> list[Head]:
    """The page's heads, each with the address that sorts by it."""
    return [_head(key, label, wanted, query) for key, label in HEADS]


def _head(key: str, label: str, wanted: Wanted, query: QueryDict) -> Head:
    num = key not in ("name", "state")
    if not key:
        return Head(label, num=num)
    chosen = wanted.sort == key
    down = not wanted.down if chosen else key in LARGEST_FIRST
    asked = query.copy()
    asked.pop("page", None)
    asked["sort"] = f"-{key}" if down else key
    sort = "none" if not chosen else "descending" if wanted.down else "ascending"
    return Head(label, num=num, href=f"?{asked.urlencode()}", sort=sort)


FILE_HEADS = (
    *("Rule", "State", "Why", "Mode", "What it does", "Level", "Category", "Priority", "Accounts", "Schedule", "Tags"),
    *FIGURES.values(),
    *("Saved or gained", "Last triggered", "Open now", "Version", "Owner", "Rule id"),
)


def whole_table(lines: Sequence[Line]) -> Table:
    """Every column, for the file; what was not measured is empty."""
    return Table(KEY, "Rules", [Head(label) for label in FILE_HEADS], [_file_row(line) for line in lines])


def _file_row(line: Line) -> tuple[table.Cell, ...]:
    rule = line.rule
    words = (
        *(rule.name, line.state.label, line.state.note, line.mode.label, line.summary, rule.get_level_display()),
        *(rule.get_category_display(), rule.priority, line.accounts, line.schedule, ", ".join(line.tags)),
    )
    figures = [figure.count for figure in line.figures]
    last = rule.last_triggered_at and rule.last_triggered_at.astimezone(line.zone.zone if line.zone else None)
    effect = ", ".join(one.figure for one in line.effect) or None
    rest = (effect, last, line.open, rule.current.number if rule.current else None, str(rule.owner or ""))
    return tuple(table.Cell("", raw) for raw in (*words, *figures, *rest, str(rule.public_id)))
