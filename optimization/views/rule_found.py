"""What a preview found, ready to show: for the rule's page and for the builder while one edits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from metaads.clock import business_now
from metaads.graph.money import from_minor
from metaads.models import AdAccount
from optimization.entities import load
from optimization.guards import GUARDS
from optimization.preview import Preview, PreviewMiss, PreviewRow
from optimization.queue.locks import locks_of
from optimization.views import table, words
from optimization.views.cards import Chip, chip_of
from optimization.views.lock_words import lock_face
from optimization.views.rule_words import Word
from optimization.views.subject import campaigns_of, entity_href
from optimization.views.table import Head, Table
from optimization.views.trace import TraceNode, tree_of

KEY = "matches"
OUTCOMES: dict[str, Word] = {
    "proposed": Word("proposed", "Would be proposed", "good"),
    "refreshed": Word("refreshed", "Is proposed already", "live"),
    "told": Word("told", "Would be told", "good"),
    "blocked": Word("blocked", "Held back by a guard rail", "bad"),
    "skipped": Word("skipped", "Skipped", "quiet"),
}
LOUD = frozenset({"trim", "block"})


@dataclass(frozen=True)
class Figure:
    """One number on top; `note` explains it."""

    label: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Matched:
    """One match. `moved_to`: the parent where the change would be made, "" = on itself."""

    row: PreviewRow
    href: str
    campaign: str
    outcome: Word
    stake: str
    moved_to: str
    chips: tuple[Chip, ...]
    tree: TraceNode | None
    lock: str = ""


@dataclass(frozen=True)
class Missed:
    name: str
    href: str
    campaign: str
    sentence: str
    tree: TraceNode | None


@dataclass(frozen=True)
class Found:
    """`told` sums the matches up by what would become of them; `more`: matches that are not listed."""

    preview: Preview
    figures: tuple[Figure, ...]
    rows: tuple[Matched, ...]
    misses: tuple[Missed, ...]
    notes: tuple[str, ...]
    more: int


def found_of(preview: Preview, account: AdAccount) -> Found:
    """Two queries, for the locks and the campaigns of what is shown: ad sets of many campaigns share their names."""
    locked = _locks(preview, account)
    ids = [row.entity_id for row in preview.rows] + [miss.entity_id for miss in preview.misses]
    campaigns = campaigns_of(account, preview.level, ids)
    return Found(
        preview=preview,
        figures=tuple(_figures(preview)),
        rows=tuple(
            replace(_matched(row, account, campaigns.get(row.entity_id, "")), lock=locked.get(row.entity_id, ""))
            for row in preview.rows
        ),
        misses=tuple(_missed(miss, preview.level, account, campaigns) for miss in preview.misses),
        notes=tuple(_notes(preview)),
        more=max(0, preview.matched - len(preview.rows) - sum(preview.nothing.values())),
    )


def _locks(preview: Preview, account: AdAccount) -> dict[str, str]:
    """What to say of the lock on each match, by its id. Where anything is locked, one more query for what it is in."""
    held = locks_of(account, preview.at or business_now(account))
    if not held.held:
        return {}
    entities = load(account, preview.level, [row.entity_id for row in preview.rows])
    faces = {one: lock_face(held.on(entity), entity.level, one, account) for one, entity in entities.items()}
    return {one: face.text for one, face in faces.items() if face}


def _figures(found: Preview) -> Iterator[Figure]:
    left = f"{found.unknown:,} without data to decide" if found.unknown else "all with data"
    yield Figure("Looked at", f"{found.covered:,}", left)
    share = f"{found.matched / found.covered * 100:.0f} % of them" if found.covered else ""
    yield Figure("Match now", f"{found.matched:,}", share)
    counts = found.counts
    if counts.get("told"):
        yield Figure("Would be told", f"{counts['told']:,}", "nothing changes at Meta")
        return
    waits = counts.get("refreshed", 0)
    yield Figure("Would be proposed", f"{counts.get('proposed', 0):,}", f"{waits:,} more wait already" if waits else "")
    held = counts.get("blocked", 0) + counts.get("skipped", 0)
    yield Figure("Held back", f"{held:,}", "by guard rails and conflicts" if held else "")
    unknown = f"{found.stake_unknown:,} unknown" if found.stake_unknown else "a day"
    yield Figure("Money at stake", words.money(found.at_stake, found.currency), unknown)


def _notes(found: Preview) -> Iterator[str]:
    for guard, count in found.blocked_by.items():
        rail = GUARDS.get(guard)
        yield f"{count:,} held back by {rail.label.lower() if rail else guard}."
    for reason, count in found.nothing.items():
        yield f"{count:,} with nothing to do: {reason}"


def _missed(miss: PreviewMiss, level: str, account: AdAccount, campaigns: Mapping[str, str]) -> Missed:
    href, campaign = entity_href(level, miss.entity_id), campaigns.get(miss.entity_id, "")
    return Missed(miss.name, href, campaign, miss.sentence, _tree(miss.trace, account))


def _matched(row: PreviewRow, account: AdAccount, campaign: str) -> Matched:
    moved = row.changes.get("id", row.entity_id) != row.entity_id
    return Matched(
        row=row,
        href=entity_href(row.level, row.entity_id),
        campaign=campaign,
        outcome=OUTCOMES[row.outcome],
        stake="" if row.outcome == "told" else _stake(row, account),
        moved_to=row.changes.get("name", "") if moved else "",
        chips=tuple(chip_of(verdict) for verdict in row.verdicts if verdict.get("outcome") in LOUD),
        tree=_tree(row.trace, account),
    )


def _stake(row: PreviewRow, account: AdAccount) -> str:
    return "unknown" if row.at_stake is None else f"{words.money(row.at_stake, account.currency)} a day"


def _tree(trace: object, account: AdAccount) -> TraceNode | None:
    return tree_of(trace, account.currency)


def matches_table(found: Found, account: AdAccount) -> Table:
    """The matches as a file; amounts in the major unit."""
    labels = ("Name", "Meta id", "Level", "What would happen", "Change", "At stake a day", "Why", "Held back by")
    rows = [_file_row(one, account.currency) for one in found.rows]
    return Table(KEY, "Matches now", [Head(label) for label in labels], rows)


def _file_row(one: Matched, currency: str) -> table.Row:
    row = one.row
    stake = None if row.at_stake is None else from_minor(row.at_stake, currency)
    said = (row.name, row.entity_id, row.level, one.outcome.label, row.change)
    return (*map(table.text, said), table.money(stake, currency), table.text(row.why), table.text(row.reason))
