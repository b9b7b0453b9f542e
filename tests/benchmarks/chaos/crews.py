"""Who carries the actions out while being shot at: forked workers, or a real django-q2 cluster under the supervisor."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
from django.conf import settings
from django.db import OperationalError

from config.checks import clusters
from config.supervisor import watch as watching
from config.supervisor.family import SWEEPER, queue, send
from config.supervisor.pulse import Pulse
from metaads.models import ApiUsage
from optimization.models import Action, Status
from tests.benchmarks.chaos.facts import Field
from tests.benchmarks.chaos.plan import NEVER, Drawn
from tests.benchmarks.chaos.processes import ended

# Shorter than the rest of a lease plus the settling time of these runs: see docs/reliability.md on longer ones.
FROZEN = 2.0
# Seconds without strikes that a run gets at its end; what is unfinished after them is lost.
CALM = 60.0
Struck = Counter[str]


def unfinished(drawn: list[Drawn]) -> int:
    """How many may still go on. Also brings the next try forward: waiting proves nothing."""
    mine = Action.objects.filter(pk__in=[one.action.pk for one in drawn])
    Action.objects.filter(status=Status.APPROVED, next_try_at__isnull=False).update(next_try_at=None)
    ApiUsage.objects.filter(blocked_until__isnull=False).update(blocked_until=None)
    held = set(mine.filter(status=Status.NEEDS_PERSON).values_list("entity_id", flat=True))
    never = [one.action.pk for one in drawn if one.sort in NEVER]
    waiting = mine.filter(status=Status.APPROVED).exclude(pk__in=never).exclude(entity_id__in=held)
    return waiting.count() + mine.filter(status__in=[Status.EXECUTING, Status.UNCERTAIN]).count()


def _finished(drawn: list[Drawn]) -> bool:
    """A worker that is frozen in a transaction holds SQLite's one lock; a director without it asks again later."""
    try:
        return not unfinished(drawn)
    except OperationalError:
        return False


def _until_done(drawn: list[Drawn], seconds: float, each_round: Callable[[], None]) -> float:
    """Seconds it took. Each round lasts at least a tenth of a second."""
    begun, looked = time.monotonic(), 0.0
    while time.monotonic() - begun < seconds:
        each_round()
        if time.monotonic() - looked > 0.5:
            looked = time.monotonic()
            if _finished(drawn):
                break
        time.sleep(0.1)
    return time.monotonic() - begun


def forked(ground: Field, drawn: list[Drawn], workers: int, seed: int, seconds: float, every: float) -> Struck:
    """`workers` processes on overlapping work; about every `every` seconds one is killed or frozen, and replaced."""
    chance, struck, over = random.Random(seed), Struck(), ground.folder / f"over-{time.time_ns()}"
    crew: set[int] = set()
    frozen: set[int] = set()
    next_strike, calm_from = time.monotonic() + every, time.monotonic() + seconds

    def hire() -> None:
        crew.add(ground.nursery.start("work", until=str(over), seed=chance.randrange(10**6)))

    def strike() -> None:
        nonlocal next_strike
        _bury(ground, crew)
        while len(crew) < workers:
            hire()
        if not next_strike < time.monotonic() < calm_from or not crew - frozen:
            return
        next_strike = time.monotonic() + every * chance.uniform(0.5, 1.5)
        victim = chance.choice(sorted(crew - frozen))
        freeze = chance.random() < 0.3
        os.kill(victim, signal.SIGSTOP if freeze else signal.SIGKILL)
        struck["frozen" if freeze else "killed"] += 1
        if freeze:
            frozen.add(victim)
            # A thread thaws it: the director may itself wait for a lock that the frozen one holds (SQLite has one).
            threading.Timer(FROZEN, _thaw, (frozen, victim)).start()

    _until_done(drawn, seconds + CALM, strike)
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


def clustered(ground: Field, drawn: list[Drawn], seed: int, seconds: float, every: float) -> Struck:
    """A django-q2 cluster: workers, pusher, monitor, sentinel, main process or the whole group are killed."""
    chance, struck, watch = random.Random(seed), Struck(), clusters_watched()
    next_strike, calm_from = time.monotonic() + 3 * every, time.monotonic() + seconds

    def strike() -> None:
        nonlocal next_strike
        watch.look()
        child = watch.children[0]
        if not next_strike < time.monotonic() < calm_from or child.process is None or not child.running:
            return
        next_strike = time.monotonic() + every * chance.uniform(0.5, 1.5)
        child.pause = 0.5
        struck[_shoot(child.process.pid, chance)] += 1

    try:
        _until_done(drawn, seconds + CALM, strike)
    finally:
        watch.stop()
    return struck


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
