"""What this installation did itself at Meta, by the executor's journal: never an outside change."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from metaads.bids import FIELDS as BID_FIELDS
from metaads.models import AdAccount, JournalStep, Level
from metaads.sync.events import EXISTENCE

# Meta's clock, ours and the database's agree within this.
SLACK = timedelta(minutes=10)
BID = "bid"


@dataclass(frozen=True)
class OwnWrite:
    """One value that the executor sent. `at`: business time (the journal's machine time plus the sandbox's offset)."""

    entity_id: str
    field: str
    value: str
    at: datetime


def own_writes(account: AdAccount, entity_ids: Iterable[str]) -> list[OwnWrite]:
    """Everything ever sent for these objects, and their making, whatever came of it. One look-up.

    A bid was sent as one and counts as its columns; that of a campaign also sets its ad sets' amounts.
    """
    ids = set(entity_ids)
    about = Q(entity_id__in=ids) | Q(made_id__in=ids) | Q(field=BID, level=Level.CAMPAIGN)
    steps = JournalStep.objects.filter(about, account=account, sent__gt=0)
    offset = account.connection.clock_offset
    return [
        OwnWrite(entity_id, field, _text(value), (step.finished_at or step.created_at) + offset)
        for step in steps
        for entity_id, field, value in _written(step)
    ]


def _written(step: JournalStep) -> Iterator[tuple[str, str, Any]]:
    """Fields and values as the mirror names them. What we made appears paused, or active if we have gone on."""
    if step.op != JournalStep.Op.SET:
        yield from ((step.made_id, EXISTENCE, seen) for seen in ("PAUSED", "ACTIVE", "there"))
        return
    yield step.entity_id, step.field, step.new
    if step.last_seen is not None and step.state == JournalStep.State.DONE:
        yield step.entity_id, step.field, step.last_seen  # As Meta shows it, with what it adds.
    if step.field == BID and isinstance(step.new, dict):
        for name in BID_FIELDS:
            # The mirror holds absent constraints as an empty object.
            yield step.entity_id, name, step.new.get(name) or ({} if name == "bid_constraints" else None)
        yield from ((ad_set, "bid_amount", one) for ad_set, one in (step.new.get("adset_bid_amounts") or {}).items())


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else str(value)


def wrote_since(writes: Iterable[OwnWrite], entity_id: str, field: str, value: object, since: datetime) -> bool:
    """Whether one of `writes` set this very value no earlier than `since`."""
    wanted = (entity_id, field, _text(value))
    return any((one.entity_id, one.field, one.value) == wanted and one.at >= since - SLACK for one in writes)


def wrote_at(writes: Iterable[OwnWrite], entity_id: str, fields: Iterable[str], value: object, at: datetime) -> bool:
    """Whether one of `writes` set this very value in one of `fields` about then.

    Of targeting the history tells no value that could be compared (`events.value_of`), so there the time must do.
    """
    names = set(fields)
    return any(
        one.entity_id == entity_id
        and one.field in names
        and (one.value == _text(value) or (value is None and one.field == "targeting"))
        and abs(one.at - at) <= SLACK * 6
        for one in writes
    )
