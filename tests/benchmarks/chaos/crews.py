"""Who carries the actions out while being shot at: forked workers, or a real django-q2 cluster under the supervisor."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from config.checks import clusters
from config.supervisor import watch as watching
from config.supervisor.family import SWEEPER, queue, send
from config.supervisor.pulse import Pulse
from metaads.models import ApiUsage, JournalStep
from optimization.models import Action, Hold, Status
from tests.benchmarks.chaos.facts import Field
from tests.benchmarks.chaos.others import Others, disturb_database, wake_again
from tests.benchmarks.chaos.plan import NEVER, Drawn
from tests.benchmarks.chaos.processes import ended

# Shorter than the rest of a lease plus the settling time of these runs: see docs/reliability.md on longer ones.
FROZEN = 2.0
# Seconds after the last strike in which nothing more gets done: what is unfinished then is lost.
CALM = 60.0
Struck = Counter[str]


def unfinished(drawn: list[Drawn]) -> int:
    """How many may still go on. Also brings the next try forward: waiting proves nothing."""
    mine = Action.objects.filter(pk__in=[one.action.pk for one in drawn])
    Action.objects.filter(status=Status.APPROVED, next_try_at__isnull=False).update(next_try_at=None)
    waits = JournalStep.objects.filter(state=JournalStep.State.OPEN, next_try_at__isnull=False)
    waits.update(next_try_at=None)
    ApiUsage.objects.filter(blocked_until__isnull=False).update(blocked_until=None)
    held = set(Hold.objects.filter(action__status=Status.NEEDS_PERSON).values_list("entity_id", flat=True))
    never = [one.action.pk for one in drawn if one.sort in NEVER]
    waiting = mine.filter(status__in=[Status.PENDING, Status.APPROVED]).exclude(pk__in=never)
    flying = mine.filter(status__in=[Status.EXECUTING, Status.UNCERTAIN])
    return waiting.exclude(entity_id__in=held).count() + flying.count()


def _left(drawn: list[Drawn]) -> int | None:
    """`unfinished`; None = unknown. A worker frozen in a transaction holds SQLite's one lock; a director without
    it, or without a database for the moment, asks again later."""
    try:
        return unfinished(drawn)
    except (OperationalError, InterfaceError):
        connection.close()
        return None


def _until_done(drawn: list[Drawn], seconds: float, each_round: Callable[[], None]) -> float:
    """Seconds it took: until nothing is left, or nothing more gets done for `CALM` after `seconds`. Each round lasts at
    least a tenth of a second."""
    begun, looked, least, moved = time.monotonic(), 0.0, len(drawn) + 1, time.monotonic()
    while time.monotonic() - max(begun + seconds, moved) < CALM:
        each_round()
        if time.monotonic() - looked > 0.5:
            looked = time.monotonic()
            left = _left(drawn)
            if left == 0:
                break
            if left is not None and left < least:
                least, moved = left, time.monotonic()
        time.sleep(0.1)
    return time.monotonic() - begun


@dataclass(frozen=True)
class Pace:
    """`workers` at once; a strike about every `every` seconds, a database restart about every `restart` (0 = never),
    for `seconds` at most."""

    workers: int
    seed: int
    seconds: float
    every: float
    restart: float = 0.0


def forked(ground: Field, drawn: list[Drawn], pace: Pace, about: Others) -> Struck:
    """Processes on overlapping work; now and then one is killed or frozen, and replaced."""
    workers, seconds, every = pace.workers, pace.seconds, pace.every
    chance, struck, over = random.Random(pace.seed), Struck(), ground.folder / f"over-{time.time_ns()}"
    restarts = Restarts(pace, struck)
    crew: set[int] = {ground.nursery.start("approve", until=str(over), seed=one) for one in (1, 2)}
    approvers = set(crew)
    frozen: set[int] = set()
    next_strike, calm_from = time.monotonic() + every, time.monotonic() + seconds

    def hire() -> None:
        crew.add(ground.nursery.start("work", until=str(over), seed=chance.randrange(10**6)))

    def strike() -> None:
        nonlocal next_strike
        _bury(ground, crew)
        struck["edited by others"] += about.edit()
        restarts.perhaps(calm_from)
        while len(crew - approvers) < workers:
            hire()
        victims = crew - frozen - approvers
        if not next_strike < time.monotonic() < calm_from or not victims:
            return
        next_strike = time.monotonic() + every * chance.uniform(0.5, 1.5)
        victim = chance.choice(sorted(victims))
        freeze = chance.random() < 0.3
        os.kill(victim, signal.SIGSTOP if freeze else signal.SIGKILL)
        struck["frozen" if freeze else "killed"] += 1
        if freeze:
            frozen.add(victim)
            # A thread thaws it: the director may itself wait for a lock that the frozen one holds (SQLite has one).
            threading.Timer(FROZEN, _thaw, (frozen, victim)).start()

    _until_done(drawn, seconds, strike)
    for pid in list(frozen):
        _thaw(frozen, pid)
    _dismiss(ground, crew, over)
    return struck


def _bury(ground: Field, crew: set[int]) -> None:
    for pid in [pid for pid in crew if ended(pid)]:
        ground.nursery.wait(pid)
        crew.discard(pid)


def _thaw(frozen: set[int], pid: int) -> None:
    if pid in frozen:
        frozen.discard(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _dismiss(ground: Field, crew: set[int], over: Path) -> None:
    over.touch()
    for pid in crew:
        ground.nursery.wait(pid)


def clusters_watched() -> watching.Supervisor:
    """The act cluster as in life, under the product's supervisor, which sweeps more often than in life."""
    watching.SWEEP_EVERY = 2.0
    conf = clusters()[settings.Q_ACT]
    pulse = Pulse(settings.Q_ACT, conf["workers"], conf["timeout"])
    return watching.Supervisor([queue(settings.Q_ACT)], [pulse], send, SWEEPER, grace=5)


