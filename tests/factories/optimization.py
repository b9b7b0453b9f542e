"""Actions, rules, drafts and facts for tests. Money in minor units of the account's currency, times in UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from intelligence.metrics.frame import Frame
from intelligence.metrics.table import store_frame
from metaads.models import AdAccount, AdSet
from optimization.entities import Entity, load_one
from optimization.guards import Facts
from optimization.limits import Limits
from optimization.models import Action, Rule, RuleVersion, Source, Status
from optimization.queue.drafts import Draft
from optimization.rules.services import save_rule, set_active

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OLD = datetime(2026, 9, 1, tzinfo=UTC)


def limits(**changes: Any) -> Limits:
    """The shipped defaults, in dollars."""
    values: dict[str, Any] = {
        "mode": "suggest",
        "max_increase_percent": 30.0,
        "max_increase_percent_per_day": 20.0,
        "max_decrease_percent": 50.0,
        "cooldown_hours": 4.0,
        "optimizer_cooldown_hours": 24.0,
        "require_approval_days": 30.0,
        "max_data_age_hours": 3.0,
        "max_auto_actions_per_hour": 10,
        "min_confidence_for_auto": 0.85,
        "max_budget_changes_per_day": 4,
        "embargo_hours": 48.0,
        "min_spend": Decimal(100),
        "min_impressions": 1000,
        "max_actions_per_campaign": 5,
        "max_actions_per_run": 50,
    }
    return Limits(**{**values, **changes})


def facts(**changes: Any) -> Facts:
    """Facts that every guard rail passes: an optimiser raises 100.00 by 10 % on good data."""
    values: dict[str, Any] = {
        "now": NOW,
        "source": Source.OPTIMIZER,
        "kind": "increase_budget",
        "grows": True,
        "loss_prevention": False,
        "field": "daily_budget",
        "before": 10_000,
        "wanted": 11_000,
        "current": 10_000,
        "limits": limits(),
        "connected_at": OLD,
        "created_at": OLD,
        "campaign_created_at": OLD,
        "data_read_at": NOW - timedelta(minutes=5),
        "confidence": 0.9,
        "spend": Decimal(500),
        "impressions": 20_000.0,
        "day_start_budget": 10_000,
        "spent_yesterday": 100_000,
        "fatigue": 10.0,
        "days_left": 1.0,
        "objective": "OUTCOME_SALES",
    }
    return Facts(**{**values, **changes})


def entity(meta_id: str = "31", **changes: Any) -> Entity:
    """An active ad set with 100.00 a day under campaign 21, without a database."""
    values: dict[str, Any] = {
        "level": "adset",
        "meta_id": meta_id,
        "name": f"Set {meta_id}",
        "status": "ACTIVE",
        "effective_status": "ACTIVE",
        "campaign_id": "21",
        "campaign_name": "Campaign 21",
        "daily_budget": 10_000,
        "lifetime_budget": None,
        "created_time": OLD,
        "campaign_created_time": OLD,
        "learning_status": "",
        "parent_ids": ("21",),
    }
    return Entity(**{**values, **changes})


@dataclass(frozen=True)
class WrittenWorld:
    """A world held in memory: children by their parent's Meta id, figures by (Meta id, name)."""

    below: Mapping[str, Sequence[Entity]] = field(default_factory=dict)
    figures: Mapping[tuple[str, str], float] = field(default_factory=dict)
    currency: str = "EUR"
    limits: Limits = field(default_factory=limits)
    least: int | None = 100
    now: datetime = NOW

    def find(self, level: str, meta_id: str) -> Entity | None:
        every = [one for found in self.below.values() for one in found]
        return next((one for one in every if (one.level, one.meta_id) == (level, meta_id)), None)

    def children(self, entity: Entity) -> Sequence[Entity]:
        return self.below.get(entity.meta_id, ())

    def figure(self, entity: Entity, name: str) -> float | None:
        return self.figures.get((entity.meta_id, name))

    def spend_limits(self, entity: Entity) -> tuple[int | None, int | None]:
        return entity.daily_min_spend_target, entity.daily_spend_cap

    def least_budget(self, entity: Entity) -> int | None:
        return self.least


