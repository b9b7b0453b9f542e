"""The story of observing one account: mirror its structure, read its figures, make the metrics table."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from intelligence.collect.backfill import BackfillResult, backfill
from intelligence.collect.insights import LEVELS, CollectResult, collect
from intelligence.metrics.table import frame_for_tick
from metaads import switch
from metaads.graph.errors import MetaError
from metaads.models import AdAccount
from metaads.sync.structure import sync_structure


@dataclass(frozen=True)
class ObserveResult:
    """What was read and made. `problems` are sentences for people; empty = all went well."""

    account_id: int
    collected: CollectResult
    history: BackfillResult
    frames: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems

    def __str__(self) -> str:
        read = ", ".join(f"{count} {level}s" for level, count in self.collected.rows.items()) or "nothing"
        history = f", {self.history.days} past days" if self.history.days else ""
        trouble = f" Problems: {' '.join(self.problems)}" if self.problems else ""
        return f"read {read} today{history}.{trouble}"


def observe(account: AdAccount, now: datetime, machine_now: datetime | None = None) -> ObserveResult:
    """Everything that is due for `account` at business time `now`. Only reads at Meta.

    1. Mirror campaigns, ad sets, ads and creatives.
    2. Collect today's totals, restated days and reach.
    3. Back-fill the past that is still missing (nothing once it is there).
    4. Make and store the frame of each level.

    Raises SwitchedOff while intelligence or collection is off: no call, no row. Failures at Meta are in the answer.
    """
    switch.require(switch.COLLECTION)
    structure_problem = _sync(account, now)
    collected = collect(account, now, machine_now)
    history = BackfillResult(account.pk)
    if collected.ok:
        history = backfill(account, now, settings.INITIAL_HISTORICAL_DAYS)
    frames = {level: len(frame_for_tick(account, level, now)) for level in LEVELS}
    problems = (structure_problem, *collected.problems.values(), history.problem)
    return ObserveResult(account.pk, collected, history, frames, tuple(dict.fromkeys(filter(None, problems))))


def _sync(account: AdAccount, now: datetime) -> str:
    """Why the structure could not be read, "" if it could: figures are worth having without it."""
    try:
        sync_structure(account, now)
    except MetaError as error:
        return str(error)
    return ""
