"""The story of one evaluation of one account: gather -> notify -> resolve -> guard -> queue -> policy.

What the optimiser wants joins what rules want before conflicts are resolved. If it fails, the rules go on without it.
"""

import logging
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from django.db import DatabaseError, transaction

from intelligence.collect.thin import note_matches
from intelligence.memory import collector_paused
from intelligence.metrics.frame import Frame
from metaads import switch
from metaads.models import AdAccount, Level
from optimization.by_hand import close_done_by_hand
from optimization.foresee import foresee
from optimization.fresh import newest_frame
from optimization.gather import explain, gather
from optimization.ledger import record
from optimization.looks import Story, keep_looks
from optimization.models import EmergencyStop, Run
from optimization.models.run import LOOKS, OPTIMIZE
from optimization.optimizer.look import Ask, keep, look, note_alone
from optimization.optimizer.wanted import Wanted
from optimization.queue.acting_alone import act_alone
from optimization.queue.conflicts import rank, resolve
from optimization.queue.drafts import Draft
from optimization.queue.losers import packed
from optimization.queue.propose import Proposed, propose, without_rejected
from optimization.queue.stale import mark_stale
from optimization.rules.statistics import Counted, count_up
from optimization.tell import tell
from optimization.trial.first import keep_tried, try_first
from optimization.wants import Gathered
from optimization.webhooks import call

KIND, LIVE, SCHEDULED = LOOKS
log = logging.getLogger(__name__)
REAL_TIME = frozenset({"5min", "15min"})
"""Schedules that ask for a look between two collections."""


def run_cycle(account: AdAccount, now: datetime, made: Mapping[str, Frame] | None = None) -> Run | None:
    """Evaluates once per state of the data: asked again for the same data it gives the run that was.

    `made`: frames by level that were just made and stored, so that they need not be read again.
    None: there is no data yet, or a stop is in force. Raises SwitchedOff while the rules engine is off.
    """
    switch.require(switch.RULES)
    close_done_by_hand(account, now)
    frames, problems = fresh_frames(account, now, made or {})
    if not frames or EmergencyStop.objects.in_force(account):
        return None
    return _once(account, frames, problems, now)


def run_live(account: AdAccount, frames: Mapping[str, Frame], now: datetime) -> Run | None:
    """Evaluates the real-time rules alone, on frames of this moment that cover all that those rules cover.

    None: a stop is in force. Raises SwitchedOff while the rules engine is off.
    """
    switch.require(switch.RULES)
    if not frames or EmergencyStop.objects.in_force(account):
        return None
    return _once(account, frames, [], now, LIVE, REAL_TIME)


def run_scheduled(account: AdAccount, levels: Container[str], every: Container[str], now: datetime) -> Run | None:
    """Evaluates the rules of these levels and schedules that are due, on the newest frames. Once a minute at most.

    None: no fresh data, or a stop is in force. Raises SwitchedOff while the rules engine is off.
    """
    switch.require(switch.RULES)
    frames, problems = fresh_frames(account, now, {}, [level for level in Level if level in levels])
    if not frames or EmergencyStop.objects.in_force(account):
        return None
    return _once(account, frames, problems, now, SCHEDULED, every)


def run_optimizer(account: AdAccount, now: datetime, ask: Ask) -> Run | None:
    """The optimiser looks because somebody asked, whatever its interval; no rule is evaluated. Gives its own record.

    None: no fresh data, or a stop is in force. Raises SwitchedOff, or ValueError for a look-back that is not held.
    """
    switch.require(switch.RULES)
    frames, problems = fresh_frames(account, now, {})
    if not frames or EmergencyStop.objects.in_force(account):
        return None
    found, slot = look(account, frames, now, ask), ask.slot(now)
    with collector_paused():
        run = _evaluate(account, frames, Gathered(), problems, (OPTIMIZE, slot), now, found)
    _act_alone(account, slot, now)
    run.refresh_from_db()
    return run


def _once(
    account: AdAccount,
    frames: Mapping[str, Frame],
    problems: list[str],
    now: datetime,
    kind: str = KIND,
    every: Container[str] | None = None,
) -> Run:
    seen = max(frame.at for frame in frames.values())
    slot = now.replace(second=0, microsecond=0).isoformat() if kind == SCHEDULED else seen.isoformat()
    done = Run.objects.filter(account=account, kind=kind, slot=slot).first()
    try:
        with collector_paused():
            run = done or _look(account, frames, problems, (kind, slot), now, every)
    except Exception as error:
        _note_failure(account, slot, error, now)
        raise
    _act_alone(account, slot, now)
    return run


def _act_alone(account: AdAccount, slot: str, now: datetime) -> None:
    approved = act_alone(account, now).approved
    optimised = Run.objects.filter(account=account, kind=OPTIMIZE, slot=slot).first() if approved else None
    if optimised is not None:
        note_alone(optimised, approved)