def draft(thing: Entity, kind: str = "decrease_budget", wanted: int | str = 8_000, **changes: Any) -> Draft:
    """A rule's wish for `thing`."""
    what = "status" if kind in {"pause", "activate"} else "daily_budget"
    before = thing.value_of(what)
    assert before is not None
    values: dict[str, Any] = {
        "source": Source.RULE,
        "entity": thing,
        "kind": kind,
        "parameters": {},
        "field": what,
        "before": before,
        "wanted": {"pause": "PAUSED", "activate": "ACTIVE"}.get(kind, wanted),
        "reason_code": "loss_prevention",
        "reason": "A test wants it.",
        "priority": 50,
        "trace": {},
        "metrics": {},
        "data_read_at": NOW - timedelta(minutes=5),
    }
    return Draft(**{**values, **changes})


def draft_of(ad_set: AdSet, kind: str = "decrease_budget", wanted: int | str = 8_000, **changes: Any) -> Draft:
    """A rule's wish for an ad set of the mirror."""
    found = load_one(ad_set.account, "adset", ad_set.meta_id)
    assert found is not None
    return draft(found, kind, wanted, **changes)


def budget_action(ad_set: AdSet, wanted: int = 8_000, **columns: Any) -> Action:
    """A rule's pending proposal to set an ad set's daily budget; `columns` overrule."""
    before = ad_set.daily_budget or 0
    values: dict[str, Any] = {
        "account": ad_set.account,
        "level": "adset",
        "entity_id": ad_set.meta_id,
        "entity_name": ad_set.name,
        "campaign_id": ad_set.campaign.meta_id,
        "kind": "decrease_budget" if wanted < before else "increase_budget",
        "source": Source.RULE,
        "field": "daily_budget",
        "value_before": before,
        "value_wanted": wanted,
        "value_final": wanted,
        "currency": ad_set.account.currency,
        "at_stake": abs(wanted - before),
        "reason": "A test wants it.",
        "status": Status.PENDING,
        "proposed_at": NOW,
        "refreshed_at": NOW,
        "expires_at": NOW + timedelta(hours=48),
    }
    return Action.objects.create(**{**values, **columns})


def pause_action(ad_set: AdSet, **columns: Any) -> Action:
    """A rule's pending proposal to pause an ad set that spends 70.00 a day."""
    values: dict[str, Any] = {
        "kind": "pause",
        "field": "status",
        "value_before": "ACTIVE",
        "value_wanted": "PAUSED",
        "value_final": "PAUSED",
        "at_stake": 7_000,
    }
    return budget_action(ad_set, **{**values, **columns})


def make_rule(
    account: AdAccount | None,
    conditions: Any,
    *actions: Mapping[str, Any],
    name: str = "Stop loss",
    level: str = "adset",
    priority: int = 50,
    **document: Any,
) -> Rule:
    """An active rule of one account (None = of all that its owner sees) that need not look dry first."""
    rule = Rule(name=name, category=Rule.Category.LOSS_PREVENTION, level=level, priority=priority)
    steps = list(actions) or [{"kind": "pause"}]
    rule.save()
    if account is not None:
        rule.accounts.add(account)
    save_rule(rule, {"conditions": conditions, "actions": steps, **document}, None, NOW)
    set_active(rule, True, None, NOW, without_dry_run="a test of what comes after")
    return rule


def version_of(rule: Rule) -> RuleVersion:
    assert rule.current is not None
    return rule.current


USUAL = {"spend_yesterday": 1_000.0, "spend_7d": 0.0, "impressions_7d": 500.0}
"""What the rails ask of every table; a test that is about something else need not say it."""


def keep_frame(
    account: AdAccount, level: str, columns: Mapping[str, list[Any]], at: datetime = NOW, age: timedelta | None = None
) -> Frame:
    """A stored frame. "ids" names its entities; None is unknown; `age` of the data is 5 minutes unless given."""
    made: dict[str, Any] = {}
    for name, values in columns.items():
        if name == "ids":
            continue
        if any(isinstance(value, str) for value in values):
            made[name] = np.array([value or "" for value in values], dtype=np.str_)
        else:
            made[name] = np.array([np.nan if v is None else float(v) for v in values])
    read_at = at - (timedelta(minutes=5) if age is None else age)
    for name, usual in USUAL.items():
        made.setdefault(name, np.full(len(columns["ids"]), usual))
    frame = Frame(account.pk, level, at, read_at, np.array(columns["ids"], dtype=np.str_), made)
    store_frame(frame)
    return frame


def roomy(account: AdAccount, *ad_sets: str, at: datetime = NOW) -> None:
    """An account that spends so much beside these ad sets that no rail about shares of it has anything to say."""
    keep_frame(account, "campaign", {"ids": ["1"], "spend_yesterday": [1e6], "spend_7d": [7e6]}, at)
    if ad_sets:
        keep_frame(account, "adset", {"ids": list(ad_sets)}, at)
