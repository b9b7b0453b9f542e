"""Gathers what the guard rails ask, for one action or for many drafts with few queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from intelligence.metrics.frame import Frame
from intelligence.quality import quality_of
from metaads import switch
from metaads.exchange import PER_USD
from metaads.graph.money import from_minor
from metaads.models import AdAccount, Level
from metaads.prepared import Prepared
from optimization.entities import Entity
from optimization.guards import MADE, Facts
from optimization.guards.base import BIDS, BUDGETS, raises
from optimization.guards.learning_phase import LEARNING
from optimization.kinds import KINDS
from optimization.knobs import rail_limits
from optimization.limits import Limits, alone_an_hour_in_all
from optimization.models import ACCOUNT_LEVEL, EmergencyStop, LimitCounter, Source
from optimization.queue.estate import Estate, estate_now
from optimization.queue.lasts import last_changes, last_for_goals
from optimization.queue.spending import (
    CUT,
    EXPOSURE,
    account_day,
    alone_name,
    budget_changes_last_hour,
    cut_today,
    may_spend_everywhere,
)
from optimization.queue.tally import RunTally
from optimization.steps import Key

Counted = Mapping[str, int] | None


@dataclass(frozen=True)
class Surroundings:
    """What is common to all drafts of one account at one moment, plus history per entity.

    `hour_changes`: budget changes in the last hour, by entity id. `cut` in `counters`: what today's cuts make room for.
    """

    account: AdAccount
    now: datetime
    limits: Limits
    switch_off: str | None
    stop: str | None
    doubt: str | None
    last_executed: dict[Key, datetime]
    last_optimizer: dict[Key, datetime]
    counters: dict[str, int]
    estate: Estate
    last_orchestrator: dict[Key, datetime] = field(default_factory=dict)
    last_made: dict[Key, datetime] = field(default_factory=dict)
    hour_changes: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def everywhere(self) -> tuple[Decimal | None, int, int | None]:
        """Of the whole installation: dollars a day that may be spent, actions alone in this hour, how many may be."""
        spend = may_spend_everywhere(self.now) if self.limits.max_total_budget_usd is not None else None
        rows = LimitCounter.objects.filter(account__isnull=True, name=alone_name(self.now))
        return spend, sum(rows.values_list("used", flat=True)), alone_an_hour_in_all()

    @cached_property
    def usd(self) -> Decimal | None:
        """Dollars per minor unit of the account's currency, roughly."""
        rate = PER_USD.get(self.account.currency.upper())
        return None if rate is None else from_minor(1, self.account.currency) / rate


_COUNTERS = Prepared(
    lambda account, day: LimitCounter.objects.filter(account_id=account, day=day).values_list("name", "used")
)


def surroundings(
    account: AdAccount,
    now: datetime,
    entity_ids: Iterable[str] | None = None,
    made: Mapping[str, Frame] | None = None,
) -> Surroundings:
    """A dozen queries at most, whatever the number of drafts. `entity_ids` narrows the history; `made`: tables by
    level that need not be read again."""
    ids = None if entity_ids is None else list(entity_ids)
    stop, limits = EmergencyStop.objects.in_force(account), rail_limits(account)
    last_orchestrator, last_made = last_for_goals(account, ids)
    return Surroundings(
        account=account,
        now=now,
        limits=limits,
        switch_off=switch.why_off(switch.EXECUTOR),
        stop=stop.sentence(account) if stop else None,
        doubt=_doubt(account),
        last_executed=last_changes(account, ids),
        last_optimizer=last_changes(account, ids, Source.OPTIMIZER),
        last_orchestrator=last_orchestrator,
        last_made=last_made,
        counters={**dict(_COUNTERS(account.pk, account_day(account, now))), CUT: cut_today(account, now)},
        estate=estate_now(account, now, limits, made),
        hour_changes={} if ids is None else budget_changes_last_hour(account, ids, now),
    )


