"""The dry first looks of a rule: what it would have done when it could do nothing yet."""

from dataclasses import dataclass
from typing import Any

from metaads.graph.money import from_minor, money_text
from optimization.kinds import KINDS
from optimization.models import DryLook
from optimization.trial.dry import dry_looks, said
from optimization.value_words import change_text
from optimization.views import table
from optimization.views.rule_subject import Subject
from optimization.views.subject import entity_href
from optimization.views.table import Head, Table

KEY = "dry"
VERDICTS: dict[str, tuple[str, str]] = {
    "passed": ("would be proposed", "good"),
    "refreshed": ("is proposed already", "live"),
    "blocked": ("held back", "bad"),
    "skipped": ("skipped", ""),
}


@dataclass(frozen=True)
class Look:
    """One account's first look. `table`: at most 100 changes, the largest stakes first."""

    look: DryLook
    text: str
    table: Table


def looks_of(subject: Subject) -> list[Look]:
    """Of the accounts that the user sees, newest first."""
    looks = dry_looks(subject.rule, [account.pk for account in subject.accounts])
    return [Look(look, said(look), _table(look)) for look in looks]


def _table(look: DryLook) -> Table:
    heads = (Head("Name"), Head("Change"), Head("At stake a day", num=True), Head("Then"), Head("Why not", wide=True))
    rows = [_row(change, look.currency) for change in look.changes]
    return Table(f"{KEY}-{look.account_id}", f"First look at {look.account.name}", heads, rows)


def _row(change: dict[str, Any], currency: str) -> table.Row:
    word, tone = VERDICTS.get(change["verdict"], VERDICTS["skipped"])
    stake = change["at_stake"]
    return (
        table.text(change["name"], link=entity_href(change["level"], change["entity_id"])),
        table.text(_said(change, currency)),
        table.money(None if stake is None else from_minor(stake, currency), currency),
        table.text(word, dot=tone),
        table.text(change["reason"]),
    )


def _said(change: dict[str, Any], currency: str) -> str:
    kind = KINDS.get(change["kind"])
    label = kind.label if kind else str(change["kind"])
    if change.get("plan"):
        return f"{label}: {'; '.join(change['plan'])}"
    if isinstance(change["wanted"], dict):
        return f"{label}: {change_text(change['field'], change['before'], change['wanted'], currency)}"
    if change["field"] == "status" or not isinstance(change["wanted"], int):
        return label
    return f"{label}: {money_text(change['before'], currency)} to {money_text(change['wanted'], currency)}"
