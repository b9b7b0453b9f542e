"""What a run knows before it plans: objects made, money in use, proposals that stand, readings. Stores nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from intelligence.models import Freshness
from metaads.models import AdAccount, AdSet, Campaign, Level
from optimization.entities import Entity, load
from optimization.kinds import KINDS, FieldChange, Refusal
from optimization.live_world import LiveWorld
from optimization.models import OPEN_STATUSES, Action, Goal, OrchestratorSettings, Source
from optimization.orchestrator.budget import Share, cap_of, least_ad_set, shares
from optimization.orchestrator.core_signal import Readings
from optimization.orchestrator.made import LEARNING, MARK, SCALING, Made, made_for_goals
from optimization.queue.drafts import Draft
from optimization.queue.standing import ON_ITS_WAY
from optimization.steps import net_change, steps_of
from optimization.wants import planned
from optimization.world import NotKnown

GONE = frozenset({"ARCHIVED", "DELETED"})
PRIORITY = 60
"""Among rules' priorities (1 to 100), where both want something of the same object."""
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Standing:
    """An open or approved proposal of the orchestrator. `adds`: minor units a day."""

    key: Key
    mark: dict[str, Any]
    open: bool
    adds: int


@dataclass
class Ground:
    """One account at `now` (business time). `row`: its settings; `goals`: those that are active."""

    account: AdAccount
    now: datetime
    row: OrchestratorSettings
    goals: Sequence[Goal]
    claimed: dict[Key, int] = field(default_factory=dict)

    @cached_property
    def world(self) -> LiveWorld:
        return LiveWorld(self.account, self.now)

    @cached_property
    def readings(self) -> Readings:
        return Readings(self.account, self.now)

    @cached_property
    def made(self) -> list[Made]:
        return made_for_goals(self.account)

    @cached_property
    def shares(self) -> Mapping[int, Share]:
        return shares(self.account, self.row, self.goals)

    @cached_property
    def least(self) -> int:
        return least_ad_set(self.account, self.row)

    @cached_property
    def read_at(self) -> datetime | None:
        rows = Freshness.objects.filter(account=self.account, level=Level.AD_SET)
        return rows.values_list("read_at", flat=True).first()

    @cached_property
    def ad_sets(self) -> Mapping[str, Entity]:
        """Ad sets made for goals, as the mirror shows them; those that vanished are left out."""
        return load(self.account, Level.AD_SET, [one.meta_id for one in self.made if one.level == Level.AD_SET])

    @cached_property
    def campaigns(self) -> Mapping[str, Entity]:
        return load(self.account, Level.CAMPAIGN, [one.meta_id for one in self.made if one.level == Level.CAMPAIGN])

    @cached_property
    def standing(self) -> list[Standing]:
        """Proposals of the orchestrator that wait, or are on their way."""
        rows = Action.objects.filter(
            account=self.account, source=Source.ORCHESTRATOR, status__in=[*OPEN_STATUSES, *ON_ITS_WAY]
        )
        return [
            Standing(
                (one.level, one.entity_id, one.kind),
                one.metrics.get(MARK) or {},
                one.status in OPEN_STATUSES,
                _adds(one),
            )
            for one in rows
        ]

    def stands(self, goal: Goal, role: str, kind: str) -> list[Standing]:
        return [
            one
            for one in self.standing
            if one.mark.get("id") == goal.pk and one.mark.get("role") == role and one.key[2] == kind
        ]

    def campaign_of(self, goal: Goal, role: str) -> Made | None:
        """The goal's newest campaign in this role that is still there. One that the mirror has not met yet counts."""
        mine = [m for m in self.made if m.goal_id == goal.pk and m.role == role and m.level == Level.CAMPAIGN]
        known = {one.meta_id for one in mine if not self._vanished(one)}
        return next((one for one in reversed(mine) if one.meta_id in known), None)

    def _vanished(self, one: Made) -> bool:
        """Deleted or archived at Meta, as the mirror knows it."""
        held = self.campaigns.get(one.meta_id)
        if held is not None:
            return held.status in GONE
        return Campaign.objects.filter(account=self.account, meta_id=one.meta_id, deleted_at__isnull=False).exists()

    def ad_sets_of(self, goal: Goal, role: str) -> list[Made]:
        return [m for m in self.made if m.goal_id == goal.pk and m.role == role and m.level == Level.AD_SET]

    def running(self, one: Made) -> bool:
        """Switched on at Meta; what the mirror has not met yet was just started."""
        of_ad_set = one.level == Level.AD_SET
        held = (self.ad_sets if of_ad_set else self.campaigns).get(one.meta_id)
        if held is None:
            rows = AdSet.objects if of_ad_set else Campaign.objects
            return not rows.filter(account=self.account, meta_id=one.meta_id).exists()
        return held.status == "ACTIVE"

    def learns(self, goal: Goal) -> bool:
        """Whether the goal's learning campaign runs, with an ad set in it."""
        home = self.campaign_of(goal, LEARNING)
        held = self.campaigns.get(home.meta_id) if home else None
        inside = [one for one in self.ad_sets_of(goal, LEARNING) if home and one.campaign_id == home.meta_id]
        return held is not None and held.status == "ACTIVE" and any(self.running(one) for one in inside)

    def hours(self, one: Made) -> float:
        return (self.now - one.made_at).total_seconds() / 3600

    def budget_of(self, one: Made) -> int:
        """Minor units a day that a running object may spend: of one that the mirror has not met yet, what it was made
        with."""
        held = (self.ad_sets if one.level == Level.AD_SET else self.campaigns).get(one.meta_id)
        if held is not None:
            return held.daily_budget or 0
        return self.least if one.budget is None else one.budget

    @cached_property
    def in_use(self) -> int:
        """Minor units a day that all goals' objects may spend now: of switched on learning ad sets and campaigns."""
        kinds = {(Level.AD_SET, LEARNING), (Level.CAMPAIGN, SCALING)}
        return sum(self.budget_of(one) for one in self.made if (one.level, one.role) in kinds and self.running(one))

    def room(self, key: Key | None = None) -> int:
        """Minor units a day below the cap that nothing uses, waits for, or was claimed in this run. `key`: the proposal
        that asks, which takes nothing from itself."""
        waiting = sum(one.adds for one in self.standing if one.key != key and one.key not in self.claimed)
        claimed = sum(amount for held, amount in self.claimed.items() if held != key)
        return cap_of(self.account, self.row) - self.in_use - waiting - claimed

    def draft(
        self, goal: Goal, entity: Entity, kind: str, parameters: dict[str, Any], reason: str, **said: Any
    ) -> Draft | str:
        """The proposal, or why there is nothing to propose. `said`: role, groups, promoted_from, confidence ..."""
        confidence = said.pop("confidence", None)
        may_act_alone = bool(said.pop("may_act_alone", False))
        priority = int(said.pop("priority", PRIORITY))
        try:
            asked = KINDS[kind].Parameters.model_validate(parameters)
            change = KINDS[kind].plan(entity, asked.model_dump(mode="json", exclude_unset=True), self.world)
        except (NotKnown, ValueError) as problem:
            return str(problem)
        if isinstance(change, Refusal):
            return change.reason
        if isinstance(change, FieldChange):
            what = {"field": change.field, "before": change.before, "wanted": change.wanted}
        else:
            what = planned(change, self.world, None)
        made = Draft(
            **what,
            source=Source.ORCHESTRATOR,
            entity=change.entity,
            kind=kind,
            parameters=asked.model_dump(mode="json", exclude_unset=True),
            reason_code=f"goal_{said.get('role', LEARNING)}",
            reason=" ".join(part for part in (reason, change.note) if part),
            priority=priority,
            trace={},
            metrics={MARK: {"id": goal.pk, "key": goal.key, "name": goal.name, **said}},
            data_read_at=self.read_at,
            confidence=confidence,
            confidence_note="probability that it is no chance" if confidence is not None else "by the goal's plan",
            asked_of=entity.meta_id,
            may_act_alone=may_act_alone,
        )
        self.claimed[made.key] = max(_adds_of(made), 0)
        return made


def _adds(action: Action) -> int:
    if action.steps:
        return max(net_change(steps_of(action.steps)) or 0, 0)
    return _raise(action.value_before, action.value_final)


def _adds_of(draft: Draft) -> int:
    return net_change(draft.steps) or 0 if draft.steps else _raise(draft.before, draft.wanted)


def _raise(before: Any, after: Any) -> int:
    return max(after - before, 0) if isinstance(before, int) and isinstance(after, int) else 0
