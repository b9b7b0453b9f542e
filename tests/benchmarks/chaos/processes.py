"""Starts the real processes: the sandbox over HTTP, and a nursery that forks workers out of a loaded Django.

All die with the process that started them. Imports no Django, for it also prepares Django's environment.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from config.supervisor.parentage import die_with_parent

ROOT = Path(__file__).resolve().parents[3]
FOREIGN = (
    "ENABLE_",
    "OPTIMIZER_",
    "META_",
    "EXECUTOR_",
    "MAX_",
    "MIN_",
    "REQUIRE_",
    "Q_",
    "REDIS_",
    "DATABASE_",
    "BREAKER_",
)
# Seconds. The lease must outlast two requests. Chaos runs inject effects that come late, within their settling time:
# with the shorter SETTLE the audit finds doubled changes (tried), as docs/reliability.md says of any late effect.
CONNECT, READ, LEASE, SETTLE = 0.3, 0.9, 2.6, 0.5
LATE_EFFECT, CHAOS_SETTLE = 1.0, 1.5


# "small": the tests'; nobody asks it for figures, so it has no month to simulate at each start. The others are
# as large as the demo's, without its people and its native rules: what they change is nobody's fault here.
WORLDS = {
    "small": ("--size", "small", "--history-days", "2"),
    "still": ("--size", "small", "--campaigns", "20", "--ad-sets", "80", "--ads", "250"),
    "vast": ("--size", "small", "--campaigns", "60", "--ad-sets", "280", "--ads", "800"),
}


def environment(folder: Path, database: str, **more: str) -> dict[str, str]:
    """Environment of all processes of a run: own folder, own database, sandbox's patience, short lease."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "DEBUG": "true",
        "LOG_LEVEL": "WARNING",
        "VAR_DIR": str(folder),
        "DATABASE_URL": database,
        "ENABLE_INTELLIGENCE": "true",
        "ENABLE_ACTION_EXECUTOR": "true",
        "META_CONNECT_TIMEOUT": str(CONNECT),
        "META_READ_TIMEOUT": str(READ),
        "EXECUTOR_LEASE_SECONDS": str(LEASE),
        "EXECUTOR_SETTLE_SECONDS": str(SETTLE),
        "BREAKER_PAUSE_SECONDS": "1",
        **more,
    }


@contextlib.contextmanager
def sandbox(folder: Path, env: Mapping[str, str], size: str = "small", seed: int = 7) -> Iterator[str]:
    """A sandbox process on a free loopback port; gives its URL. Same folder, same world."""
    command = [sys.executable, str(ROOT / "manage.py"), "run_sandbox", "--port", "0"]
    command += [*WORLDS.get(size, ("--size", size)), "--seed", str(seed), "--state", str(folder)]
    process = subprocess.Popen(command, env=dict(env), stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if "ready on" not in line:
            raise RuntimeError(f"the sandbox did not start: {line!r}")
        yield line.split("ready on ")[1].split()[0]
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


class Nursery:
    """Forks workers: each is a process of its own, ready within milliseconds because Django is loaded already."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.chaos.worker"],
            env=dict(env),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            preexec_fn=die_with_parent,
        )
        self.alive: set[int] = set()
        self._ask({"do": "hello"})

    def _ask(self, order: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the nursery died; see {self._log.name}")
        return int(answer)

    def start(self, job: str, **arguments: Any) -> int:
        """Forks a worker that does one job of jobs.py; gives its process id."""
        pid = self._ask({"do": "start", "job": job, "arguments": arguments})
        self.alive.add(pid)
        return pid

    def wait(self, pid: int, seconds: float = 60) -> int:
        """Exit code; minus the signal that killed it. After `seconds` it is killed and AssertionError raised."""
        deadline = time.monotonic() + seconds
        while not ended(pid):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                self._reap(pid)
                raise AssertionError(f"worker {pid} was still at work after {seconds} s")
            time.sleep(0.01)
        return self._reap(pid)

    def _reap(self, pid: int) -> int:
        self.alive.discard(pid)
        return self._ask({"do": "reap", "pid": pid})

    def close(self) -> None:
        """Ends all workers and the nursery."""
        for pid in list(self.alive):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


def state(pid: int) -> str:
    """psutil's word for a process: running, sleeping, stopped, zombie ... or "gone"."""
    try:
        return str(psutil.Process(pid).status())
    except psutil.NoSuchProcess:
        return "gone"


def ended(pid: int) -> bool:
    return state(pid) in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD, "gone"}


def until_stopped(pid: int, seconds: float = 20) -> None:
    """Waits until a worker has frozen itself."""
    deadline = time.monotonic() + seconds
    while state(pid) != psutil.STATUS_STOPPED:
        if ended(pid) or time.monotonic() > deadline:
            raise AssertionError(f"worker {pid} never froze: it is {state(pid)}")
        time.sleep(0.01)
