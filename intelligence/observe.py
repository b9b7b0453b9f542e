"""The story of observing one account: mirror its structure, read its figures, make the metrics table."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from intelligence.collect.backfill import BackfillResult, backfill, work_on
from intelligence.collect.beside import STEPS as BESIDE
from intelligence.collect.insights import LEVELS, CollectResult, collect
from intelligence.collect.maturity import learn_maturity
from intelligence.collect.quality import assess
from intelligence.metrics.frame import Frame
from intelligence.metrics.table import frame_for_tick
from intelligence.models import Backfill
from metaads import switch
from metaads.clock import machine_now as wall
from metaads.graph.budget import is_short
from metaads.graph.errors import MetaError
from metaads.models import AdAccount
from metaads.sync.steps import Outcome, run_due
from metaads.sync.structure import sync_structure

log = logging.getLogger(__name__)
STRUCTURE_MAY_WAIT = timedelta(hours=6)
"""How old the mirror may grow while the rate budget is short: figures come first."""


@dataclass(frozen=True)
class ObserveResult:
    """What was read and made. `problems` are sentences for people; empty = all went well.

    `frames`: the tables of this tick by level.
    `beside`: what became of changes, native rules, health, token and pixels; their failures have their own backoff and
    make no observation fail.
    """

    account_id: int
    collected: CollectResult
    history: BackfillResult
    frames: dict[str, Frame] = field(default_factory=dict, repr=False)
    problems: tuple[str, ...] = ()
    beside: tuple[Outcome, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems

    def __str__(self) -> str:
        read = ", ".join(f"{count} {level}s" for level, count in self.collected.rows.items()) or "nothing"
        history = f", {self.history.days} past days" if self.history.days else ""
        later = f", {self.history.reports} reports of past days wanted" if self.history.reports else ""
        trouble = f" Problems: {' '.join(self.problems)}" if self.problems else ""
        return f"read {read} today{history}{later}.{trouble}"


def observe(account: AdAccount, now: datetime, machine_now: datetime | None = None) -> ObserveResult:
    """Everything that is due for `account` at business time `now`. Only reads at Meta.

    1. Mirror campaigns, ad sets, ads and creatives.
    2. Collect today's totals, restated days and reach.
    3. Back-fill the past that is still missing (nothing once it is there; of large accounts by report, see `history`).
    4. Read what is due beside the figures: outside changes, native rules, account health, pixels.
    5. Ask whether all that can be trusted, and once a day how late results come in.
    6. Make and store the frame of each level.

    Each step fails alone. Raises SwitchedOff while intelligence or collection is off: no call, no row. Failures at
    Meta are in the answer.
    """
    switch.require(switch.COLLECTION)
    problems = [_alone(account, "the structure", partial(_mirror, account, now))]
    collected = collect(account, now, machine_now)
    past = BackfillResult(account.pk)
    if collected.ok:
        past = backfill(account, now, settings.INITIAL_HISTORICAL_DAYS)
    problems += [*collected.problems.values(), past.problem]
    beside = _beside(account, now)
    problems.append(_alone(account, "how late results come in", partial(learn_maturity, account, now)))
    problems.append(_alone(account, "whether the data can be trusted", partial(assess, account, now)))
    frames: dict[str, Frame] = {}
    for level in LEVELS:
        problems.append(_alone(account, f"the {level} table", partial(_frame, account, level, now, frames)))
    return ObserveResult(account.pk, collected, past, frames, tuple(dict.fromkeys(filter(None, problems))), beside)


def history(account: AdAccount, now: datetime, patience: timedelta) -> BackfillResult:
    """Goes on with what Meta prepares by report, for at most `patience` (machine time): back-fill, nights, gaps.

    Once the back-fill is complete the tables are made anew, for they now reach further back. Raises SwitchedOff.
    """
    done = Backfill.objects.filter(account=account, state=Backfill.State.DONE)
    before = done.exists()
    result = work_on(account, now, settings.INITIAL_HISTORICAL_DAYS, patience)
    if not before and done.exists():
        for level in LEVELS:
            frame_for_tick(account, level, now)
    return result


def _mirror(account: AdAccount, now: datetime) -> None:
    synced = account.structure_synced_at
    if synced is None or now - synced >= STRUCTURE_MAY_WAIT or not is_short(account, wall(), insights=False):
        sync_structure(account, now)


def _beside(account: AdAccount, now: datetime) -> tuple[Outcome, ...]:
    """Each step keeps its own time and its own failures; while the rate budget is short, figures come first."""
    return () if is_short(account, wall(), insights=False) else run_due(BESIDE, account, now)


def _frame(account: AdAccount, level: str, now: datetime, made: dict[str, Frame]) -> None:
    made[level] = frame_for_tick(account, level, now)


def _alone(account: AdAccount, what: str, work: Callable[[], object]) -> str:
    """Why it could not be done, "" if it could: what comes after is worth having without it."""
    try:
        work()
    except switch.SwitchedOff:
        raise
    except MetaError as error:
        return str(error)
    except Exception as error:
        log.exception("%s of account %s failed", what, account.meta_id)
        return f"Our own fault in {what} ({type(error).__name__}); the log has more."
    return ""