def _doubt(account: AdAccount) -> str | None:
    """As `guards.base.Facts` has it."""
    quality = quality_of(account)
    return quality.sentence() if quality.doubtful else None if quality.checked_at else ""


@dataclass(frozen=True)
class Wish:
    """The part of a draft or action that rails judge. `deciding`: metrics that decide for it, without window.

    `rejected`: why it should stay away, as a person rejected it lately; empty = nobody did.
    """

    source: str
    kind: str
    field: str
    before: Any
    wanted: Any
    data_read_at: datetime | None
    confidence: float | None = None
    spend: Decimal | None = None
    impressions: float | None = None
    acting_alone: bool = False
    deciding: frozenset[str] = frozenset()
    rejected: str = ""


def facts_for(
    around: Surroundings,
    wish: Wish,
    entity: Entity,
    current: Any,
    *,
    executing: bool = False,
    own: Counted = None,
    run: RunTally | None = None,
) -> Facts:
    """`own`: what this action's own reservation already added to the counters, so that it isn't held against it.
    `run`: what the same run wants already."""
    # What is made learns by itself; only an ad that goes into an ad set disturbs what learns there.
    learning = "" if wish.field == MADE and entity.level != Level.AD else around.estate.objects.learning(entity)
    return Facts(
        now=around.now,
        source=wish.source,
        kind=wish.kind,
        field=wish.field,
        before=wish.before,
        wanted=wish.wanted,
        current=current,
        limits=around.limits,
        data_read_at=wish.data_read_at,
        confidence=wish.confidence,
        spend=wish.spend,
        impressions=wish.impressions,
        switch_off=around.switch_off,
        stop=around.stop,
        doubt=around.doubt,
        acting_alone=wish.acting_alone,
        executing=executing,
        currency=around.account.currency,
        rejected=wish.rejected,
        deciding=wish.deciding,
        learning=learning,
        **_history(around, wish, entity, own),
        **_of_entity(around, wish, entity),
        **_closer(around, wish, entity, learning, own or {}, run),
    )


def _history(around: Surroundings, wish: Wish, entity: Entity, own: Counted) -> dict[str, Any]:
    """When and how often it was changed."""
    key = (entity.level, entity.meta_id)
    changes, raised = (_counted(around, f"{prefix}:{entity.level}:{entity.meta_id}", own) for prefix in COUNTED)
    return {
        "last_executed_at": around.last_executed.get(key),
        "last_optimizer_at": around.last_optimizer.get(key),
        "last_orchestrator_at": (around.last_made if wish.field == MADE else around.last_orchestrator).get(key),
        "budget_changes_today": changes,
        "raised_today": raised,
        "day_start_budget": wish.before - raised if isinstance(wish.before, int) else None,
        "budget_changes_last_hour": around.hour_changes.get(entity.meta_id, 0),
    }


def _of_entity(around: Surroundings, wish: Wish, entity: Entity) -> dict[str, Any]:
    """What kind of change it is, of what, and whose that is."""
    kind, objects, hands = KINDS[wish.kind], around.estate.objects, around.estate.hands
    return {
        "grows": raises(wish.field, wish.before, wish.wanted) if wish.field in BUDGETS else kind.grows,
        "loss_prevention": kind.loss_prevention and not raises(wish.field, wish.before, wish.wanted),
        "may_act_alone": kind.may_act_alone,
        "name": entity.name,
        "connected_at": around.account.connected_at,
        "created_at": entity.created_time,
        "campaign_created_at": entity.campaign_created_time,
        "objective": objects.objective(entity.campaign_id) if wish.deciding else "",
        "lock": hands.lock_on(entity),
        "touched": hands.touched(entity),
    }


COUNTED = ("changes", "raised")


def _counted(around: Surroundings, name: str, own: Counted) -> int:
    return around.counters.get(name, 0) - (own or {}).get(name, 0)


