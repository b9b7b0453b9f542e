"""From drafts to what is shown of them: what would become of each, in the order of the money at stake."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from intelligence.metrics import catalog
from intelligence.metrics.frame import Frame, Numbers
from metaads.models import AdAccount
from optimization.evidence import SUPPORTING, figures, sentence
from optimization.guards import Judgement
from optimization.kinds import KINDS
from optimization.kinds.plan_words import lines_of
from optimization.misses import nearest
from optimization.models import Action
from optimization.preview.answer import Preview, PreviewMiss, PreviewRow
from optimization.queue.conflicts import resolve
from optimization.queue.drafts import Draft
from optimization.queue.facts import surroundings
from optimization.queue.judging import judge, welcome
from optimization.queue.propose import stake_of
from optimization.queue.standing import standing_of
from optimization.wants import NAME_FIELD, STAKE_FIELD, Gathered, Match, explain

MOST = 1000
"""Matches that are worked out to the end; of more, those that spend most. All are counted."""
MISSES = 5
VANISHED = "It vanished at Meta."
ORDER = {"proposed": 0, "refreshed": 1, "blocked": 2, "skipped": 3}


def spends_of(frame: Frame) -> Numbers:
    """What each entity spent in the last seven days, NaN = unknown."""
    found: Numbers = catalog.column(frame, STAKE_FIELD)  # type: ignore[assignment]  # spend is a number field
    return found


@dataclass(frozen=True)
class Fate:
    """What would become of one draft."""

    draft: Draft
    outcome: str
    reason: str
    judgement: Judgement | None = None

    @property
    def final(self) -> Any:
        return self.judgement.final if self.judgement else self.draft.wanted

    @property
    def at_stake(self) -> int | None:
        return stake_of(self.draft.field, self.draft.before, self.final, self.draft.at_stake)

    @property
    def guard(self) -> str:
        return self.judgement.blocked.guard if self.judgement and self.judgement.blocked else ""


def _block(judgement: Judgement) -> str:
    return judgement.blocked.reason if judgement.blocked else ""


def change_text(draft: Draft, final: Any, currency: str) -> str:
    """The change in words, as the queue says it: "Lower budget 100.00 -> 80.00 EUR a day"."""
    shape = Action(
        kind=draft.kind,
        entity_name=draft.entity.name,
        field=draft.field,
        value_before=draft.before,
        value_wanted=draft.wanted,
        value_final=final,
        currency=currency,
        steps=[step.as_json() for step in draft.steps],
    )
    headline = KINDS[draft.kind].headline(shape)
    return " ".join(part for part in (headline.verb, headline.change) if part)


class Found:
    """What the core found, turned into what is shown."""

    def __init__(self, account: AdAccount, frame: Frame, gathered: Gathered, now: datetime, limit: int) -> None:
        self.account, self.frame, self.gathered, self.now, self.limit = account, frame, gathered, now, limit
        self.look, self.outcome = gathered.outcomes[0]
        self.match: Match | None = next(iter(gathered.matches), None)
        self.names = catalog.column(frame, NAME_FIELD)

    def preview(self, problems: list[str]) -> Preview:
        fates = self._fates()
        counts = Counter(fate.outcome for fate in fates)
        matched = int(np.count_nonzero(self.outcome.matched))
        nothing = self._nothing(matched)
        if self.match and not self._changes:
            counts["told"] = matched
        stakes = [fate.at_stake for fate in fates if fate.outcome in ("proposed", "refreshed")]
        return Preview(
            level=self.frame.level,
            currency=self.account.currency,
            at=self.frame.at,
            read_at=self.frame.read_at,
            covered=int(np.count_nonzero(self.outcome.covered)),
            matched=matched,
            unknown=int(np.count_nonzero(self.outcome.unknown)),
            looked_at=min(matched, MOST),
            counts=dict(counts),
            nothing=nothing,
            blocked_by=dict(Counter(fate.guard for fate in fates if fate.guard)),
            at_stake=sum(stake for stake in stakes if stake is not None),
            stake_unknown=sum(stake is None for stake in stakes),
            rows=self._rows(fates) if self._changes else self._told(),
            misses=self._misses(),
            problems=[*problems, *self.gathered.problems],
        )

    @property
    def _changes(self) -> bool:
        return self.look.compiled.document.change is not None

    def _nothing(self, matched: int) -> dict[str, int]:
        """Without the matches that were not worked out, which the core takes for vanished."""
        refused = dict(self.gathered.refused)
        if self._changes and matched > MOST and VANISHED in refused:
            refused[VANISHED] -= matched - MOST
        return {reason: count for reason, count in refused.items() if count > 0}

    def _fates(self) -> list[Fate]:
        """What would become of each draft, largest stake first."""
        standing = standing_of(self.account, self.now)
        welcomed, away = welcome(self.gathered.drafts, standing.rejected)
        winners, losers = resolve(welcomed)
        judged = judge(winners, losers, surroundings(self.account, self.now), standing)
        fates = [
            Fate(draft, "refreshed" if standing.refreshed(draft) else "proposed", "", judgement)
            for draft, judgement in judged.passed
        ]
        fates += [Fate(draft, "blocked", _block(judgement), judgement) for draft, judgement in judged.blocked]
        fates += [Fate(draft, "skipped", reason) for draft, reason in judged.skipped]
        fates += [Fate(loser.draft, "skipped", loser.reason) for loser in losers]
        reason = next(iter(away), "")
        fates += [Fate(draft, "skipped", reason) for draft in self.gathered.drafts if draft.key in standing.rejected]
        return sorted(fates, key=lambda fate: (ORDER[fate.outcome], -(fate.at_stake or 0), fate.draft.asked_of))

    def _rows(self, fates: Sequence[Fate]) -> list[PreviewRow]:
        shown = fates[: self.limit]
        explained = explain(self.account.currency, [fate.draft for fate in shown], self.gathered)
        return [self._row(fate, draft) for fate, draft in zip(shown, explained, strict=False)]

    def _row(self, fate: Fate, draft: Draft) -> PreviewRow:
        final = fate.final
        return PreviewRow(
            level=self.frame.level,
            entity_id=draft.asked_of,
            name=self._name(draft.asked_of),
            outcome=fate.outcome,
            reason=fate.reason,
            figures={name: value for name, value in draft.metrics.items() if name != SUPPORTING},
            trace=draft.trace,
            kind=draft.kind,
            change=change_text(draft, final, self.account.currency),
            plan=[line.text for line in lines_of(draft.steps, self.account.currency)],
            changes={"level": draft.entity.level, "id": draft.entity.meta_id, "name": draft.entity.name},
            before=draft.before,
            wanted=final,
            verdicts=[verdict.as_json() for verdict in fate.judgement.verdicts] if fate.judgement else [],
            at_stake=fate.at_stake,
            why=draft.reason,
        )

    def _told(self) -> list[PreviewRow]:
        """Matches of a rule that only tells: those that spend most."""
        if self.match is None:
            return []
        rows = np.array(self.match.rows, dtype=np.intp)
        rows = rows[np.argsort(-np.nan_to_num(spends_of(self.frame)[rows]), kind="stable")][: self.limit]
        kind = self.look.compiled.document.actions[0].kind
        told = zip(rows.tolist(), self.outcome.traces(rows, self.account.currency), strict=True)
        return [self._tells(str(self.frame.ids[row]), kind, trace) for row, trace in told]

    def _tells(self, entity_id: str, kind: str, trace: dict[str, Any]) -> PreviewRow:
        return PreviewRow(
            level=self.frame.level,
            entity_id=entity_id,
            name=self._name(entity_id),
            outcome="told",
            reason="",
            figures=figures(trace),
            trace=trace,
            kind=kind,
            change=KINDS[kind].label,
            why=sentence(trace, self.account.currency),
        )

    def _misses(self) -> list[PreviewMiss]:
        found = nearest(self.outcome, self.account.currency, MISSES, spends_of(self.frame))
        ids = [str(self.frame.ids[miss.row]) for miss in found]
        pairs = zip(ids, found, strict=True)
        return [PreviewMiss(one, self._name(one), miss.sentence, miss.trace) for one, miss in pairs]

    def _name(self, entity_id: str) -> str:
        row = self.frame.row(entity_id)
        return entity_id if row is None else str(self.names[row]) or entity_id
