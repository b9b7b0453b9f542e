"""What becomes of drafts: who may compete, whom the queue or a guard rail holds back, who makes way.

Pure: the queue as it stands and the account's surroundings come as arguments, and nothing is stored. The live cycle
stores the answer (`queue.propose`); preview, dry run and back-test only look at it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metaads.models import Level
from optimization.entities import Entity
from optimization.guards import Judgement, judge_all, judge_plan
from optimization.kinds import KINDS
from optimization.queue.conflicts import Superseded
from optimization.queue.drafts import Draft
from optimization.queue.facts import Surroundings, Wish, facts_for
from optimization.queue.facts_of_steps import facts_of_steps
from optimization.queue.standing import REJECTED_REASON, Key, Open, Standing, stays_away
from optimization.queue.tally import RunTally
from optimization.steps import Step


@dataclass
class Judged:
    """`passed` and `blocked` with the verdicts of all rails, `skipped` with the reason, each in the drafts' order.
    `displaced`: open proposals that make way for one that passed, with the reason.
    """

    passed: list[tuple[Draft, Judgement]] = field(default_factory=list)
    blocked: list[tuple[Draft, Judgement]] = field(default_factory=list)
    skipped: list[tuple[Draft, str]] = field(default_factory=list)
    displaced: list[tuple[Open, str]] = field(default_factory=list)


def welcome(drafts: Sequence[Draft], rejected: Mapping[Key, int | None]) -> tuple[list[Draft], Counter[str]]:
    """Drafts that may compete, and a count of the others.

    What a person rejected must not win a conflict and then be skipped, for that would leave nothing.
    """
    kept = [draft for draft in drafts if not stays_away(draft, rejected)] if rejected else list(drafts)
    left_out = len(drafts) - len(kept)
    return kept, Counter({REJECTED_REASON: left_out} if left_out else {})


def judge(drafts: Sequence[Draft], losers: Sequence[Superseded], around: Surroundings, standing: Standing) -> Judged:
    """Holds the winners of a conflict against the queue and the rails. `losers`: whom they won against."""
    judged, run = Judged(), RunTally()
    for draft in drafts:
        reason = standing.skip_reason(draft)
        if reason:
            judged.skipped.append((draft, reason))
            continue
        judgement = rails(draft, around, run)
        if not judgement.blocked and not draft.suggested_only:
            run.note(draft.entity, draft.kind, around.estate)
        (judged.blocked if judgement.blocked else judged.passed).append((draft, judgement))
    passed = [draft for draft, _ in judged.passed]
    judged.displaced = displaced(standing, losers, passed)
    judged.displaced += [(standing.open[draft.key], why) for draft in passed if (why := standing.outgrown(draft))]
    return judged


def rails(draft: Draft, around: Surroundings, run: RunTally | None = None) -> Judgement:
    """All guard rails' verdicts on one draft; the mirror's value stands for Meta's. A plan is judged step by step."""
    wish = wish_of(draft)
    if draft.steps:
        facts = facts_of_steps(around, wish, draft.steps, draft.entity, draft.concerns, _mirrored, run=run)
        return judge_plan(facts, draft.wanted)
    return judge_all(facts_for(around, wish, draft.entity, draft.entity.value_of(draft.field), run=run))


def _mirrored(step: Step, entity: Entity) -> Any:
    return entity.value_of(step.field)


def wish_of(draft: Draft) -> Wish:
    return Wish(
        source=draft.source,
        kind=draft.kind,
        field=draft.field,
        before=draft.before,
        wanted=draft.wanted,
        data_read_at=draft.data_read_at,
        confidence=draft.confidence,
        spend=draft.spend,
        impressions=draft.impressions,
        deciding=draft.deciding,
    )


def displaced(standing: Standing, losers: Sequence[Superseded], passed: Sequence[Draft]) -> list[tuple[Open, str]]:
    """Open proposals that lost to a draft which passed the rails; one that was blocked, or only
    suggests, takes nobody's place."""
    wanted = {draft.key for draft in passed}
    reasons: dict[Key, str] = {loser.draft.key: loser.reason for loser in losers if loser.by.key in wanted}
    acting = [draft for draft in passed if not draft.suggested_only]
    wanting = {key: draft for draft in acting for key in draft.touches}
    pauses = [draft.entity for draft in acting if draft.kind == "pause"]
    paused = {entity.meta_id for entity in pauses if entity.level == Level.CAMPAIGN}
    for key, proposal in standing.open.items():
        rival = next((wanting[one] for one in sorted(proposal.touches) if one in wanting), None)
        if rival is not None and rival.key != key and proposal.by_machine:
            reasons.setdefault(key, f"{rival.kind.replace('_', ' ')} is wanted now instead.")
        if proposal.campaign_id in paused and proposal.entity_id != proposal.campaign_id and KINDS[proposal.kind].grows:
            reasons.setdefault(key, "Its campaign is to be paused.")
    doomed = [(standing.open[key], reason) for key, reason in reasons.items() if key in standing.open]
    return [(proposal, reason) for proposal, reason in doomed if proposal.key not in wanted]
