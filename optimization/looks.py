"""What became of each check of a run, for the evaluation log: who proposed, and what held the others back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from intelligence.metrics.frame import Frame
from metaads.models import AdAccount
from optimization.gathered import ERRORED, SKIPPED, Fate, Gathered, Look
from optimization.guards import GUARDS, Judgement
from optimization.models import EvaluationTick
from optimization.queue.conflicts import Superseded
from optimization.queue.drafts import Draft
from optimization.queue.propose import Proposed
from optimization.queue.standing import REJECTED_REASON
from optimization.rules.evaluate import Outcome
from optimization.rules.log import MATCHED, Looked, keep_look

Fates = dict[tuple[int, str], Fate]
"""By (id() of the version, entity that fired)."""


@dataclass(frozen=True)
class Story:
    """What the steps after the gathering said: `wanted` by rules, `welcome` of them, the conflicts, the queue."""

    wanted: Sequence[Draft]
    welcome: Sequence[Draft]
    losers: Sequence[Superseded]
    proposed: Proposed


def keep_looks(
    account: AdAccount, frames: Mapping[str, Frame], gathered: Gathered, story: Story, now: datetime, kind: str
) -> list[EvaluationTick]:
    """Logs every look of a run. Call it in the run's transaction, once the account's row is locked."""
    fates = {**_told(gathered), **gathered.fates, **_fates(story)}
    ticks = []
    for level, frame in frames.items():
        looked = [_looked(look, outcome, gathered, fates) for look, outcome in _of_level(gathered, level)]
        seen = {id(one.version) for one in looked}
        looked += [
            Looked(failure.version, None, failure.reason)
            for failure in gathered.failures
            if failure.rule.level == level and id(failure.version) not in seen
        ]
        tick = keep_look(account, frame, looked, now, kind)
        ticks += [tick] if tick else []
    return ticks


def _of_level(gathered: Gathered, level: str) -> Iterable[tuple[Look, Outcome]]:
    return [(look, outcome) for look, outcome in gathered.outcomes if look.rule.level == level]


def _looked(look: Look, outcome: Outcome, gathered: Gathered, fates: Fates) -> Looked:
    """A rule that broke on the way erred for all that it matched."""
    broke = next((failure.reason for failure in gathered.failures if failure.version is look.version), None)
    ids = [str(outcome.sheet.frame.ids[row]) for row in outcome.rows]
    default = None if broke is None else (ERRORED, broke)
    mine = {one: fates.get((id(look.version), one), default) if default is None else default for one in ids}
    return Looked(look.version, outcome, fates={one: fate for one, fate in mine.items() if fate is not None})


def _told(gathered: Gathered) -> Fates:
    """Rules without a change tell people, and that is all."""
    return {
        (id(match.version), one): (MATCHED, "told")
        for match in gathered.matches
        if match.compiled.document.change is None
        for one in match.ids
    }


def _fates(story: Story) -> Fates:
    judged = story.proposed.judged
    created = {draft.key for draft in story.proposed.created.values()}
    kept = {id(draft) for draft in story.welcome}
    fates = {_key(draft): (SKIPPED, REJECTED_REASON) for draft in story.wanted if id(draft) not in kept}
    fates |= {_key(one.draft): (SKIPPED, f"lost a conflict: {one.reason}") for one in story.losers}
    fates |= {_key(draft): (SKIPPED, reason) for draft, reason in judged.skipped}
    fates |= {_key(draft): (SKIPPED, _blocked(judgement)) for draft, judgement in judged.blocked}
    return fates | {
        _key(draft): (MATCHED, "proposed" if draft.key in created else "its open proposal was refreshed")
        for draft, _ in judged.passed
    }


def _key(draft: Draft) -> tuple[int, str]:
    return id(draft.rule_version), draft.asked_of


def _blocked(judgement: Judgement) -> str:
    if judgement.blocked is None:
        return ""
    return f"{GUARDS[judgement.blocked.guard].label}: {judgement.blocked.reason}"
