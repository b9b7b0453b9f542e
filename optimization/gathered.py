"""What a gathering finds, and what it may ask: the values that `wants`, its doors and its readers share."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from intelligence.metrics.frame import Frame
from optimization.entities import Entity
from optimization.models import Rule, RuleVersion
from optimization.queue.drafts import Draft
from optimization.rules.compile import CompiledRule
from optimization.rules.evaluate import Outcome
from optimization.rules.sheet import Context
from optimization.world import World

log = logging.getLogger(__name__)
Recent = Mapping[tuple[str, str], Sequence[datetime]]
"""(level, entity id) -> when a rule's actions on it were executed, in any order."""


class Known(Protocol):
    """What is known of an account at one moment beside its frames."""

    def entities(self, level: str, ids: Iterable[str], whole: bool = False) -> Mapping[str, Entity]:
        """Entities of a level by Meta id; those that do not exist then are left out. `whole`: with bid and targeting,
        where they are known."""

    def recent(self, rule_id: int, hours: float) -> Recent:
        """What the rule had carried out in the last `hours`."""

    def context(self, frame: Frame) -> Context:
        """What rules may ask beyond the frame."""

    def world(self, about: Collection[Entity]) -> World:
        """What kinds may ask beyond their entity. `about`: whose children will be asked for."""


@dataclass(frozen=True)
class Look:
    """One rule to be looked at, in one version. Both may be unsaved: a preview's have no row."""

    rule: Rule
    version: RuleVersion
    compiled: CompiledRule


@dataclass(frozen=True)
class Match:
    """One rule that matched in one frame: `rows` are positions in it, `ids` the entities there."""

    rule: Rule
    version: RuleVersion
    compiled: CompiledRule
    frame: Frame
    outcome: Outcome
    ids: list[str]
    rows: list[int]


@dataclass(frozen=True)
class Failure:
    """A rule that broke, and what it said. `erred` on so many `of` the entities it wanted to change; 0 of 0 = as a
    whole."""

    rule: Rule
    version: RuleVersion
    reason: str
    erred: int = 0
    of: int = 0


class Broke(Exception):
    """A rule erred on at least half of the entities that it wanted to change: the others are no longer believed."""

    def __init__(self, errors: Mapping[str, str], of: int) -> None:
        first = next(iter(errors.values()))
        super().__init__(first if of == 1 else f"It erred on {len(errors)} of {of}. First: {first}")
        self.erred, self.of = len(errors), of


Fate = tuple[str, str]
"""(result, reason) of one check that matched, as the evaluation log has it."""
SKIPPED, ERRORED = "skipped", "errored"


@dataclass
class Gathered:
    """What was found. `evaluated`: rule id -> entities it covered. `refused`: reasons of what had nothing to do, with
    counts. `outcomes`: every look that did not break, matched or not, in the order of the looks. `fates`: what held a
    match back, by (id() of its version, entity).
    """

    drafts: list[Draft] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    evaluated: dict[int, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    outcomes: list[tuple[Look, Outcome]] = field(default_factory=list)
    fates: dict[tuple[int, str], Fate] = field(default_factory=dict)

    def isolated(self, match: Match, work: Callable[[], None]) -> None:
        """Does `work` for one match. If it errs, that rule alone counts a failure and wants nothing this time."""
        try:
            work()
        except Exception as error:
            log.exception("rule %s failed", match.rule.pk)
            counts = (error.erred, error.of) if isinstance(error, Broke) else (0, 0)
            self.failures.append(Failure(match.rule, match.version, str(error) or type(error).__name__, *counts))
            self.problems.append(f"Rule {match.rule.name} failed: {error}")
            self.evaluated.pop(match.rule.pk, None)
            self.drafts = [draft for draft in self.drafts if draft.rule_version != match.version]
            self.matches = [other for other in self.matches if other.version != match.version]

    def erred(self, match: Match, errors: Mapping[str, str], of: int) -> None:
        """Some entities of a match erred: they alone are left out. Raises Broke if they are half of it or more."""
        for entity_id, reason in errors.items():
            self.fates[id(match.version), entity_id] = ERRORED, reason
        if len(errors) * 2 >= of and errors:
            raise Broke(errors, of)
        if errors:
            self.problems.append(
                f"Rule {match.rule.name} erred on {len(errors)} of {of}: {next(iter(errors.values()))}"
            )

    def held_back(self) -> dict[tuple[int, str], str]:
        """Why a rule that matched an object wants nothing all the same (cooldown, hold-out, nothing to do), by rule id
        and Meta id of what matched."""
        rules = {id(match.version): match.rule.pk for match in self.matches}
        kept = ((place, fate) for place, fate in self.fates.items() if place[0] in rules)
        return {(rules[version], entity_id): reason for (version, entity_id), (_, reason) in kept}
