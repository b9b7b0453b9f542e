"""What is in the queue already when new drafts come, and who goes before whom."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID, uuid4

from metaads.models import AdAccount
from optimization.kinds import KINDS
from optimization.models import OPEN_STATUSES, Action, Status
from optimization.queue.conflicts import safety_class
from optimization.queue.drafts import Draft

ON_ITS_WAY = (Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN, Status.NEEDS_PERSON)
REJECTED_REASON = "rejected by a person in the last 72 h"
REJECTED_STAYS_AWAY = timedelta(hours=72)
ONLY_SUGGESTED = 3
"""Behind all safety classes."""
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Open:
    """An open proposal, as far as new drafts are held against it. Budgets in the minor unit.

    `priority`: of the rule that made it, None = no rule did. `before`, `final`, `at_stake`, `version`: what a person
    sees there now. `pk` is 0 for one that exists in a replay only.
    """

    level: str
    entity_id: str
    kind: str
    campaign_id: str
    priority: int | None
    before: int | str
    final: int | str
    at_stake: int | None = None
    stale: bool = False
    version: int = 1
    pk: int = 0
    public_id: UUID = field(default_factory=uuid4)
    suggested: bool = False

    @property
    def key(self) -> Key:
        return self.level, self.entity_id, self.kind

    @property
    def by_rule(self) -> bool:
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
    """Open proposals by (level, entity, kind), entities with an action on its way, what a person rejected lately, and
    ids of entities that are to be paused (open pauses that still hold and are not only suggested, pauses on their way).
    """

    open: dict[Key, Open]
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
        rank = _rank(draft.kind, draft.priority, draft.suggested_only)
        if any(rival.rank < rank for rival in self.rivals(draft)):
            return "an open proposal for it goes before"
        return None

    def refreshed(self, draft: Draft) -> Open | None:
        """The open proposal that the draft refreshes. A mere suggestion makes way for a rule that acts (`outgrown`)."""
        found = self.open.get(draft.key)
        return None if found is None or self.outgrown(draft) else found

    def outgrown(self, draft: Draft) -> bool:
        """Whether only a suggestion stands where a rule now acts: it would never be offered as more than that."""
        found = self.open.get(draft.key)
        return found is not None and found.suggested and not draft.suggested_only

    def rivals(self, draft: Draft) -> list[Open]:
        """Open proposals of rules for another kind on the same entity that still hold."""
        return [
            proposal
            for proposal in self._by_entity.get(draft.key[:2], [])
            if proposal.kind != draft.kind and proposal.by_rule and not proposal.stale
        ]

    @cached_property
    def _by_entity(self) -> dict[tuple[str, str], list[Open]]:
        found: dict[tuple[str, str], list[Open]] = {}
        for key, proposal in self.open.items():
            found.setdefault(key[:2], []).append(proposal)
        return found


def rejected_lately(account: AdAccount, now: datetime) -> set[Key]:
    """What persons rejected in the last 72 h."""
    rows = Action.objects.filter(account=account, status=Status.REJECTED, decided_at__gt=now - REJECTED_STAYS_AWAY)
    return set(rows.values_list("level", "entity_id", "kind"))


def standing_of(account: AdAccount, now: datetime) -> Standing:
    """The queue of one account as it stands, in four queries."""
    mine = Action.objects.filter(account=account)
    pauses = mine.filter(kind="pause", stale_reason="", status__in=[Status.PENDING, *ON_ITS_WAY])
    return Standing(
        open={proposal.key: proposal for proposal in _opened(account)},
        on_its_way=set(mine.filter(status__in=ON_ITS_WAY).values_list("level", "entity_id")),
        rejected=rejected_lately(account, now),
        pausing=set(pauses.values_list("entity_id", flat=True)),
    )


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
    )
    return [Open(*row[:8], bool(row[8]), *row[9:12], row[12] == Status.SUGGESTED) for row in rows]
