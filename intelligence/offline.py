"""Offline conversions: checking and storing sales that Meta does not know. The caller (a door) writes the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from intelligence.metrics import windows
from intelligence.models import OfflineConversion, OfflineUpload
from intelligence.offline_family import Family, family_of
from metaads.models import AdAccount

CLOCKS_DIFFER = timedelta(minutes=10)
EARLIEST = datetime(2004, 2, 4, tzinfo=UTC)
LONGEST_ID = 120
MOST_VALUE = Decimal(10) ** 12
_BATCH = 500


@dataclass(frozen=True)
class OfflineRow:
    """One sale as it was given. `line`: where it stood, counted from 1. `at` aware UTC; `value` in the major unit.

    `problem`: why the line could not even be read (then the rest may be empty).
    """

    line: int
    event_id: str
    at: datetime | None = None
    value: Decimal | None = None
    currency: str = ""
    campaign_id: str = ""
    ad_set_id: str = ""
    ad_id: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Note:
    """What became of a line, for the person who sent it."""

    line: int
    event_id: str
    reason: str


@dataclass
class OfflineResult:
    """`accepted` lines are stored; `unassigned` of them belong to no entity we know: listed, and counted nowhere.

    `duplicates` were there already, `refused` can't be right. `value`: of the accepted, major unit.
    """

    upload_id: int | None = None
    accepted: int = 0
    value: Decimal = Decimal(0)
    duplicates: list[Note] = field(default_factory=list)
    refused: list[Note] = field(default_factory=list)
    unassigned: list[Note] = field(default_factory=list)


@transaction.atomic
def import_offline(
    account: AdAccount, rows: Iterable[OfflineRow], now: datetime, source: str = "", by: User | None = None
) -> OfflineResult:
    """Stores what can be right and is new; says of every other line why not. `now` is business time.

    Events are deduplicated by their id within the account, also against another import at the same moment.
    """
    result = OfflineResult()
    good = [row for row in rows if _fits(row, account, now, result)]
    family = family_of(account, good)
    fresh = _without_known(account, good, result)
    upload = OfflineUpload.objects.create(account=account, source=source[:200], uploaded_by=by, uploaded_at=now)
    made = [made for row in fresh if (made := _conversion(account, row, upload, family, result))]
    OfflineConversion.objects.bulk_create([sale for _, sale in made], batch_size=_BATCH, ignore_conflicts=True)
    stored = dict(upload.conversions.values_list("event_id", "value"))
    for row, sale in made:
        if sale.event_id not in stored:
            result.duplicates.append(Note(row.line, row.event_id, "It came in with another import at this moment."))
        elif sale.problem:
            result.unassigned.append(Note(row.line, row.event_id, sale.problem))
    result.upload_id, result.accepted, result.value = upload.pk, len(stored), sum(stored.values(), Decimal(0))
    counts = {"accepted": result.accepted, "duplicates": len(result.duplicates), "refused": len(result.refused)}
    OfflineUpload.objects.filter(pk=upload.pk).update(**counts, unassigned=len(result.unassigned))
    return result


def _fits(row: OfflineRow, account: AdAccount, now: datetime, result: OfflineResult) -> bool:
    reason = row.problem or _why_refused(row, account, now)
    if reason:
        result.refused.append(Note(row.line, row.event_id, reason))
    return not reason


def _why_refused(row: OfflineRow, account: AdAccount, now: datetime) -> str:
    """ "" if nothing speaks against it."""
    if not row.event_id or len(row.event_id) > LONGEST_ID:
        return f"It needs an event id of at most {LONGEST_ID} characters."
    if row.at is None:
        return "It has no time."
    if row.at < EARLIEST:
        return "Its time lies before Facebook began."
    if row.at > now + CLOCKS_DIFFER:
        return "Its time lies in the future."
    if row.value is None or not row.value.is_finite() or not 0 <= row.value < MOST_VALUE:
        return "Its value must be a number from 0 on."
    if row.currency.upper() != account.currency:
        return f"Its currency is {row.currency or 'not given'}; the account's is {account.currency}."
    return ""


def _without_known(account: AdAccount, rows: Sequence[OfflineRow], result: OfflineResult) -> list[OfflineRow]:
    """The first of each event id that is not stored yet."""
    ids = [row.event_id for row in rows]
    known: set[str] = set()
    for start in range(0, len(ids), _BATCH):
        held = OfflineConversion.objects.filter(account=account, event_id__in=ids[start : start + _BATCH])
        known |= set(held.values_list("event_id", flat=True))
    seen: set[str] = set()
    fresh = []
    for row in rows:
        if row.event_id in known or row.event_id in seen:
            where = "in this file" if row.event_id in seen else "with an earlier import"
            result.duplicates.append(Note(row.line, row.event_id, f"This event came before, {where}."))
        else:
            seen.add(row.event_id)
            fresh.append(row)
    return fresh


def _conversion(
    account: AdAccount, row: OfflineRow, upload: OfflineUpload, family: Family, result: OfflineResult
) -> tuple[OfflineRow, OfflineConversion] | None:
    """None where its ids contradict each other."""
    place = family.place(row.campaign_id, row.ad_set_id, row.ad_id)
    if place.contradiction:
        result.refused.append(Note(row.line, row.event_id, place.contradiction))
        return None
    assert row.at is not None and row.value is not None  # noqa: S101, PT018  (`_fits` saw to it; tells mypy)
    return row, OfflineConversion(
        account=account,
        event_id=row.event_id,
        at=row.at,
        local_date=windows.local_day(row.at, account.zone),
        value=row.value,
        campaign_id=place.campaign_id,
        ad_set_id=place.ad_set_id,
        ad_id=place.ad_id,
        problem=place.problem,
        upload=upload,
        known_at=upload.uploaded_at,
    )
