"""Running all rails over one set of facts. They fail closed: a rail that errs blocks."""

import dataclasses
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from optimization.guards.base import Facts, Guard, Outcome, Verdict
from optimization.models import Source

log = logging.getLogger(__name__)
NOT_BOUND = {source.value: f"Does not bind actions of source {str(source.label).lower()}." for source in Source}


@dataclass(frozen=True)
class Judgement:
    """`final` is the value after all trims (minor unit or status). `blocked` names the first block, None = may go."""

    verdicts: tuple[Verdict, ...]
    final: int | str
    blocked: Verdict | None
    safety: float

    @property
    def must_wait(self) -> bool:
        """Blocked, but only by what passes with time."""
        blocks = [v for v in self.verdicts if v.outcome is Outcome.BLOCK]
        return bool(blocks) and all(v.passing for v in blocks)


def _one(guard: Guard, facts: Facts) -> Verdict:
    if facts.source not in guard.binds:
        return guard.skips(NOT_BOUND[facts.source])
    if guard.spares_loss_prevention and facts.loss_prevention:
        return guard.skips("Loss prevention is not held up by this.")
    try:
        return guard.check(facts)
    except Exception:
        log.exception("guard rail %s failed", guard.key)
        return guard.blocks("This rail could not be checked, so it blocks.", passing=True)


def judge(guards: Iterable[Guard], facts: Facts) -> Judgement:
    """Checks each rail; a trim narrows what later rails see. `safety` = smallest remaining share, 0 if blocked."""
    verdicts: list[Verdict] = []
    for guard in guards:
        verdict = _one(guard, facts)
        verdicts.append(verdict)
        if verdict.outcome is Outcome.TRIM and verdict.trimmed_to is not None:
            facts = dataclasses.replace(facts, wanted=verdict.trimmed_to)
    blocked = next((v for v in verdicts if v.outcome is Outcome.BLOCK), None)
    distances = [v.remaining for v in verdicts if v.remaining is not None]
    safety = 0.0 if blocked else min(distances, default=1.0)
    return Judgement(tuple(verdicts), facts.wanted, blocked, safety)
