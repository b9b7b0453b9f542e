"""What is in the queue already when new drafts come, and who goes before whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import QuerySet

from metaads.models import AdAccount
from optimization.kinds import KINDS
from optimization.limits import limits_for
from optimization.models import OPEN_STATUSES, Action, Source, Status
from optimization.queue.conflicts import safety_class
from optimization.queue.drafts import Draft
from optimization.queue.stakes import stake_of
from optimization.steps import Step, steps_of, touched

ON_ITS_WAY = (Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN, Status.NEEDS_PERSON)
OUTGROWN = "It was only suggested; a rule that acts wants it now."
TAKEN_OVER = "Another source wants the same now."
PROPOSED_ALREADY = "the same is proposed already"
REJECTED_REASON = "rejected by a person in the last 72 h"
ONLY_SUGGESTED = 3
"""Behind all safety classes."""
BEHIND_RULES = 0
"""Priority of the optimiser's wishes: any rule's goes before, of the same safety class."""
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Open:
    """An open proposal, as far as new drafts are held against it. Budgets in the minor unit.

    `priority`: of the rule that made it, below all of them the optimiser's, None = no machine did. `before`, `final`,
    `at_stake`, `version`: what a person sees there now. `pk` is 0 for one that exists in a replay only. `made_by`: the
    rule version that last wanted it.
    """

    level: str
    entity_id: str
    kind: str
    campaign_id: str
    priority: int | None
    before: Any
    final: Any
    at_stake: int | None = None
    stale: bool = False
    version: int = 1
    pk: int = 0
    public_id: UUID = field(default_factory=uuid4)
    suggested: bool = False
    steps: tuple[Step, ...] = ()
    made_by: int | None = None
    source: str = Source.RULE

    @cached_property
    def touches(self) -> frozenset[tuple[str, str]]:
        """As `Draft.touches`."""
        return touched(self.steps) | {(self.level, self.entity_id)}

    @property
    def key(self) -> Key:
        return self.level, self.entity_id, self.kind

    @property
    def by_machine(self) -> bool:
        return self.priority is not None

    @property
    def rank(self) -> tuple[int, int]:
        """As `_rank`."""
        return _rank(self.kind, self.priority or 0, self.suggested)


def _rank(kind: str, priority: int, suggested: bool) -> tuple[int, int]:
    """Safety before growth, then priority; smaller goes first, and what is only suggested last."""
    return safety_class(kind) + (ONLY_SUGGESTED if suggested else 0), -priority


@dataclass(frozen=True)
class Standing:
    """Open proposals by (level, entity, kind), and what an action on its way touches.

    `rejected`: what a person rejected lately, with the money that was at stake a day (None = unknown). `pausing`: ids
    of entities that are to be paused (open pauses that still hold and are not only suggested, pauses on their way).
    """

    open: dict[Key, Open]
    on_its_way: set[tuple[str, str]]
    rejected: Mapping[Key, int | None]
    pausing: set[str]

    def skip_reason(self, draft: Draft) -> str | None:
        """Why a draft that won this run's conflicts is not proposed all the same."""
        if not self.on_its_way.isdisjoint(draft.touches):
            return "another action on it is on its way"
        if stays_away(draft, self.rejected):
            return REJECTED_REASON
        if KINDS[draft.kind].grows and not self.pausing.isdisjoint(draft.entity.parent_ids):
            return "what it belongs to is to be paused"
        if self._offered(draft):
            by_suggestion = draft.suggested_only and draft.source != Source.OPTIMIZER
            return "the same is proposed already, by more than a suggestion" if by_suggestion else PROPOSED_ALREADY
        rank = _rank(draft.kind, draft.priority, draft.suggested_only)
        if any(rival.rank < rank for rival in self.rivals(draft)):
            return "an open proposal for it goes before"
        return None

    def refreshed(self, draft: Draft) -> Open | None:
        """The open proposal that the draft refreshes; not one that makes way for it (`outgrown`)."""
        found = self.open.get(draft.key)
        return None if found is None or self.outgrown(draft) else found

    def outgrown(self, draft: Draft) -> str:
        """Why what stands makes way for the draft; "" = it does not.

        A suggestion would never be offered as more than that. Between rules and the optimiser a proposal that no
        longer holds makes way, and the optimiser's for a rule's: who wants a change answers for it, so none takes
        over what another proposed.
        """
        found = self.open.get(draft.key)
        if found is None:
            return ""
        if found.suggested and not draft.suggested_only:
            return OUTGROWN
        if Source.OPTIMIZER not in (found.source, draft.source) or found.source == draft.source:
            return ""
        if draft.suggested_only or not found.by_machine:
            return ""
        return TAKEN_OVER if found.stale or draft.source == Source.RULE else ""

    def _offered(self, draft: Draft) -> bool:
        """A mere suggestion must not take over what people may approve, nor the optimiser what others proposed."""
        found = self.open.get(draft.key)
        if found is None or self.outgrown(draft):
            return False
        others = draft.source == Source.OPTIMIZER and found.source != draft.source
        return others or (draft.suggested_only and not found.suggested)

    def rivals(self, draft: Draft) -> list[Open]:
        """Other open proposals of machines on anything that the draft touches, as far as they still hold."""
        near = {proposal.key: proposal for key in draft.touches for proposal in self._by_entity.get(key, ())}
        return [p for p in near.values() if p.key != draft.key and p.by_machine and not p.stale]

    @cached_property
    def _by_entity(self) -> dict[tuple[str, str], list[Open]]:
        found: dict[tuple[str, str], list[Open]] = {}
        for proposal in self.open.values():
            for key in proposal.touches:
                found.setdefault(key, []).append(proposal)
        return found


