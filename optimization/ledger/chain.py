"""Appending to a chain. Call inside the transaction of what is recorded: both happen or neither does."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from optimization import bulk
from optimization.models import LedgerEvent, LedgerHead

ACTION_KINDS = frozenset(
    {
        "optimization_suggested",
        "optimization_refreshed",
        "optimization_first_approval",
        "optimization_approved",
        "optimization_modified",
        "optimization_rejected",
        "optimization_cancelled",
        "optimization_expired",
        "optimization_superseded",
        "optimization_executing",
        "optimization_executed",
        "optimization_failed",
        "optimization_uncertain",
        "optimization_reverted",
        "optimization_kept",
        "optimization_annotated",
        "override_set",
    }
)
KINDS = ACTION_KINDS | {
    "run_started",
    "run_finished",
    "goal_changed",
    "rule_changed",
    "told_by_hand",
    "setting_changed",
    "emergency_stop_set",
    "emergency_stop_lifted",
    "incident_opened",
    "login",
    "token_changed",
    "entity_locked",
    "chain_head",
    "data_quality_changed",
    "offline_imported",
    "export_imported",
}
INSTALLATION = "installation"
COLUMNS = ("number", "kind", "action_id", "user_id", "actor", "payload_text", "previous", "hash")


@dataclass(frozen=True)
class Entry:
    """One event to be. `actor` says what acted (user, rule, executor, system); `user_id` who, if a person did."""

    kind: str
    actor: str
    payload: dict[str, Any] = field(default_factory=dict)
    action_id: UUID | None = None
    user_id: int | None = None


def chain_of(account_id: int | None) -> str:
    return INSTALLATION if account_id is None else f"account:{account_id}"


_ENCODER = DjangoJSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(payload: dict[str, Any]) -> str:
    return _ENCODER.encode(payload)


def digest(event: LedgerEvent) -> str:
    """SHA-256 over every column but the hash itself, the previous hash included."""
    entry = Entry(event.kind, event.actor, {}, event.action_id, event.user_id)
    begins = (event.previous, event.chain, event.number)
    return _seal(*begins, entry, event.account_id, event.payload_text, _times(event.business_time, event.machine_time))


def _seal(previous: str, chain: str, number: int, entry: Entry, account_id: int | None, text: str, times: str) -> str:
    parts = [
        previous,
        chain,
        str(number),
        entry.kind,
        str(account_id),
        str(entry.action_id),
        str(entry.user_id),
        entry.actor,
        text,
        times,
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _times(business: datetime, machine: datetime) -> str:
    return "\x1f".join(time.astimezone(UTC).isoformat(timespec="microseconds") for time in (business, machine))


def _locked_head(chain: str) -> LedgerHead:
    LedgerHead.objects.bulk_create([LedgerHead(chain=chain)], ignore_conflicts=True)
    return LedgerHead.objects.select_for_update().get(chain=chain)


@transaction.atomic
def record_many(account_id: int | None, entries: Sequence[Entry], now: datetime) -> None:
    """Appends all entries to the account's chain (None = the installation's). `now` is business time."""
    if not entries:
        return
    unknown = {entry.kind for entry in entries} - KINDS
    if unknown:
        raise ValueError(f"unknown ledger kinds {sorted(unknown)}")
    head = _locked_head(chain_of(account_id))
    machine = timezone.now()
    times = _times(now, machine)
    rows = []
    for entry in entries:
        previous, number, text = head.hash, head.number + 1, canonical(entry.payload)
        head.number, head.hash = number, _seal(previous, head.chain, number, entry, account_id, text, times)
        rows.append((number, entry.kind, entry.action_id, entry.user_id, entry.actor, text, previous, head.hash))
    shared = {"chain": head.chain, "account_id": account_id, "business_time": now, "machine_time": machine}
    bulk.insert(LedgerEvent, COLUMNS, rows, shared)
    head.save(update_fields=["number", "hash"])


def record(
    kind: str,
    *,
    account_id: int | None,
    actor: str,
    now: datetime,
    payload: dict[str, Any] | None = None,
    action_id: UUID | None = None,
    user_id: int | None = None,
) -> None:
    """Appends one event."""
    record_many(account_id, [Entry(kind, actor, payload or {}, action_id, user_id)], now)
