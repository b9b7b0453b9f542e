"""The shadow record on a rule's page: how its suggestions would have done had somebody followed them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from metaads.models import AdAccount
from optimization.kinds import describe
from optimization.outcomes import After
from optimization.rules.shadow import Record, Suggestion, is_shadow, record_of
from optimization.views import table, words
from optimization.views.rule_subject import Subject
from optimization.views.table import Cell, Head, Table

KEY = "shadow"
SHOWN = 20
VERDICTS: dict[bool | None, tuple[str, str]] = {
    True: ("would have been right", "good"),
    False: ("would have been wrong", "bad"),
    None: ("not judged yet", ""),
}


@dataclass(frozen=True)
class Shadow:
    """One account's record. `says`: a sentence each."""

    account: AdAccount
    says: tuple[str, ...]
    table: Table


def shadows_of(subject: Subject) -> list[Shadow]:
    """Of a rule that only suggests, in the accounts that the user sees; empty for any other."""
    if not is_shadow(subject.rule):
        return []
    records = record_of(subject.rule, subject.now, subject.accounts)
    return [Shadow(record.account, tuple(_says(record)), _table(record)) for record in records]


def _says(record: Record) -> Iterator[str]:
    count = len(record.suggestions)
    made = f"In the last 30 days it suggested {count:,} change{'' if count == 1 else 's'}"
    judged = f"{record.right:,} would have been right, {record.wrong:,} wrong, {record.open:,} cannot be judged yet"
    yield f"{made}: {judged}."
    yield _followed(record.total, record.account.currency)


def _followed(total: After, currency: str) -> str:
    if total.spend_cut is None or total.conversions_lost is None:
        return "What following all of them would have meant is unknown."
    less = "less" if total.spend_cut >= 0 else "more"
    spend = words.plain_amount(abs(total.spend_cut), currency)
    lost = total.conversions_lost
    return (
        f"Had all been followed: {'about ' if total.estimate else ''}{spend} {less} spend and "
        f"{abs(lost):,.1f} {'fewer' if lost >= 0 else 'more'} conversions."
    )


def _table(record: Record) -> Table:
    currency = record.account.currency
    heads = (
        Head("Suggestion"),
        Head("When"),
        Head("Spend cut", num=True, csv=f"Spend cut ({currency})"),
        Head("Conversions lost", num=True),
        Head("Judged"),
    )
    rows = [_row(one, record.account) for one in reversed(record.suggestions)]
    more = max(0, len(rows) - SHOWN)
    return Table(f"{KEY}-{record.account.pk}", f"Suggestions in {record.account.name}", heads, rows[:SHOWN], more=more)


def _row(one: Suggestion, account: AdAccount) -> table.Row:
    head, lost = describe(one.action), one.after.conversions_lost
    word, tone = VERDICTS[one.right]
    return (
        table.text(f"{head.verb} {head.name}", link=reverse("action", args=[one.action.public_id]), small=head.change),
        table.moment(one.action.proposed_at, account),
        table.money(one.after.spend_cut, account.currency),
        table.unknown() if lost is None else Cell(f"{lost:,.1f}", round(lost, 2), num=True),
        table.text(word, dot=tone),
    )
