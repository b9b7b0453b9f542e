"""Running all rails over one set of facts, or over the steps of a plan. They fail closed: a rail that errs blocks."""

import dataclasses
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from optimization.guards.base import NOT_CONCERNED, Facts, Guard, Outcome, Verdict
from optimization.models import Source

log = logging.getLogger(__name__)
NOT_BOUND = {source.value: f"Does not bind actions of source {str(source.label).lower()}." for source in Source}
WORST_FIRST = (Outcome.BLOCK, Outcome.WARN, Outcome.TRIM, Outcome.PASS, Outcome.SKIP)


@dataclass(frozen=True)
class Judgement:
    """`final` is the value after all trims. `blocked` names the first block, None = may go.

    `safety`: the smallest remaining distance to a limit over all rails, as a share of the limit; blocked = 0.
    """

    verdicts: tuple[Verdict, ...]
    final: Any
    blocked: Verdict | None
    safety: float

    @property
    def must_wait(self) -> bool:
        """Blocked, but only by what passes with time."""
        blocks = [v for v in self.verdicts if v.outcome is Outcome.BLOCK]
        return bool(blocks) and all(v.passing for v in blocks)


def hard(judgement: Judgement) -> list[Verdict]:
    """What stands in a person's way too: nobody can override it."""
    return [v for v in judgement.verdicts if v.outcome is Outcome.BLOCK]


def advisory(judgement: Judgement) -> list[Verdict]:
    """What rails advise a person against: overridden with a reason (`Action.overridden`)."""
    return [v for v in judgement.verdicts if v.outcome is Outcome.WARN]


def overridden(judgement: Judgement, reason: str) -> list[dict[str, Any]]:
    """As `Action.overridden` keeps it: the rails that a person overrode, what they said, and why."""
    return [{"guard": v.guard, "said": v.reason, "setting": v.setting, "why": reason} for v in advisory(judgement)]


def told(judgement: Judgement) -> list[dict[str, Any]]:
    """As `Action.verdicts` keeps them: without those of rails that the change does not concern."""
    return [verdict.as_json() for verdict in judgement.verdicts if verdict.reason != NOT_CONCERNED]


def written(judgement: Judgement) -> str:
    """As `told`, in JSON text: in one run most verdicts say the same of many drafts, so each is written once."""
    return f"[{', '.join([_text(one) for one in judgement.verdicts if one.reason != NOT_CONCERNED])}]"


@lru_cache(maxsize=2**13)
def _text(verdict: Verdict) -> str:
    return json.dumps(verdict.as_json())


def _one(guard: Guard, facts: Facts) -> Verdict:
    bound = facts.source in guard.binds
    if not bound and not (facts.source == Source.PERSON and guard.advises):
        return guard.skips(NOT_BOUND[facts.source])
    if guard.spares_loss_prevention and facts.loss_prevention:
        return guard.skips("Loss prevention is not held up by this.")
    try:
        verdict = guard.check(facts)
    except Exception:
        log.exception("guard rail %s failed", guard.key)
        verdict = guard.blocks("This rail could not be checked, so it blocks.", passing=True)
    return verdict if bound else _advice(verdict)


def _advice(verdict: Verdict) -> Verdict:
    """To a person: neither trimmed nor blocked."""
    if verdict.outcome not in {Outcome.BLOCK, Outcome.TRIM}:
        return verdict
    reason = verdict.reason
    if verdict.outcome is Outcome.TRIM:  # a person's own wish stays as it is
        reason = f"A machine's change would be {reason[:1].lower()}{reason[1:]}"
    return verdict._replace(outcome=Outcome.WARN, reason=reason, trimmed_to=None, passing=False)


def judge(guards: Iterable[Guard], facts: Facts) -> Judgement:
    """Checks each rail; a trim narrows what later rails see."""
    verdicts: list[Verdict] = []
    for guard in guards:
        verdict = _one(guard, facts)
        verdicts.append(verdict)
        if verdict.outcome is Outcome.TRIM and verdict.trimmed_to is not None:
            facts = dataclasses.replace(facts, wanted=verdict.trimmed_to)
    return _judgement(verdicts, facts.wanted)


def _judgement(verdicts: Sequence[Verdict], final: Any) -> Judgement:
    blocked = next((v for v in verdicts if v.outcome is Outcome.BLOCK), None)
    distances = [v.remaining for v in verdicts if v.remaining is not None]
    safety = 0.0 if blocked else max(0.0, min(distances, default=1.0))
    return Judgement(tuple(verdicts), final, blocked, safety)


def judge_steps(guards: Sequence[Guard], steps: Sequence[Facts], final: Any) -> Judgement:
    """A plan: each step by itself, the worst verdict per rail, which names its object.

    A plan was solved under the limits, so nothing of it is trimmed: what would be trimmed is blocked.
    """
    judged = [judge(guards, facts) for facts in steps]
    verdicts = []
    for place, guard in enumerate(guards):
        told = [_named(one.verdicts[place], facts, len(steps) > 1) for one, facts in zip(judged, steps, strict=True)]
        verdicts.append(min(told, key=_badness, default=guard.skips("The plan changes nothing.")))
    return _judgement(verdicts, final)


def _named(verdict: Verdict, facts: Facts, several: bool) -> Verdict:
    if verdict.outcome is Outcome.TRIM:
        verdict = verdict._replace(outcome=Outcome.BLOCK, trimmed_to=None)
    if several and facts.name and verdict.outcome in {Outcome.BLOCK, Outcome.WARN}:
        return verdict._replace(reason=f"{facts.name}: {verdict.reason}")
    return verdict


def _badness(verdict: Verdict) -> tuple[int, bool, float]:
    """Smaller is worse; a block that stays goes before one that passes."""
    room = 1.0 if verdict.remaining is None else verdict.remaining
    return WORST_FIRST.index(verdict.outcome), verdict.passing, room
