"""Writes the evaluation log: what each rule said of each entity at one look, in the transaction of the run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from intelligence.columns import pack, unpack
from intelligence.metrics.entities import locate
from intelligence.metrics.frame import Frame, Texts
from metaads.models import AdAccount
from optimization.models import EvaluationBlock, EvaluationRoster, EvaluationTick, RuleVersion
from optimization.rules import log_codes as coded
from optimization.rules.evaluate import Outcome

MATCHED, NOT_MATCHED, NO_DATA = "matched", "not_matched", "no_data"
SKIPPED, ERRORED, NOT_COVERED = "skipped", "errored", "not_covered"
RESULTS = (MATCHED, SKIPPED, NOT_MATCHED, NO_DATA, ERRORED, NOT_COVERED)
Fate = tuple[str, str]
"""(result, reason) of a check that matched: what became of it."""
PLAIN: Fate = (MATCHED, "")
MOST_TEXTS = 500
"""Different reasons that one look keeps word by word; with more, those that remain are told by their first words."""


@dataclass(frozen=True)
class Looked:
    """One rule of a look. `outcome` None: it could not be evaluated, for `problem`. `fates` by id of the entity."""

    version: RuleVersion
    outcome: Outcome | None
    problem: str = ""
    fates: Mapping[str, Fate] = field(default_factory=dict)


def keep_look(
    account: AdAccount, frame: Frame, looked: Sequence[Looked], now: datetime, kind: str = "evaluate"
) -> EvaluationTick | None:
    """Stores one look; None if no rule looked. Call it where the account's row is locked, for the roster may grow."""
    if not looked:
        return None
    places, size = _places(account, frame)
    texts = _Texts()
    codes = np.zeros((len(looked), -(-size // coded.PLACES) * coded.PLACES), dtype=np.uint8)
    fates = np.zeros(codes.shape, dtype=np.uint16)
    for row, one in enumerate(looked):
        if one.outcome is not None:
            codes[row, places] = codes_of(one.outcome)
            matched = one.outcome.rows
            told = [one.fates.get(entity, PLAIN) for entity in frame.ids[matched].tolist()]
            fates[row, places[matched]] = [texts.number(fate) for fate in told]
    rules = tuple(coded.Ruled(one.version.rule_id, one.version.pk, one.problem) for one in looked)
    tick = EvaluationTick.objects.create(
        account=account,
        level=frame.level,
        kind=kind,
        at=frame.at,
        looked_at=now,
        places=size,
        packed=coded.pack_head(rules, texts.all),
    )
    EvaluationBlock.objects.bulk_create([_block(tick, codes, fates, part) for part in coded.parts_of(codes)])
    return tick


def _block(tick: EvaluationTick, codes: coded.Codes, fates: coded.Fates, part: int) -> EvaluationBlock:
    here = slice(part * coded.PLACES, (part + 1) * coded.PLACES)
    return EvaluationBlock(tick=tick, part=part, packed=coded.pack_block(codes[:, here], fates[:, here]))


def codes_of(outcome: Outcome) -> coded.Codes:
    """One code a row of the frame."""
    codes = np.where(outcome.covered, np.uint8(coded.NOT_MATCHED), np.uint8(coded.NOT_COVERED))
    codes[outcome.unknown] = coded.UNKNOWN
    codes[outcome.matched] = coded.MATCHED
    return codes


class _Texts:
    """Fates by number; equal ones share one."""

    def __init__(self) -> None:
        self._numbers: dict[Fate, int] = {}

    def number(self, fate: Fate) -> int:
        known = self._numbers.get(fate)
        if known is not None:
            return known
        if len(self._numbers) >= MOST_TEXTS:
            result, reason = fate
            fate = result, reason.partition(":")[0]
        return self._numbers.setdefault(fate, len(self._numbers))

    @property
    def all(self) -> tuple[Fate, ...]:
        return tuple(self._numbers)


def _places(account: AdAccount, frame: Frame) -> tuple[NDArray[np.intp], int]:
    """The place of each row of the frame, and how many places there are; entities that are new get the next ones."""
    roster = EvaluationRoster.objects.select_for_update().filter(account=account, level=frame.level).first()
    known = ids_of(roster)
    if len(known) >= len(frame) > 0 and np.array_equal(known[: len(frame)], frame.ids):
        return np.arange(len(frame)), len(known)
    places = locate(known, frame.ids)
    if not (places < 0).any():
        return places, len(known)
    ids = np.concatenate([known, frame.ids[places < 0]])
    EvaluationRoster.objects.update_or_create(
        account=account, level=frame.level, defaults={"packed": pack({"ids": ids})}
    )
    return locate(ids, frame.ids), len(ids)


def ids_of(roster: EvaluationRoster | None) -> Texts:
    """Meta ids by place."""
    return np.zeros(0, dtype="<U1") if roster is None else unpack(roster.packed)["ids"]
