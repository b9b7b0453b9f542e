"""The replay: moment after moment through the same pure functions that the live cycle calls."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from intelligence.metrics import catalog
from intelligence.metrics.frame import Frame
from metaads.models import AdAccount
from optimization.backtest.moments import Moment
from optimization.backtest.past import Overlay, Then
from optimization.backtest.result import BacktestResult, Firing
from optimization.preview import change_text
from optimization.queue.conflicts import resolve
from optimization.queue.drafts import Draft
from optimization.queue.facts import Surroundings
from optimization.queue.judging import Judged, judge, welcome
from optimization.queue.propose import stake_of
from optimization.queue.standing import Standing
from optimization.wants import Gathered, Look, Recent, explain, wants

Progress = Callable[[float, str], None]
SPENT_TODAY = catalog.resolve("spend_today")


class Book(Protocol):
    """What the queue and the people did, or would have done."""

    overlay: Overlay

    def begin(self, moment: Moment) -> Sequence[Look]:
        """Takes the book to this moment; the rules that are looked at then, none if nothing was evaluated."""

    def admits(self, draft: Draft) -> bool:
        """Whether what a rule wants may compete at all."""

    def recent(self, rule_id: int, hours: float) -> Recent: ...
    def standing(self) -> Standing: ...
    def surroundings(self) -> Surroundings: ...

    def settle(self, step: "Step") -> None:
        """Takes note of what became of the drafts."""

    def fate(self, draft: Draft) -> str:
        """What became of one that passed and was new."""


@dataclass(frozen=True)
class Step:
    """What one moment brought. `new`: drafts that passed and had no open proposal, with their values after trimming."""

    moment: Moment
    known: Then
    gathered: Gathered
    winners: list[Draft]
    judged: Judged
    new: list[tuple[Draft, Any]]


class Replay:
    """Fills a result, one moment at a time."""

    def __init__(self, account: AdAccount, book: Book, result: BacktestResult) -> None:
        self.account, self.book, self.result = account, book, result
        self._seen: dict[str, set[tuple[str, ...]]] = {"blocked": set(), "skipped": set(), "nothing": set()}
        self._told: set[tuple[object, ...]] = set()
        self._matched: set[tuple[object, ...]] = set()

    def run(self, moments: Sequence[Moment], progress: Progress) -> None:
        for place, moment in enumerate(moments):
            progress(place / max(len(moments), 1), f"{moment.at.astimezone(self.account.zone):%d %b %H:%M}")
            looks = self.book.begin(moment)
            if looks:
                self.result.resolutions[moment.resolution] += 1
                self._look(moment, looks)
        result = self.result
        result.blocked, result.skipped = self._counted("blocked"), self._counted("skipped")
        result.nothing = self._counted("nothing")
        result.matched, result.told = len(self._matched), len(self._told)

    def _look(self, moment: Moment, looks: Sequence[Look]) -> None:
        levels = {look.rule.level for look in looks}
        frames = {level: frame for level in sorted(levels) if (frame := self._fresh(moment, level)) is not None}
        known = Then(self.account, moment.tables, self.book.recent, self.book.overlay, self.book.surroundings().limits)
        gathered = wants(self.account, looks, frames, known, moment.at)
        drafts = [draft for draft in gathered.drafts if self._counts(draft)]
        standing = self.book.standing()
        welcomed, _ = welcome(drafts, standing.rejected)
        winners, losers = resolve(welcomed)
        judged = judge(winners, losers, self.book.surroundings(), standing)
        new = [(draft, passed.final) for draft, passed in judged.passed if standing.refreshed(draft) is None]
        step = Step(moment, known, gathered, winners, judged, new)
        self._note(step)
        self.book.settle(step)

    def _fresh(self, moment: Moment, level: str) -> Frame | None:
        """As the live cycle has it: nothing is decided on data that were too old by then."""
        frame = moment.tables.frame(level)
        limit = self.book.surroundings().limits.max_data_age_hours
        if frame is None or frame.read_at is None or (moment.at - frame.read_at).total_seconds() / 3600 > limit:
            return None
        return frame

    def _counts(self, draft: Draft) -> bool:
        """Of the campaign that is asked about, and not switched off by the replay (or what it belongs to)."""
        if self.result.campaign and draft.entity.campaign_id != self.result.campaign:
            return False
        if not self.book.admits(draft):
            return False
        above = [("campaign", draft.entity.campaign_id), *parents_of(draft)]
        return not any(self.book.overlay.paused(key) for key in above if key != draft.key[:2])

    def _note(self, step: Step) -> None:
        for match in step.gathered.matches:
            ids = [(match.rule.pk, match.frame.level, one) for one in match.ids]
            self._matched.update(ids)
            if any(action.kind == "notify_only" for action in match.compiled.document.actions):
                self._told.update(ids)
        for (_, entity_id), (_, reason) in step.gathered.fates.items():
            self._seen["nothing"].add((reason, entity_id))
        for draft, judgement in step.judged.blocked:
            self._seen["blocked"].add((judgement.blocked.guard if judgement.blocked else "", *draft.key))
        for draft, reason in step.judged.skipped:
            self._seen["skipped"].add((reason, *draft.key))
        for problem in step.gathered.problems:
            if problem not in self.result.problems:
                self.result.problems.append(problem)
        self.result.firings += self._firings(step)

    def _counted(self, what: str) -> dict[str, int]:
        return dict(Counter(entry[0] for entry in self._seen[what]))

    def _firings(self, step: Step) -> list[Firing]:
        finals = {draft.key: final for draft, final in step.new}
        explained = explain(self.account.currency, [draft for draft, _ in step.new], step.gathered)
        return [self._firing(step, draft, finals[draft.key]) for draft in explained]

    def _firing(self, step: Step, draft: Draft, final: Any) -> Firing:
        rule = draft.rule_version.rule if draft.rule_version else None
        return Firing(
            at=step.moment.at,
            resolution=step.moment.resolution,
            rule="" if rule is None or (rule.pk or 0) <= 0 else str(rule.public_id),
            rule_name=rule.name if rule else "",
            level=draft.entity.level,
            entity_id=draft.entity.meta_id,
            entity_name=draft.entity.name,
            asked_of=draft.asked_of,
            kind=draft.kind,
            field=draft.field,
            before=draft.before,
            wanted=draft.wanted,
            final=final,
            change=change_text(draft, final, self.account.currency),
            reason=draft.reason,
            at_stake=stake_of(draft.field, draft.before, final, draft.at_stake),
            fate=self.book.fate(draft),
            spent_today=_spent_today(step.moment, draft),
            parents=tuple(parents_of(draft)),
        )


def parents_of(draft: Draft) -> list[tuple[str, str]]:
    """What the entity belongs to, nearest first."""
    levels = {"ad": ("adset", "campaign"), "adset": ("campaign",), "campaign": ()}.get(draft.entity.level, ())
    return list(zip(levels, draft.entity.parent_ids, strict=False))


def _spent_today(moment: Moment, draft: Draft) -> float | None:
    frame = moment.tables.frame(draft.entity.level)
    row = None if frame is None else frame.row(draft.entity.meta_id)
    if frame is None or row is None:
        return None
    value = float(catalog.column(frame, SPENT_TODAY)[row])
    return None if value != value else value
