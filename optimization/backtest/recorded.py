"""A book that follows what is recorded: what was looked at, decided and carried out then, as ledger and queue have it.

Where no row was altered since, the replay equals what the live engine did, proposal for proposal.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from metaads.models import AdAccount
from optimization.backtest.background import NEVER, Background, Executed, FrameOf, carried_out, no_table
from optimization.backtest.moments import Moment
from optimization.backtest.past import Overlay
from optimization.backtest.replay import Step
from optimization.models import (
    OPEN_STATUSES,
    Action,
    DryLook,
    HoldoutDraw,
    LedgerEvent,
    Rule,
    RuleVersion,
    Run,
    Source,
    Status,
)
from optimization.present import place_of
from optimization.queue.drafts import Draft
from optimization.queue.facts import Surroundings
from optimization.queue.standing import BEHIND_RULES, ON_ITS_WAY, Key, Open, Standing
from optimization.rules.compile import compile_version
from optimization.steps import STEPS, steps_of
from optimization.wants import Look, Recent

NAMED = "optimization_suggested"
REFRESHED = "optimization_refreshed"
STARTED = "run_started"


@dataclass
class Entry:
    """One action, as it stood at the moment that the book has come to."""

    open: Open
    rule_id: int | None
    field: str
    source: str
    reserved: Sequence[Sequence[object]]
    status: str = ""
    at: datetime = NEVER
    executed_at: datetime | None = None
    stale: bool = False

    def made_by(self, rule: Rule | None) -> None:
        """The rule that wants it now: one that fires for the same takes an open proposal over."""
        self.rule_id = rule.pk if rule else None
        self.open = replace(self.open, priority=rule.priority if rule else None)


@dataclass
class Diary:
    """The account's ledger, read forward: after `to(event id)` the entries stand as they did before that event.

    `rules`: by the id of their versions."""

    entries: dict[UUID, Entry]
    events: Iterator[LedgerEvent]
    rules: Mapping[int, Rule]
    _next: LedgerEvent | None = None

    def to(self, event_id: int) -> None:
        while (event := self._next or next(self.events, None)) is not None:
            if event.pk >= event_id:
                self._next = event
                return
            self._next = None
            self._apply(event)

    def _apply(self, event: LedgerEvent) -> None:
        entry = self.entries.get(event.action_id) if event.action_id else None
        if entry is None:
            return
        payload = event.payload
        if event.kind == NAMED:
            entry.status = payload.get("status", Status.PENDING)
            rule = self.rules.get(payload.get("rule_version") or 0)
            final = payload.get("after_rails", payload["wanted"])
            steps = steps_of(payload.get("steps", ()))
            entry.open = replace(entry.open, before=payload["before"], final=final, steps=steps)
            entry.made_by(rule)
        elif event.kind == REFRESHED and "to" not in payload:
            steps = steps_of(payload.get("steps", ()))
            entry.open = replace(entry.open, before=payload["before"], final=payload["wanted"], steps=steps)
        elif "to" in payload:
            entry.status, entry.at = payload["to"], event.business_time
            if entry.status == Status.EXECUTED:
                entry.executed_at = entry.executed_at or event.business_time


@dataclass
class Recorded:
    """`rules`: only their proposals are compared and shown; all rules that were looked at then take part."""

    account: AdAccount
    diary: Diary
    behind: Background
    runs: Mapping[datetime, tuple[Run, int]]
    versions: Mapping[int, list[RuleVersion]]
    dry: set[tuple[int, datetime]]
    held: Sequence[HoldoutDraw]
    fates: Mapping[tuple[datetime, Key], str]
    overlay: Overlay = field(default_factory=Overlay)
    mode: str = "as_recorded"
    _now: datetime = NEVER
    _tables: FrameOf = no_table

    def begin(self, moment: Moment) -> Sequence[Look]:
        run = self.runs.get(moment.at)
        if run is None:
            return []
        self._now, self._tables = moment.at, moment.tables.frame
        self.diary.to(run[1])
        self.behind.know(self._executed())
        found = [self._version(rule_id) for rule_id in run[0].counts.get("rules", [])]
        return sorted(
            (Look(version.rule, version, compile_version(version)) for version in found if version is not None),
            key=lambda look: (-look.rule.priority, look.rule.pk),
        )

    def _version(self, rule_id: int) -> RuleVersion | None:
        """The text that was in force."""
        written = [version for version in self.versions.get(rule_id, []) if version.created_at <= self._now]
        return max(written, key=lambda version: version.number, default=None)

    def _executed(self) -> Iterator[Executed]:
        """What had taken effect, and what the claims under way have taken of the day's counters."""
        for entry in self.diary.entries.values():
            if entry.executed_at or entry.status in (Status.EXECUTING, Status.UNCERTAIN, Status.NEEDS_PERSON):
                at = entry.executed_at or entry.at
                own = entry.open.key[:2]
                keys = [own, *sorted(entry.open.touches - {own})]
                yield from carried_out(at, keys, entry.source, entry.rule_id, entry.reserved)

    def admits(self, draft: Draft) -> bool:
        """Not of a rule whose first look ran dry then, and not held out."""
        version = draft.rule_version
        if version is None or (version.rule_id, self._now) in self.dry:
            return False
        key = version.pk, draft.entity.level, draft.entity.meta_id
        return not any(
            (draw.rule_version_id, draw.level, draw.entity_id) == key and draw.since <= self._now < draw.until
            for draw in self.held
        )

    def recent(self, rule_id: int, hours: float) -> Recent:
        return self.behind.recent(rule_id, hours, self._now)

    def surroundings(self) -> Surroundings:
        return self.behind.surroundings(self._now, self._tables)

    def standing(self) -> Standing:
        entries = self.diary.entries.values()
        away = self._now - timedelta(hours=self.behind.limits.rejected_hours)
        pauses = [e for e in entries if e.open.kind == "pause" and not e.stale and e.status in STANDS]
        return Standing(
            open={
                e.open.key: replace(e.open, stale=e.stale, suggested=e.status == Status.SUGGESTED)
                for e in entries
                if e.status in OPEN_STATUSES
            },
            on_its_way={key for e in entries if e.status in ON_ITS_WAY for key in e.open.touches},
            rejected={e.open.key: e.open.at_stake for e in entries if e.status == Status.REJECTED and e.at > away},
            pausing={e.open.entity_id for e in pauses},
        )

    def settle(self, step: Step) -> None:
        """Which open proposals have gone stale, as `queue.stale` has it, and which are fresh again."""
        wanted = {draft.key for draft in step.winners}
        passed = {draft.key: draft for draft, _ in step.judged.passed}
        opened = [entry for entry in self.diary.entries.values() if entry.status in OPEN_STATUSES]
        for entry in opened:
            if entry.open.key in passed:
                entry.stale = False
                version = passed[entry.open.key].rule_version
                entry.made_by(version.rule if version else None)
            elif entry.open.key not in wanted and not entry.stale:
                entry.stale = entry.rule_id in step.gathered.evaluated or self._changed(step, entry)

    def _changed(self, step: Step, entry: Entry) -> bool:
        found = step.known.entities(entry.open.level, [entry.open.entity_id]).get(entry.open.entity_id)
        if found is None:
            return True
        if entry.field != STEPS:
            return bool(found.value_of(entry.field) != entry.open.before)
        return any(self._differs(step, *place_of(key), before) for key, before in entry.open.before.items())

    def _differs(self, step: Step, level: str, entity_id: str, field: str, before: Any) -> bool:
        found = step.known.entities(level, [entity_id]).get(entity_id)
        return found is None or bool(found.value_of(field) != before)

    def fate(self, draft: Draft) -> str:
        return self.fates.get((self._now, draft.key), "not proposed then")


