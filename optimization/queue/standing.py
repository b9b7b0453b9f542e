"""What is in the queue already when new drafts come: who goes before whom, and who makes way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from metaads.models import AdAccount, Level
from optimization.kinds import KINDS
from optimization.models import OPEN_STATUSES, Action, Status
from optimization.queue.conflicts import Superseded, safety_class
from optimization.queue.drafts import Draft
from optimization.queue.states import LostRace, move

ON_ITS_WAY = (Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN, Status.NEEDS_PERSON)
REJECTED_REASON = "rejected by a person in the last 72 h"
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Standing:
    """Open proposals by (level, entity, kind), entities with an action on its way, and entities to be paused."""

    open: dict[Key, Action]
    on_its_way: set[tuple[str, str]]
    rejected: set[Key]
    pausing: set[str]

    def skip_reason(self, draft: Draft) -> str | None:
        """Why a draft that won this run's conflicts is not proposed all the same."""
        if draft.key[:2] in self.on_its_way:
            return "another action on it is on its way"
        if draft.key in self.rejected:
            return REJECTED_REASON
        if KINDS[draft.kind].grows and not self.pausing.isdisjoint(draft.entity.parent_ids):
            return "what it belongs to is to be paused"
        if any(_rank(rival) < (safety_class(draft.kind), -draft.priority) for rival in self.rivals(draft)):
            return "an open proposal for it goes before"
        return None

    def rivals(self, draft: Draft) -> list[Action]:
        """Open proposals of rules for another kind on the same entity that still hold."""
        return [
            action
            for action in self._by_entity.get(draft.key[:2], [])
            if action.kind != draft.kind and action.rule_version and not action.stale_reason
        ]

    @cached_property
    def _by_entity(self) -> dict[tuple[str, str], list[Action]]:
        found: dict[tuple[str, str], list[Action]] = {}
        for key, action in self.open.items():
            found.setdefault(key[:2], []).append(action)
        return found


def _rank(action: Action) -> tuple[int, int]:
    """Safety before growth, then priority; smaller goes first."""
    priority = action.rule_version.rule.priority if action.rule_version else 0
    return safety_class(action.kind), -priority


def standing_of(account: AdAccount, rejected: set[Key]) -> Standing:
    """The queue of one account as it stands, in three queries."""
    mine = Action.objects.filter(account=account)
    pauses = mine.filter(kind="pause", stale_reason="", status__in=[*OPEN_STATUSES, *ON_ITS_WAY])
    opened = mine.filter(status__in=OPEN_STATUSES).select_related("rule_version__rule")
    return Standing(
        open={(a.level, a.entity_id, a.kind): a for a in opened},
        on_its_way=set(mine.filter(status__in=ON_ITS_WAY).values_list("level", "entity_id")),
        rejected=rejected,
        pausing=set(pauses.values_list("entity_id", flat=True)),
    )


def supersede(standing: Standing, losers: Sequence[Superseded], passed: Sequence[Draft], now: datetime) -> int:
    """Closes open proposals that lost to a draft which passed the rails; one that was blocked takes nobody's place."""
    wanted = {draft.key for draft in passed}
    reasons: dict[Key, str] = {loser.draft.key: loser.reason for loser in losers if loser.by.key in wanted}
    kinds = {draft.key[:2]: draft.kind for draft in passed}
    pauses = [draft.entity for draft in passed if draft.kind == "pause"]
    paused = {entity.meta_id for entity in pauses if entity.level == Level.CAMPAIGN}
    for key, action in standing.open.items():
        if kinds.get(key[:2], key[2]) != key[2] and action.rule_version_id is not None:
            reasons.setdefault(key, f"{kinds[key[:2]].replace('_', ' ')} is wanted now instead.")
        if action.campaign_id in paused and action.entity_id != action.campaign_id and KINDS[action.kind].grows:
            reasons.setdefault(key, "Its campaign is to be paused.")
    doomed = [(standing.open[key], reason) for key, reason in reasons.items() if key in standing.open]
    return sum(_close(action, reason, now) for action, reason in doomed if _key(action) not in wanted)


def _key(action: Action) -> Key:
    return action.level, action.entity_id, action.kind


def _close(loser: Action, reason: str, now: datetime) -> int:
    """1 if it was closed, 0 if a person decided on it at this very moment: that stands."""
    try:
        move(loser, Status.SUPERSEDED, now=now, actor="rule", payload={"reason": reason}, outcome_note=reason)
    except LostRace:
        return 0
    return 1
