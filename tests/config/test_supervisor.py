"""The supervisor restarts what dies, notices a queue that only looks alive, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from config.supervisor import pulse as pulse_module
from config.supervisor.child import Child
from config.supervisor.pulse import Pulse, beat, mark_busy, mark_idle
from config.supervisor.watch import Supervisor
from tests.architecture.tree import ROOT

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=-1); time.sleep(60)",
]
DEAF = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"]
PATIENCE = 120
"""Seconds of the clock that real processes get on a busy machine; what passes is not slowed by them."""


def wait_until(what: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    return bool(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)


@pytest.fixture
def children() -> Iterator[list[Child]]:
    """Children that the test starts; none survives it."""
    started: list[Child] = []
    yield started
    for child in started:
        child.kill_group()


@pytest.fixture(autouse=True)
def _own_folder(settings: object, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]


def watching(*children: Child, pulses: list[Pulse] | None = None, sent: list[object] | None = None) -> Supervisor:
    log: list[object] = [] if sent is None else sent
    return Supervisor(children, pulses or [], lambda *a: log.append(a), "sweeper", grace=1)


def look_until(supervisor: Supervisor, what: Callable[[], bool]) -> None:
    """Rounds of the supervisor until something is so."""

    def look() -> bool:
        supervisor.look()
        return what()

    wait_until(look)


@pytest.mark.processes
def test_a_child_that_ends_is_started_again_even_after_exit_code_0(children: list[Child]) -> None:
    child = Child("brief", [sys.executable, "-c", ""])
    children.append(child)
    supervisor = watching(child)
    look_until(supervisor, lambda: child.starts >= 2)
    assert child.pause > 0.5, "the pause before a restart grows"


@pytest.mark.processes
def test_grandchildren_go_with_the_group(children: list[Child]) -> None:
    child = Child("parent", PARENT)
    children.append(child)
    child.start()
    assert child.process is not None
    process = psutil.Process(child.process.pid)
    wait_until(process.children)
    grandchild = process.children()[0].pid
    child.kill_group()
    wait_until(lambda: not alive(grandchild))


@pytest.mark.processes
def test_stopping_kills_what_does_not_listen(children: list[Child]) -> None:
    good, deaf = Child("good", SLEEPER), Child("deaf", DEAF)
    children += [good, deaf]
    supervisor = watching(good, deaf)
    supervisor.look()
    time.sleep(0.3)
    started = time.monotonic()
    supervisor.stop()
    assert not good.running
    assert not deaf.running
    assert time.monotonic() - started < 5


def test_a_pulse_that_comes_through_is_fresh(settings: object) -> None:
    settings.PULSE_STALE_AFTER = 0.2  # type: ignore[attr-defined]
    pulse = Pulse("act", workers=2, timeout=120)
    wait_until(lambda: pulse.due)
    number = pulse.sending()
    assert not pulse.due, "one at a time: a stuck queue must not fill with pulses"
    beat("act", number)
    time.sleep(0.25)
    assert not pulse.lost


def test_a_pulse_that_stays_away_is_lost_and_the_queue_restarted(settings: object, children: list[Child]) -> None:
    settings.PULSE_STALE_AFTER = 0.2  # type: ignore[attr-defined]
    child, pulse, sent = Child("act", SLEEPER), Pulse("act", workers=2, timeout=120), []  # type: ignore[var-annotated]
    children.append(child)
    supervisor = watching(child, pulses=[pulse], sent=sent)
    supervisor.look()
    look_until(supervisor, lambda: child.starts == 2)
    assert sent[0][:2] == ("act", "config.supervisor.pulse.beat")


def test_a_cluster_that_starts_slowly_gets_twice_the_time_after_each_loss(settings: object) -> None:
    settings.PULSE_STALE_AFTER = 20  # type: ignore[attr-defined]
    pulse = Pulse("act", workers=2, timeout=120)
    waits = []
    for _ in range(6):
        waits.append(pulse.patience)
        pulse.miss()
    assert waits == [20, 40, 80, 160, 300, 300]
    beat("act", pulse.sending())
    assert not pulse.lost
    assert pulse.patience == 20, "one that came through is alive again"


def test_a_queue_whose_workers_are_all_at_work_is_left_alone(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PULSE_STALE_AFTER = 0.1  # type: ignore[attr-defined]
    monkeypatch.setenv("Q_CLUSTER_NAME", "work")
    pulse = Pulse("work", workers=1, timeout=300)
    pulse.sending()
    mark_busy()
    time.sleep(0.15)
    assert not pulse.lost
    mark_idle()
    assert pulse.lost


def test_the_mark_of_a_dead_worker_excuses_nothing() -> None:
    dead = subprocess.run([*SLEEPER[:2], ""], check=True)
    assert dead.returncode == 0
    folder = pulse_module._folder("work")
    (folder / "busy-999999999").write_text("0")
    assert pulse_module.busy_workers("work", limit=60) == 0


def test_a_broker_that_is_down_does_not_end_the_supervisor(children: list[Child]) -> None:
    def broken(*_: object) -> None:
        raise ConnectionError("no broker")

    child, pulse = Child("act", SLEEPER), Pulse("act", workers=2, timeout=120)
    children.append(child)
    supervisor = Supervisor([child], [pulse], broken, "sweeper", grace=1)
    supervisor._swept_at = pulse.fresh_at = 0
    supervisor.look()
    assert child.running


@pytest.fixture(scope="module")
def supervised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """The real thing on a database of its own: web, two queues, pulse of 4 seconds."""
    folder = tmp_path_factory.mktemp("supervised")
    env = {
        **os.environ,
        "VAR_DIR": str(folder),
        "DEBUG": "true",
        "PULSE_STALE_SECONDS": "4",
        "ENABLE_INTELLIGENCE": "false",
    }
    env |= {"DATABASE_URL": "", "REDIS_URL": "", "Q_BROKER": "database", "DJANGO_SETTINGS_MODULE": "config.settings"}
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=env, check=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*manage, "supervise", "--bind", "127.0.0.1:0", "--grace", "3"], env=env, stderr=log)
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def named(supervisor: int, word: str) -> list[psutil.Process]:
    """Processes below the supervisor whose title has the word (django-q2 titles its workers)."""
    found = []
    for process in psutil.Process(supervisor).children(recursive=True):
        try:
            if word in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.processes
def test_a_cluster_with_dead_idle_workers_is_replaced(supervised: subprocess.Popen[bytes]) -> None:
    """Measured in the reference: the workers come back but the queue's lock died with the old ones."""
    wait_until(lambda: len(named(supervised.pid, " idle")) == 4, PATIENCE)
    sentinel = named(supervised.pid, " idle")[0].parent()
    assert sentinel is not None
    main = sentinel.parent()
    assert main is not None
    for worker in named(main.pid, " idle"):
        worker.kill()
    wait_until(lambda: not alive(main.pid), PATIENCE)
    wait_until(lambda: len(named(supervised.pid, " idle")) == 4, PATIENCE)


@pytest.mark.processes
def test_nothing_survives_a_killed_supervisor(supervised: subprocess.Popen[bytes]) -> None:
    wait_until(lambda: len(named(supervised.pid, " idle")) == 4, PATIENCE)
    family = {p.pid: " ".join(p.cmdline()) for p in psutil.Process(supervised.pid).children(recursive=True)}
    assert len(family) >= 12
    supervised.kill()
    supervised.wait(5)
    deadline = time.monotonic() + 10
    while [pid for pid in family if alive(pid)] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert {pid: title for pid, title in family.items() if alive(pid)} == {}
