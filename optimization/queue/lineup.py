"""The open proposals in line: ranked, grouped by cause, and beyond what a day may show, folded.

A cause is a rule and what it does, or whoever else proposed it, what it does and why. Of each account's proposals of
one of its days, the lower-ranked beyond the account's cap are folded, but never what prevents loss.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from metaads.models import AdAccount
from optimization.kinds import KINDS
from optimization.limits import limits_of_all
from optimization.models import Action
from optimization.queue.selectors import ranked


class InLine(NamedTuple):
    """One open proposal, as far as its place asks. `stake` in the minor unit a day, None = unknown."""

    pk: int
    version: int
    account_id: int
    kind: str
    source: str
    reason_code: str
    rule_id: int | None
    rule_name: str | None
    rule_public_id: UUID | None
    stake: int | None
    currency: str
    proposed_at: datetime

    @property
    def cause(self) -> str:
        return f"rule-{self.rule_id}-{self.kind}" if self.rule_id else f"{self.source}-{self.kind}-{self.reason_code}"


COLUMNS = (
    *("pk", "version", "account_id", "kind", "source", "reason_code", "rule_version__rule_id"),
    *("rule_version__rule__name", "rule_version__rule__public_id", "at_stake", "currency", "proposed_at"),
)


@dataclass
class Cause:
    """Proposals of one cause, the highest ranked first. `stakes`: minor unit a day by currency; `unknown`: how many
    have no known stake."""

    key: str
    first: InLine
    rows: list[InLine] = field(default_factory=list)
    stakes: Counter[str] = field(default_factory=Counter)
    unknown: int = 0

    def add(self, row: InLine) -> None:
        self.rows.append(row)
        if row.stake is None:
            self.unknown += 1
        else:
            self.stakes[row.currency] += row.stake


@dataclass(frozen=True)
class Lineup:
    """`causes` by the rank of their best; `folded` proposals in the order of their rank."""

    causes: tuple[Cause, ...]
    folded: tuple[InLine, ...]

    @property
    def ids(self) -> list[int]:
        """All that are not folded, cause by cause."""
        return [row.pk for cause in self.causes for row in cause.rows]


def lineup(actions: QuerySet[Action], accounts: Iterable[AdAccount]) -> Lineup:
    """Two queries, however many proposals there are."""
    rows = [InLine(*row) for row in ranked(actions).values_list(*COLUMNS)]
    return line_up(rows, caps_of(accounts))


@dataclass(frozen=True)
class Cap:
    """How many proposals of one of the account's days stand unfolded."""

    most: int
    zone: ZoneInfo


def caps_of(accounts: Iterable[AdAccount]) -> dict[int, Cap]:
    by_id = {account.pk: account for account in accounts}
    limits = limits_of_all(by_id.values())
    return {pk: Cap(limits[pk].queue_daily_cap, account.zone) for pk, account in by_id.items()}


def line_up(rows: Iterable[InLine], caps: Mapping[int, Cap]) -> Lineup:
    """`rows` come ranked, the highest first."""
    seen: Counter[tuple[int, date]] = Counter()
    causes: dict[str, Cause] = {}
    folded: list[InLine] = []
    for row in rows:
        cap = caps[row.account_id]
        day = (row.account_id, row.proposed_at.astimezone(cap.zone).date())
        seen[day] += 1
        if seen[day] > cap.most and not KINDS[row.kind].loss_prevention:
            folded.append(row)
        else:
            causes.setdefault(row.cause, Cause(row.cause, row)).add(row)
    return Lineup(tuple(causes.values()), tuple(folded))


def as_one(rows: Iterable[InLine]) -> tuple[Cause, ...]:
    """Grouped as a line-up, nothing folded."""
    causes: dict[str, Cause] = {}
    for row in rows:
        causes.setdefault(row.cause, Cause(row.cause, row)).add(row)
    return tuple(causes.values())
