"""Conflicts: when several rules or models want different things, one wins and the others say why they lost.

A rule that only suggests takes nothing from one that acts. Order: safety (pause, decrease) before growth, then
priority, then confidence, then a stable key, so that the order in which rules run never matters. All levels of a
campaign are resolved together: nothing grows under a paused parent.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from metaads.models import Level
from optimization.kinds import KINDS
from optimization.models import ACCOUNT_LEVEL
from optimization.queue.drafts import Draft
from optimization.steps import Key

HEIGHT: dict[str, int] = {ACCOUNT_LEVEL: -1, Level.CAMPAIGN: 0, Level.AD_SET: 1, Level.AD: 2}


@dataclass(frozen=True)
class Superseded:
    draft: Draft
    by: Draft
    reason: str


def safety_class(kind: str) -> int:
    """Pausing first, then what spends less, then growth."""
    return 0 if kind == "pause" else 1 if KINDS[kind].loss_prevention else 2


def rank(draft: Draft) -> tuple[object, ...]:
    """Smaller wins."""
    version = draft.rule_version.pk if draft.rule_version else 0
    return (
        draft.suggested_only,
        safety_class(draft.kind),
        -draft.priority,
        -(draft.confidence if draft.confidence is not None else -1.0),
        HEIGHT[draft.entity.level],
        draft.kind,
        version,
        draft.entity.meta_id,
        draft.asked_of,
    )


def _label(draft: Draft) -> str:
    who = f"rule {draft.rule_version.rule.name}" if draft.rule_version else draft.source
    return f"{KINDS[draft.kind].label.lower()} by {who}"


def _why(winner: Draft, loser: Draft) -> str:
    if loser.suggested_only and not winner.suggested_only:
        return f"{_label(winner).capitalize()} acts, this one only suggests."
    if winner.entity.meta_id in loser.entity.parent_ids and winner.kind == "pause":
        return f"Nothing grows while what it belongs to is to be paused ({_label(winner)})."
    if KINDS[winner.kind].loss_prevention and not KINDS[loser.kind].loss_prevention:
        return f"Safety goes before growth: {_label(winner)}."
    if winner.priority != loser.priority:
        return f"{_label(winner).capitalize()} has the higher priority."
    return f"{_label(winner).capitalize()} came first."


def resolve(drafts: Iterable[Draft]) -> tuple[list[Draft], list[Superseded]]:
    """Winners and losers with reasons: no two winners touch the same entity, also where one has several steps. The
    same drafts in any order give the same answer.
    """
    winners: list[Draft] = []
    held: dict[Key, Draft] = {}
    paused: dict[str, Draft] = {}
    losers: list[Superseded] = []
    for draft in sorted(drafts, key=rank):
        above = next((paused[p] for p in draft.entity.parent_ids if p in paused), None)
        if not KINDS[draft.kind].grows:
            above = None
        winner = next((held[key] for key in sorted(draft.touches) if key in held), above)
        if winner is not None:
            losers.append(Superseded(draft, winner, _why(winner, draft)))
            continue
        winners.append(draft)
        held.update(dict.fromkeys(draft.touches, draft))
        if draft.kind == "pause":
            paused[draft.entity.meta_id] = draft
    return winners, losers
