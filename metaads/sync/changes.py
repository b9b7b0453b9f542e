"""Outside changes from Meta's change history: what people, native rules and other tools did, each change once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from metaads import switch
from metaads.graph.budget import Priority
from metaads.graph.classify import TOKEN_CODES
from metaads.graph.client import client_for
from metaads.graph.errors import Permanent
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level, OutsideChange, SideRead
from metaads.reader.activity import Activity, read_activities, read_business_id
from metaads.sync import events, own
from metaads.sync.differences import key_of
from metaads.sync.events import explains

WHAT = "changes"
# Meta's own default; a longer look back on the first read would tell of what nobody asks any more.
FIRST_LOOK = timedelta(days=7)
# Rows come late; what was read before is folded by its key.
OVERLAP = timedelta(hours=2)


@dataclass(frozen=True)
class ChangesResult:
    """`told`: rows of Meta's history read; `ours`: those of this application; `outside`: new ones of others."""

    told: int
    ours: int
    outside: int

    def __str__(self) -> str:
        return f"{self.told} changes in Meta's history: {self.outside} new by others, {self.ours} our own"


def sync_changes(account: AdAccount, now: datetime) -> ChangesResult:
    """Reads what happened since the last read and keeps it. Raises metaads.graph.errors and switch.SwitchedOff."""
    switch.require(switch.COLLECTION)
    since = _since(account, now)
    told = ours = outside = 0
    for page in _pages(account, since, now):
        rows = _rows(account, page, now)
        told += len(rows)
        ours += sum(row.ours for row in rows)
        outside += _keep(account, rows)
    return ChangesResult(told, ours, outside)


def _pages(account: AdAccount, since: datetime, now: datetime) -> Iterator[list[Activity]]:
    """Refused without the business that owns the account, they are asked again with it."""
    client = client_for(account, priority=Priority.RESTATE)
    try:
        yield from read_activities(client, account, since, now)
    except Permanent as refused:
        if refused.detail.code in TOKEN_CODES:
            raise
        business = read_business_id(client, account)
        if not business:
            raise
        yield from read_activities(client, account, since, now, business)


def _since(account: AdAccount, now: datetime) -> datetime:
    last = SideRead.objects.filter(account=account, what=WHAT).values_list("read_at", flat=True).first()
    return max(last - OVERLAP, now - 4 * FIRST_LOOK) if last and last <= now else now - FIRST_LOOK


def _rows(account: AdAccount, page: Sequence[Activity], now: datetime) -> list[OutsideChange]:
    ids = {one.object_id for one in page}
    levels, writes = _levels(account, ids), own.own_writes(account, ids)
    return [_row(account, one, levels, writes, now) for one in page]


def _levels(account: AdAccount, ids: Iterable[str]) -> dict[str, str]:
    """Meta's id -> level, by our mirror: the history's own words for levels are Meta's old ones."""
    found: dict[str, str] = {account.meta_id: OutsideChange.Target.ACCOUNT}
    for model, level in ((Campaign, Level.CAMPAIGN), (AdSet, Level.AD_SET), (Ad, Level.AD)):
        rows = model._default_manager.filter(account=account, meta_id__in=ids)
        found |= dict.fromkeys(rows.values_list("meta_id", flat=True), level.value)
    return found


def _row(
    account: AdAccount, one: Activity, levels: dict[str, str], writes: Sequence[own.OwnWrite], now: datetime
) -> OutsideChange:
    field = events.field_of(one.event_type, one.extra)
    after = events.value_of(field, one.extra.get("new_value"))
    raw = {**asdict(one), "at": one.at.isoformat()}
    return OutsideChange(
        account=account,
        key=key_of("activity", raw),
        level=levels.get(one.object_id) or events.level_of(one.object_type),
        entity_id=one.object_id[:32],
        entity_name=one.object_name[:400],
        field=field,
        event_type=one.event_type[:80],
        before=events.value_of(field, one.extra.get("old_value")),
        after=after,
        actor_id=one.actor_id[:32],
        actor_name=one.actor_name[:200],
        application_id=one.application_id[:32],
        application_name=one.application_name[:200],
        at=one.at,
        noticed_at=now,
        source=OutsideChange.Source.ACTIVITY,
        ours=_ours(account, one, field, after, writes),
        raw=raw,
    )


def _ours(account: AdAccount, one: Activity, field: str, after: object, writes: Sequence[own.OwnWrite]) -> bool:
    """By the application's id, which a connection may not know, or by what the executor's journal says it sent."""
    app = account.connection.app_id
    if app and one.application_id == app:
        return True
    return own.wrote_at(writes, one.object_id, events.family(field), after, one.at)


@transaction.atomic
def _keep(account: AdAccount, rows: Sequence[OutsideChange]) -> int:
    """Stores new rows, and drops the differences that they explain. Gives the number of new ones of others."""
    keys = OutsideChange.objects.filter(account=account, key__in=[row.key for row in rows])
    known = set(keys.values_list("key", flat=True))
    fresh = [row for row in rows if row.key not in known]
    if not fresh:
        return 0
    explained = _explained(account, fresh)
    OutsideChange.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    OutsideChange.objects.filter(pk__in=explained).delete()
    return sum(not row.ours for row in fresh)


def _explained(account: AdAccount, fresh: Sequence[OutsideChange]) -> set[int]:
    """Keys of stored differences that are the same change; what only they know goes over to the history's row."""
    bare = OutsideChange.objects.filter(
        account=account, source=OutsideChange.Source.DIFFERENCE, entity_id__in={row.entity_id for row in fresh}
    )
    found = set()
    for one in bare:
        told = [row for row in fresh if _same(row, one)]
        if told:
            found.add(one.pk)
            _complete(told[-1], one)
    return found


def _same(row: OutsideChange, one: OutsideChange) -> bool:
    since = (one.since or one.at) - own.SLACK
    inside = since <= row.at <= one.at + own.SLACK
    return inside and row.entity_id == one.entity_id and explains(row.field, row.after, one.field, one.after)


def _complete(row: OutsideChange, one: OutsideChange) -> None:
    """The mirror's old and new value, and its exact column, where Meta's history says less."""
    if row.after is None and row.before is None:
        row.before, row.after = one.before, one.after
    if one.field in events.family(row.field):
        row.field = one.field
    row.level, row.entity_name = one.level, row.entity_name or one.entity_name
