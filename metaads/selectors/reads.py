"""How fresh is what is collected beside the figures."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from metaads.models import AdAccount, SideRead

NAMES = {
    "changes": "Change history",
    "native_rules": "Meta's own rules",
    "governed": "Objects under Meta's rules",
    "health": "Account health",
    "minimums": "Least budgets",
    "token": "Token check",
    "pixels": "Pixels",
}


@dataclass(frozen=True)
class ReadState:
    """`read_at`: business time of the last complete read, None = never. `problem`: a sentence, "" = none."""

    account_id: int
    what: str
    name: str
    read_at: datetime | None
    problem: str
    failures: int
    next_try_at: datetime | None


def side_reads(accounts: Collection[AdAccount]) -> list[ReadState]:
    """All steps of these accounts that were ever tried, by account and name. One look-up."""
    rows = SideRead.objects.filter(account__in=accounts).order_by("account_id", "what")
    return [
        ReadState(
            row.account_id,
            row.what,
            NAMES.get(row.what, row.what),
            row.read_at,
            row.problem,
            row.failures,
            row.next_try_at,
        )
        for row in rows
    ]