STANDS = (Status.PENDING, *ON_ITS_WAY)


def recorded(account: AdAccount, since: datetime, until: datetime, behind: Background) -> Recorded:
    """The book of a stretch of time. The ledger is read from its beginning, for what stood open at `since`."""
    rows = Action.objects.filter(account=account, proposed_at__lte=until).select_related("rule_version__rule")
    actions = list(rows.defer("trace", "metrics", "verdicts"))
    events = LedgerEvent.objects.filter(account_id=account.pk, action_id__isnull=False).order_by("pk")
    starts, versions = _starts(account), _versions(account)
    rules = {version.pk: version.rule for found in versions.values() for version in found}
    runs = Run.objects.filter(account=account, kind="evaluate", started_at__range=(since, until))
    return Recorded(
        account=account,
        diary=Diary({action.public_id: _entry(action) for action in actions}, events.iterator(), rules),
        behind=behind,
        runs={run.started_at: (run, starts[run.pk]) for run in runs if run.pk in starts},
        versions=versions,
        dry=set(DryLook.objects.filter(account=account).values_list("rule_id", "looked_at")),
        held=list(HoldoutDraw.objects.filter(account=account, held=True)),
        fates={
            (action.proposed_at, (action.level, action.entity_id, action.kind)): action.get_status_display().lower()
            for action in actions
        },
    )


def _starts(account: AdAccount) -> dict[int, int]:
    """Run -> the ledger event of its start: what stands before it had happened when it looked."""
    events = LedgerEvent.objects.filter(account_id=account.pk, kind=STARTED).order_by("pk")
    return {int(event.payload["run"]): event.pk for event in events}


def _versions(account: AdAccount) -> dict[int, list[RuleVersion]]:
    found: dict[int, list[RuleVersion]] = {}
    for version in RuleVersion.objects.select_related("rule").order_by("number"):
        found.setdefault(version.rule_id, []).append(version)
    return found


def _entry(action: Action) -> Entry:
    rule: Rule | None = action.rule_version.rule if action.rule_version else None
    stands = Open(
        action.level,
        action.entity_id,
        action.kind,
        action.campaign_id,
        rule.priority if rule else BEHIND_RULES if action.source == Source.OPTIMIZER else None,
        action.value_before,
        action.value_final,
        action.at_stake,
        version=action.version,
        pk=action.pk,
        public_id=action.public_id,
        steps=steps_of(action.steps),
        source=action.source,
    )
    # Undos are made and approved in one step; whatever is not a proposal has its own first event.
    values: dict[str, Any] = {"rule_id": rule.pk if rule else None, "field": action.field, "source": action.source}
    return Entry(stands, reserved=action.reserved, **values)
