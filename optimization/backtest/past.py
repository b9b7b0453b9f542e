"""What was known of entities at a moment of the past: read from the tables of then, with the replay's own changes."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from intelligence.metrics.frame import Frame
from metaads.graph.money import to_minor
from metaads.models import AdAccount, Level
from optimization.backtest.moments import Tables
from optimization.backtest.world_then import WorldThen
from optimization.entities import Entity
from optimization.limits import Limits, limits_for
from optimization.rules.history import context_for
from optimization.rules.sheet import Context
from optimization.wants import Recent

Key = tuple[str, str]
BUDGETS = ("daily_budget", "lifetime_budget")


@dataclass
class Overlay:
    """What a replay has changed: entities that it paused or switched on, and budgets as a share of the real ones."""

    status: dict[Key, str] = field(default_factory=dict)
    budget: dict[Key, float] = field(default_factory=dict)

    def note(self, key: Key, what: str, before: Any, final: Any) -> None:
        if what == "status":
            self.status[key] = str(final)
        elif what in BUDGETS and isinstance(before, int) and isinstance(final, int) and before > 0:
            self.budget[key] = self.budget.get(key, 1.0) * final / before

    def paused(self, key: Key) -> bool:
        return self.status.get(key) == "PAUSED"

    def laid_over(self, entity: Entity) -> Entity:
        key = entity.level, entity.meta_id
        share = self.budget.get(key, 1.0)
        home = self.laid_over(entity.home) if entity.home else None
        if key not in self.status and share == 1.0 and home == entity.home:
            return entity
        return replace(
            entity,
            status=self.status.get(key, entity.status),
            daily_budget=_scaled(entity.daily_budget, share),
            lifetime_budget=_scaled(entity.lifetime_budget, share),
            home=home,
        )


def _scaled(budget: int | None, share: float) -> int | None:
    return None if budget is None else max(round(budget * share), 1)


@dataclass(frozen=True)
class Then:
    """`wants.Known` at a moment of the past. `recents`: what a rule had carried out, by its id and hours."""

    account: AdAccount
    tables: Tables
    recents: Callable[[int, float], Recent]
    overlay: Overlay = field(default_factory=Overlay)
    limits: Limits | None = None
    """Of the account; asked for where a kind solves under them."""
    _parents: dict[Key, Entity | None] = field(default_factory=dict, repr=False)
    """Made once: hundreds of children ask for the same ones."""

    def entities(self, level: str, ids: Iterable[str], whole: bool = False) -> Mapping[str, Entity]:
        makers = {Level.CAMPAIGN.value: self._campaign, Level.AD_SET.value: self._ad_set, Level.AD.value: self._ad}
        made = {entity_id: makers[level](entity_id) for entity_id in ids}
        return {entity_id: self.overlay.laid_over(entity) for entity_id, entity in made.items() if entity is not None}

    def recent(self, rule_id: int, hours: float) -> Recent:
        return self.recents(rule_id, hours)

    def context(self, frame: Frame) -> Context:
        return context_for(self.account, frame)

    def world(self, about: Collection[Entity]) -> WorldThen:
        return WorldThen(self.account, self.tables, self.entities, self.limits or limits_for(self.account))

    def _campaign(self, entity_id: str) -> Entity | None:
        row = self._row(Level.CAMPAIGN, entity_id)
        if row is None:
            return None
        made = row.entity(campaign_id=entity_id, campaign=None)
        return replace(made, campaign_name=made.name, campaign_created_time=made.created_time)

    def _parent(self, level: str, entity_id: str, make: Callable[[str], Entity | None]) -> Entity | None:
        key = level, entity_id
        if key not in self._parents:
            self._parents[key] = make(entity_id)
        return self._parents[key]

    def _ad_set(self, entity_id: str) -> Entity | None:
        row = self._row(Level.AD_SET, entity_id)
        if row is None:
            return None
        campaign_id = row.text("campaign_id")
        above = self._parent(Level.CAMPAIGN, campaign_id, self._campaign)
        made = row.entity(campaign_id=campaign_id, campaign=above, parent_ids=(campaign_id,))
        return replace(made, home=above if above and above.budget_field else None)

    def _ad(self, entity_id: str) -> Entity | None:
        row = self._row(Level.AD, entity_id)
        if row is None:
            return None
        campaign_id, ad_set_id = row.text("campaign_id"), row.text("parent_id")
        campaign = self._parent(Level.CAMPAIGN, campaign_id, self._campaign)
        above = self._parent(Level.AD_SET, ad_set_id, self._ad_set)
        made = row.entity(campaign_id=campaign_id, campaign=campaign, parent_ids=(ad_set_id, campaign_id))
        return replace(made, home=above.budget_home if above else None, daily_budget=None, lifetime_budget=None)

    def _row(self, level: str, entity_id: str) -> "_Row | None":
        frame = self.tables.frame(level)
        place = None if frame is None else frame.row(entity_id)
        if frame is None or place is None:
            return None
        row = _Row(self.account, frame, place)
        return row if row.exists else None


@dataclass(frozen=True)
class _Row:
    """One entity in a frame of then."""

    account: AdAccount
    frame: Frame
    place: int

    def text(self, name: str) -> str:
        return str(self.frame.columns[name][self.place])

    def number(self, name: str) -> float | None:
        value = float(self.frame.columns[name][self.place])
        return None if np.isnan(value) else value

    @property
    def exists(self) -> bool:
        """Not made later: a table that was rebuilt from today's mirror lists what was not there yet."""
        hours = self.number("hours_since_created")
        return hours is None or hours >= 0

    @property
    def created(self) -> datetime | None:
        hours = self.number("hours_since_created")
        return None if hours is None else self.frame.at - timedelta(hours=hours)

    def budget(self, name: str) -> int | None:
        value = self.number(name)
        return None if value is None else to_minor(Decimal(str(value)), self.account.currency)

    def entity(self, campaign_id: str, campaign: Entity | None, parent_ids: tuple[str, ...] = ()) -> Entity:
        return Entity(
            level=self.frame.level,
            meta_id=str(self.frame.ids[self.place]),
            name=self.text("name"),
            status=self.text("status"),
            effective_status=self.text("effective_status"),
            campaign_id=campaign_id,
            campaign_name=campaign.name if campaign else "",
            daily_budget=self.budget("daily_budget"),
            lifetime_budget=self.budget("lifetime_budget"),
            created_time=self.created,
            campaign_created_time=campaign.created_time if campaign else None,
            learning_status=self.text("learning_phase"),
            parent_ids=parent_ids,
        )