def stays_away(draft: Draft, rejected: Mapping[Key, int | None]) -> bool:
    """Whether a person rejected it lately. A loss that grew by half (a setting) since is another question."""
    if draft.key not in rejected:
        return False
    before = rejected[draft.key]
    if not KINDS[draft.kind].loss_prevention or before is None:
        return True
    now = stake_of(draft.field, draft.before, draft.wanted, draft.at_stake)
    worse = settings.LIMITS["REJECTED_UNLESS_WORSE_PERCENT"] / 100
    return now is None or now < before * (1 + worse) or now <= before


def rejected_lately(account: AdAccount, now: datetime) -> dict[Key, int | None]:
    """What persons rejected in the last 72 h (the account's own limit), the newest rejection of each."""
    since = now - timedelta(hours=limits_for(account).rejected_hours)
    rows = Action.objects.filter(account=account, status=Status.REJECTED, decided_at__gt=since).order_by("decided_at")
    found = rows.values_list("level", "entity_id", "kind", "at_stake")
    return {(level, entity_id, kind): stake for level, entity_id, kind, stake in found}


def standing_of(account: AdAccount, now: datetime) -> Standing:
    """The queue of one account as it stands, in four queries."""
    mine = Action.objects.filter(account=account)
    pauses = mine.filter(kind="pause", stale_reason="", status__in=[Status.PENDING, *ON_ITS_WAY])
    return Standing(
        open={proposal.key: proposal for proposal in _opened(account)},
        on_its_way=_on_its_way(mine),
        rejected=rejected_lately(account, now),
        pausing=set(pauses.values_list("entity_id", flat=True)),
    )


def _on_its_way(actions: QuerySet[Action]) -> set[tuple[str, str]]:
    """Everything that an action which was approved, or has begun, touches."""
    rows = actions.filter(status__in=ON_ITS_WAY).values_list("level", "entity_id", "steps")
    return {key for level, entity_id, steps in rows for key in (touched(steps_of(steps)) | {(level, entity_id)})}


def _opened(account: AdAccount) -> list[Open]:
    """Without the evidence, which is large and decides nothing here."""
    rows = Action.objects.filter(account=account, status__in=OPEN_STATUSES).values_list(
        "level",
        "entity_id",
        "kind",
        "campaign_id",
        "rule_version__rule__priority",
        "value_before",
        "value_final",
        "at_stake",
        "stale_reason",
        "version",
        "pk",
        "public_id",
        "status",
        "steps",
        "rule_version_id",
        "source",
    )
    return [_open(row) for row in rows]


def _open(row: tuple[Any, ...]) -> Open:
    values: list[Any] = [*row]
    values[4] = BEHIND_RULES if row[15] == Source.OPTIMIZER else row[4]
    values[8], values[12], values[13] = bool(row[8]), row[12] == Status.SUGGESTED, steps_of(row[13])
    return Open(*values)
