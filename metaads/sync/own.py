"""What this installation did itself at Meta, by the executor's journal: never an outside change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from metaads.models import AdAccount, JournalStep

# Meta's clock, ours and the database's agree within this.
SLACK = timedelta(minutes=10)


@dataclass(frozen=True)
class OwnWrite:
    """One value that the executor sent. `at`: business time (the journal's machine time plus the sandbox's offset)."""

    entity_id: str
    field: str
    value: str
    at: datetime


def own_writes(account: AdAccount, entity_ids: Iterable[str]) -> list[OwnWrite]:
    """Everything ever sent for these objects, whatever came of it. One look-up."""
    steps = JournalStep.objects.filter(account=account, entity_id__in=set(entity_ids), sent__gt=0)
    offset = account.connection.clock_offset
    return [
        OwnWrite(step.entity_id, step.field, str(step.new), (step.finished_at or step.created_at) + offset)
        for step in steps
    ]


def wrote_since(writes: Iterable[OwnWrite], entity_id: str, field: str, value: object, since: datetime) -> bool:
    """Whether one of `writes` set this very value no earlier than `since`."""
    wanted = (entity_id, field, str(value))
    return any((one.entity_id, one.field, one.value) == wanted and one.at >= since - SLACK for one in writes)


def wrote_at(writes: Iterable[OwnWrite], entity_id: str, fields: Iterable[str], value: object, at: datetime) -> bool:
    """Whether one of `writes` set this very value in one of `fields` about then."""
    names = set(fields)
    return any(
        one.entity_id == entity_id and one.field in names and one.value == str(value) and abs(one.at - at) <= SLACK * 6
        for one in writes
    )