def clustered(ground: Field, drawn: list[Drawn], pace: Pace, about: Others) -> Struck:
    """A django-q2 cluster: workers, pusher, monitor, sentinel, main process or the whole group are killed."""
    seconds, every = pace.seconds, pace.every
    chance, struck, watch = random.Random(pace.seed), Struck(), clusters_watched()
    restarts, over = Restarts(pace, struck), ground.folder / f"over-{time.time_ns()}"
    approvers = {ground.nursery.start("approve", until=str(over), seed=one) for one in (1, 2)}
    wake_again(drawn, chance)
    next_strike, calm_from = time.monotonic() + 3 * every, time.monotonic() + seconds

    def strike() -> None:
        nonlocal next_strike
        with contextlib.suppress(OperationalError, InterfaceError):
            watch.look()
        struck["edited by others"] += about.edit()
        restarts.perhaps(calm_from)
        child, pulse = watch.children[0], watch.pulses[0]
        if not next_strike < time.monotonic() < calm_from or child.process is None or not child.running:
            return
        if pulse.fresh_at < child.started_at + 1:
            return  # No pulse since its start: on a slow machine it would be struck in its start alone, never at work.
        next_strike = time.monotonic() + every * chance.uniform(0.5, 1.5)
        child.pause = 0.5
        struck[_shoot(child.process.pid, chance)] += 1

    try:
        _until_done(drawn, seconds, strike)
    finally:
        watch.stop()
        _dismiss(ground, approvers, over)
    return struck


@dataclass
class Restarts:
    """Of the database, now and then."""

    pace: Pace
    struck: Struck
    last: float = field(default_factory=time.monotonic)

    def perhaps(self, calm_from: float) -> None:
        now = time.monotonic()
        if self.pace.restart and now - self.last > self.pace.restart and now < calm_from:
            self.struck[disturb_database()] += 1
            self.last = time.monotonic()


def _shoot(main: int, chance: random.Random) -> str:
    """Kills one process of the tree, or all; gives what it was."""
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(main)
        sentinel = parent.children()
        others = [process for one in sentinel for process in one.children()]
        target = chance.random()
        if target < 0.15:
            os.killpg(main, signal.SIGKILL)
            return "group killed"
        if target < 0.3 and sentinel:
            sentinel[0].kill()
            return "sentinel killed"
        if others:
            chance.choice(others).kill()
            return "worker, monitor or pusher killed"
    return "missed"