def _look(
    account: AdAccount,
    frames: Mapping[str, Frame],
    problems: list[str],
    about: tuple[str, str],
    now: datetime,
    every: Container[str] | None,
) -> Run:
    """Rules and, on new data, the optimiser. Whatever it breaks, the rules are evaluated again without it."""
    gathered, found = gather(account, frames, now, every), None
    try:
        found = look(account, frames, now) if about[0] == KIND else None
        if found is not None:
            return _evaluate(account, frames, gathered, problems, about, now, found)
    except Exception as error:
        if found is not None and not found.drafts:
            raise  # it wanted nothing, so it was not the optimiser
        log.exception("the optimiser failed for %s", account)
        _note_failure(account, about[1], error, now, OPTIMIZE)
        problems = [*problems, f"The optimiser failed: {error}"]
    return _evaluate(account, frames, gathered, problems, about, now)


def _note_failure(account: AdAccount, slot: str, error: Exception, now: datetime, kind: str = KIND) -> None:
    """A run that broke is no look at the data: the next tick tries again. What happened is kept."""
    with suppress(DatabaseError):
        failed = Run(account=account, kind=f"{kind}_failed", slot=f"{slot[:40]} at {now:%Y%m%dT%H%M%S}", started_at=now)
        failed.finished_at, failed.problems = now, [str(error)]
        failed.save()


def _evaluate(
    account: AdAccount,
    frames: Mapping[str, Frame],
    gathered: Gathered,
    problems: list[str],
    about: tuple[str, str],
    now: datetime,
    found: Wanted | None = None,
) -> Run:
    """Looking came first and stored nothing; all that follows is one transaction, so a killed run leaves nothing.

    `found`: what the optimiser wants, with its evidence; None = it did not look.
    """
    tried = try_first(account, gathered, now)
    acting = tried.acting
    welcome, rejected = without_rejected(account, [*acting.drafts, *(found.drafts if found else ())], now)
    winning, losers = resolve(welcome)
    winners = foresee(_explained(account, winning, acting, now), frames, account.currency)
    with transaction.atomic():
        run, new = _start(account, about, now)
        if not new:
            return run
        tell(account, acting, now)
        call(account, acting, now)
        whole = None if about[0] == LIVE else frames  # a live table covers only what its rules cover
        proposed = propose(account, winners, losers, now, run, whole)
        proposed.skipped.update(rejected + tried.skipped)
        saw = found.saw if found else None
        stale = mark_stale(account, acting.evaluated, winners, now, losers, acting.held_back(), saw)
        _count(acting, proposed, now)
        note_matches(account, [(match.frame, match.ids) for match in gathered.matches])
        keep_tried(tried, now)
        keep_looks(account, frames, acting, Story(acting.drafts, welcome, losers, proposed), now, about[0])
        run.losers = packed(losers)
        run = _finish(run, acting, proposed, problems, {"conflicts": len(losers), "stale": stale}, now)
        if found is not None:
            keep(account, found, proposed, losers, about[1], now)
        return run


def _explained(account: AdAccount, winning: list[Draft], acting: Gathered, now: datetime) -> list[Draft]:
    """In the order of the conflicts; what the optimiser wants has its evidence already."""
    ready = [draft for draft in winning if draft.rule_version is None]
    of_rules = [draft for draft in winning if draft.rule_version is not None]
    return sorted(explain(account, of_rules, acting, now) + ready, key=rank)


def fresh_frames(
    account: AdAccount, now: datetime, made: Mapping[str, Frame], levels: Iterable[str] = tuple(Level)
) -> tuple[dict[str, Frame], list[str]]:
    """Frames that are fresh enough to decide on; the others with the reason why not."""
    frames: dict[str, Frame] = {}
    problems: list[str] = []
    for level in levels:
        frame, problem = newest_frame(account, level, now, made.get(level))
        if frame is None or problem:
            problems.append(problem)
        else:
            frames[Level(level).value] = frame
    return frames, problems


def _start(account: AdAccount, about: tuple[str, str], now: datetime) -> tuple[Run, bool]:
    """The run of this kind and state of the data, and whether it is ours to make."""
    kind, slot = about
    run, new = Run.objects.get_or_create(account=account, kind=kind, slot=slot, defaults={"started_at": now})
    if new:
        record("run_started", account_id=account.pk, actor="system", now=now, payload={"run": run.pk, "slot": slot})
    return run, new


def _count(gathered: Gathered, proposed: Proposed, now: datetime) -> None:
    """The rules' statistics."""
    created = Counter(draft.rule_version.rule_id for draft in proposed.created.values() if draft.rule_version)
    triggered = {match.rule.pk: len(match.ids) for match in gathered.matches}
    found = gathered.evaluated.items()
    count_up((Counted(pk, covered, triggered.get(pk, 0), created[pk]) for pk, covered in found), now)


def _finish(
    run: Run, gathered: Gathered, proposed: Proposed, problems: list[str], extra: dict[str, int], now: datetime
) -> Run:
    run.finished_at = now
    run.problems = problems + gathered.problems
    run.counts = {
        "rules": sorted(gathered.evaluated),
        "evaluated": sum(gathered.evaluated.values()),
        "matched": sum(len(match.ids) for match in gathered.matches),
        "created": len(proposed.created),
        "refreshed": proposed.refreshed,
        "superseded": proposed.superseded,
        "blocked": dict(proposed.blocked),
        "skipped": dict(proposed.skipped),
        "nothing_to_do": gathered.refused,
        **extra,
    }
    run.save(update_fields=["finished_at", "problems", "counts", "losers"])
    payload = {"run": run.pk, **run.counts}
    record("run_finished", account_id=run.account_id, actor="system", now=now, payload=payload)
    return run
