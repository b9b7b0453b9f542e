"""Gathers what the guard rails ask, for one action or for many drafts with few queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q

from intelligence.quality import quality_of
from metaads import switch
from metaads.models import AdAccount
from optimization.entities import Entity
from optimization.guards import Facts
from optimization.kinds import KINDS
from optimization.limits import Limits, limits_for
from optimization.models import Action, EmergencyStop, LimitCounter, Source
from optimization.queue.reserve import account_day

EXECUTED = Q(executed_at__isnull=False)


Counted = Mapping[str, int] | None


@dataclass(frozen=True)
class Surroundings:
    """What is common to all drafts of one account at one moment, plus history per entity."""

    account: AdAccount
    now: datetime
    limits: Limits
    switch_off: str | None
    stop: str | None
    doubt: str | None
    last_executed: dict[tuple[str, str], datetime]
    last_optimizer: dict[tuple[str, str], datetime]
    counters: dict[str, int]


def _last(account: AdAccount, where: Q) -> dict[tuple[str, str], datetime]:
    rows = (
        Action.objects.filter(EXECUTED & where, account=account)
        .values_list("level", "entity_id")
        .annotate(last=Max("executed_at"))
    )
    return {(level, entity_id): last for level, entity_id, last in rows}


def surroundings(account: AdAccount, now: datetime, entity_ids: Iterable[str] | None = None) -> Surroundings:
    """Eight queries at most, whatever the number of drafts. `entity_ids` narrows the history."""
    where = Q() if entity_ids is None else Q(entity_id__in=list(entity_ids))
    counters = LimitCounter.objects.filter(account=account, day=account_day(account, now))
    stop = EmergencyStop.objects.in_force(account)
    return Surroundings(
        account=account,
        now=now,
        limits=limits_for(account),
        switch_off=switch.why_off(switch.EXECUTOR),
        stop=stop.sentence() if stop else None,
        doubt=_doubt(account),
        last_executed=_last(account, where & ~Q(source=Source.UNDO)),
        last_optimizer=_last(account, where & Q(source=Source.OPTIMIZER)),
        counters=dict(counters.values_list("name", "used")),
    )


def _doubt(account: AdAccount) -> str | None:
    """As `guards.base.Facts` has it."""
    quality = quality_of(account)
    return quality.sentence() if quality.doubtful else None if quality.checked_at else ""


@dataclass(frozen=True)
class Wish:
    """The part of a draft or action that rails judge."""

    source: str
    kind: str
    field: str
    before: int | str
    wanted: int | str
    data_read_at: datetime | None
    confidence: float | None = None
    spend: Decimal | None = None
    impressions: float | None = None
    acting_alone: bool = False


def facts_for(
    around: Surroundings, wish: Wish, entity: Entity, current: Any, *, executing: bool = False, own: Counted = None
) -> Facts:
    """`own`: what this action's own reservation already added to the counters, so that it isn't held against it."""
    key, kind = (entity.level, entity.meta_id), KINDS[wish.kind]
    changes, raised = (_counted(around, prefix, entity, own or {}) for prefix in ("changes", "raised"))
    return Facts(
        now=around.now,
        source=wish.source,
        kind=wish.kind,
        grows=kind.grows,
        loss_prevention=kind.loss_prevention,
        field=wish.field,
        before=wish.before,
        wanted=wish.wanted,
        current=current,
        limits=around.limits,
        connected_at=around.account.connected_at,
        created_at=entity.created_time,
        campaign_created_at=entity.campaign_created_time,
        data_read_at=wish.data_read_at,
        confidence=wish.confidence,
        spend=wish.spend,
        impressions=wish.impressions,
        last_executed_at=around.last_executed.get(key),
        last_optimizer_at=around.last_optimizer.get(key),
        budget_changes_today=changes,
        raised_today=raised,
        day_start_budget=wish.before - raised if isinstance(wish.before, int) else None,
        switch_off=around.switch_off,
        stop=around.stop,
        doubt=around.doubt,
        acting_alone=wish.acting_alone,
        executing=executing,
    )


def _counted(around: Surroundings, prefix: str, entity: Entity, own: Mapping[str, int]) -> int:
    name = f"{prefix}:{entity.level}:{entity.meta_id}"
    return around.counters.get(name, 0) - own.get(name, 0)
