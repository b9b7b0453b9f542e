"""What changed between two syncs of the mirror, old value and new: kept unless we did it or Meta's history tells it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metaads.models import Ad, AdAccount, AdSet, Campaign, Creative, Level, OutsideChange
from metaads.sync import own
from metaads.sync.events import EXISTENCE, explains

Row = Mapping[str, Any]
AnyNode = Campaign | AdSet | Ad
CHUNK = 500
_DELIVERING = ("name", "status", "issues")
_BUDGETED = (*_DELIVERING, "daily_budget", "lifetime_budget", "bid_strategy")
# Left out: what follows from something else (a campaign's times, remaining budgets, a parent's pause).
WATCHED: dict[str, tuple[str, ...]] = {
    Level.CAMPAIGN: (*_BUDGETED, "spend_cap", "objective", "special_ad_categories"),
    Level.AD_SET: (
        *_BUDGETED,
        "bid_amount",
        "bid_constraints",
        "daily_min_spend_target",
        "daily_spend_cap",
        "start_time",
        "stop_time",
        "optimization_goal",
        "billing_event",
        "promoted_object",
        "targeting",
        "attribution_spec",
        "learning_status",
    ),
    Level.AD: (*_DELIVERING, "creative_id", "tracking_specs"),
}
_PARENTS_LIVE: dict[type[AnyNode], dict[str, None]] = {
    Campaign: {},
    AdSet: {"campaign__deleted_at": None},
    Ad: {"campaign__deleted_at": None, "ad_set__deleted_at": None},
}
# Effective statuses that no parent and no `status` explains: Meta's reviews and troubles.
REVIEWED = frozenset({"WITH_ISSUES", "DISAPPROVED", "PENDING_REVIEW", "PREAPPROVED", "PENDING_BILLING_INFO"})
METAS_OWN = frozenset({"issues", "effective_status", "learning_status"})


@dataclass(frozen=True)
class Difference:
    """`before` and `after` as JSON holds them. `since`: the sync that still saw `before`, None = we had no row."""

    entity_id: str
    name: str
    field: str
    before: Any
    after: Any
    since: datetime | None


def between(level: str, before: Mapping[str, Row], rows: Mapping[str, Row], known: bool) -> list[Difference]:
    """Differences of one page. `known`: the account was synced before, so that a new row is a new object."""
    found: list[Difference] = []
    for meta_id, row in rows.items():
        old = before.get(meta_id)
        if old is None or old["deleted_at"] is not None:
            if known:
                since = old["deleted_at"] if old else None
                found.append(Difference(meta_id, _name(row), EXISTENCE, None, row.get("status") or "there", since))
            continue
        fields = WATCHED[level] + (("effective_status",) if _reviewed(old, row) else ())
        found += [
            Difference(meta_id, _name(row), name, plain(old[name]), plain(row[name]), old["synced_at"])
            for name in fields
            if old[name] != row[name]
        ]
    return found


def _name(row: Row) -> str:
    return str(row.get("name") or "")


def _reviewed(old: Row, row: Row) -> bool:
    statuses = {old.get("effective_status"), row.get("effective_status")}
    return len(statuses) == 2 and bool(statuses & REVIEWED)


def plain(value: Any) -> Any:
    """As JSON holds it."""
    return value.isoformat() if isinstance(value, datetime) else value


def keep(account: AdAccount, level: str, found: list[Difference], now: datetime) -> int:
    """Stores what is nobody's else than an outsider's; gives their number. Call in the transaction of the mirror."""
    if not found:
        return 0
    ids = {one.entity_id for one in found}
    writes = own.own_writes(account, ids)
    told = _history(account, ids, min(one.since or now for one in found) - own.SLACK)
    outside = [one for one in found if not _ours(one, writes, now) and not _told(one, told, now)]
    creatives = _creative_names(outside)
    rows = [_row(account, level, one, creatives, now) for one in outside]
    OutsideChange.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def gone(model: type[AnyNode], keys: Sequence[int]) -> list[Difference]:
    """Those of the vanished whose parents are still there: what goes with its parent is no change of its own."""
    found: list[Difference] = []
    for start in range(0, len(keys), CHUNK):
        rows = model._default_manager.filter(pk__in=keys[start : start + CHUNK], **_PARENTS_LIVE[model])
        found += [Difference(one.meta_id, one.name, EXISTENCE, one.status, None, one.synced_at) for one in rows]
    return found


def _history(account: AdAccount, ids: Iterable[str], since: datetime) -> list[OutsideChange]:
    """What Meta's history told of these objects since then, our own application's writes included."""
    rows = OutsideChange.objects.filter(account=account, source=OutsideChange.Source.ACTIVITY, at__gte=since)
    return list(rows.filter(entity_id__in=ids))


def _ours(one: Difference, writes: Iterable[own.OwnWrite], now: datetime) -> bool:
    return own.wrote_since(writes, one.entity_id, one.field, one.after, one.since or now)


def _told(one: Difference, told: Iterable[OutsideChange], now: datetime) -> bool:
    """Meta's history already has it, between the two syncs."""
    since = (one.since or now) - own.SLACK
    return any(
        row.entity_id == one.entity_id and row.at >= since and explains(row.field, row.after, one.field, one.after)
        for row in told
    )


def _creative_names(found: Iterable[Difference]) -> dict[int, str]:
    """Our keys of creatives -> Meta's ids: a change must be readable without our mirror."""
    keys = {key for one in found if one.field == "creative_id" for key in (one.before, one.after) if key}
    return dict(Creative.objects.filter(pk__in=keys).values_list("pk", "meta_id")) if keys else {}


def _row(account: AdAccount, level: str, one: Difference, creatives: Mapping[int, str], now: datetime) -> OutsideChange:
    before, after = one.before, one.after
    if one.field == "creative_id":
        before, after = creatives.get(before), creatives.get(after)
    return OutsideChange(
        account=account,
        key=key_of("difference", level, one.entity_id, one.field, before, after, str(one.since)),
        level=level,
        entity_id=one.entity_id,
        entity_name=one.name,
        field=one.field,
        before=before,
        after=after,
        actor_name="Meta" if one.field in METAS_OWN else "",
        at=now,
        since=one.since,
        noticed_at=now,
        source=OutsideChange.Source.DIFFERENCE,
    )


def key_of(*parts: Any) -> str:
    """Folds what is the same change, whoever notices it and however often."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
