"""Appending to a chain. Call inside the transaction of what is recorded: both happen or neither does."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from optimization.models import LedgerEvent, LedgerHead

ACTION_KINDS = frozenset(
    {
        "optimization_suggested",
        "optimization_refreshed",
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
    }
)
KINDS = ACTION_KINDS | {
    "run_started",
    "run_finished",
    "rule_changed",
    "setting_changed",
    "emergency_stop_set",
    "emergency_stop_lifted",
    "login",
    "token_changed",
    "chain_head",
    "data_quality_changed",
    "offline_imported",
    "export_imported",
}
INSTALLATION = "installation"


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


def canonical(payload: dict[str, Any]) -> str:
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder, ensure_ascii=False)


def digest(event: LedgerEvent) -> str:
    """SHA-256 over every column but the hash itself, the previous hash included."""
    parts = [
        event.previous,
        event.chain,
        str(event.number),
        event.kind,
        str(event.account_id),
        str(event.action_id),
        str(event.user_id),
        event.actor,
        event.payload_text,
        event.business_time.astimezone(UTC).isoformat(timespec="microseconds"),
        event.machine_time.astimezone(UTC).isoformat(timespec="microseconds"),
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


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
    chain = chain_of(account_id)
    head = _locked_head(chain)
    machine = timezone.now()
    events = []
    for entry in entries:
        event = LedgerEvent(
            chain=chain,
            number=head.number + 1,
            kind=entry.kind,
            account_id=account_id,
            action_id=entry.action_id,
            user_id=entry.user_id,
            actor=entry.actor,
            payload_text=canonical(entry.payload),
            business_time=now,
            machine_time=machine,
            previous=head.hash,
        )
        event.hash = digest(event)
        head.number, head.hash = event.number, event.hash
        events.append(event)
    LedgerEvent.objects.bulk_create(events, batch_size=500)
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