def _closer(
    around: Surroundings, wish: Wish, entity: Entity, learning: str, own: Mapping[str, int], run: RunTally | None
) -> dict[str, Any]:
    """What only some changes need to know, so that the others cost nothing."""
    estate, found = around.estate, dict[str, Any]()
    if run is not None:
        found |= _beside(estate, entity, run)
    if wish.acting_alone:
        found |= _alone(around, own)
    if wish.field == "status":
        found |= _switched(estate, entity, wish)
    if raises(wish.field, wish.before, wish.wanted):
        found |= _money(around, entity, wish, own)
    if wish.field in BUDGETS or wish.field == MADE:
        found["least_budget"] = estate.objects.least_budget(entity)
        found["learned_step"] = estate.learned_step if learning == LEARNING and wish.field in BUDGETS else None
    if wish.field in BIDS:
        hours, learned = estate.peak_hours
        found |= {"peak_hours": hours, "peak_hours_learned": learned, "local_hour": estate.local_hour}
    return found


TAKES_TURNS = "rotate"


def _beside(estate: Estate, entity: Entity, run: RunTally) -> dict[str, Any]:
    figures = estate.figures
    return {
        "run_actions": run.actions,
        "campaign_actions": run.by_campaign[entity.campaign_id],
        "run_spend": run.spend,
        "own_spend": figures.spend_of(entity.level, entity.meta_id) if run.actions else None,
        "account_spend": figures.account_spend if run.actions else None,
        "siblings_growing": run.growing[entity.campaign_id] if entity.level == Level.AD_SET else 0,
        "siblings": estate.objects.siblings(entity.campaign_id) if run.growing[entity.campaign_id] else 1,
    }


def _alone(around: Surroundings, own: Mapping[str, int]) -> dict[str, Any]:
    name = alone_name(around.now)
    _, everywhere, most = around.everywhere
    mine = own.get(name, 0)
    return {
        "auto_last_hour": around.counters.get(name, 0) - mine,
        "auto_last_hour_everywhere": everywhere - mine,
        "max_alone_everywhere": most,
    }


def _switched(estate: Estate, entity: Entity, wish: Wish) -> dict[str, Any]:
    """Of a pause or an activation."""
    if wish.wanted != "ACTIVE":
        return {"idle": 0}
    return {
        "idle": estate.objects.idle(entity),
        "largest": estate.objects.largest(entity) if estate.limits.max_entity_budget is not None else 0,
        "reactivates": estate.hands.reactivates(entity, rested=wish.kind == TAKES_TURNS),
        "rested_hours": estate.hands.rested_hours(entity),
    }


def _money(around: Surroundings, entity: Entity, wish: Wish, own: Mapping[str, int]) -> dict[str, Any]:
    """Of whatever may spend more."""
    estate, limits = around.estate, around.limits
    everywhere = around.everywhere[0] if limits.max_total_budget_usd is not None else None
    raised = _counted(around, EXPOSURE, own) - around.counters.get(CUT, 0)
    objects, figures = estate.objects, estate.figures
    whole = entity.level == ACCOUNT_LEVEL
    return {
        "days_left": objects.days_left(entity) if wish.field == "lifetime_budget" else 1.0,
        "campaign_budgets": objects.in_campaign(entity.campaign_id) if limits.max_campaign_budget and not whole else 0,
        "account_budgets": objects.in_account if limits.max_account_budget is not None else None,
        "everywhere_usd": everywhere,
        "usd": around.usd,
        "raised_in_account": raised,
        "spent_yesterday": figures.spent_yesterday,
        "exhausted": objects.exhausted(entity.campaign_id),
        "fatigue": 0.0 if whole or wish.field == "status" else figures.fatigue_of(entity.level, entity.meta_id),
        "orchestrated": entity.campaign_id in objects.made_for_goals or (whole and wish.source == Source.ORCHESTRATOR),
    }
