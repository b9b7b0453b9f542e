"""The present state of one object at Meta."""

from dataclasses import dataclass
from typing import Any

from metaads.executor.change import Change
from metaads.graph.client import client_for
from metaads.reader.entity import read_fields

BUDGETS = ("daily_budget", "lifetime_budget")


@dataclass(frozen=True)
class Live:
    """`value` of the change's field: a status word, a budget in the minor unit, None = Meta did not tell."""

    value: int | str | None
    status: str
    raw: dict[str, Any]


def read(change: Change) -> Live:
    """One GET, tried once (the lease is kept by one HTTP budget) and before all other calls of the account.

    Raises metaads.graph.errors.
    """
    raw = read_fields(
        client_for(change.account, first=True), change.entity_id, ("status", "effective_status", change.field)
    )
    value = raw.get(change.field)
    if change.field in BUDGETS:
        value = int(value) if value not in (None, "") else None
    return Live(value, str(raw.get("status", "")), raw)
