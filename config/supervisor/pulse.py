"""The pulse of a queue cluster: a task sent through it leaves a mark, and busy workers say so.

A cluster whose idle workers were killed looks alive and never works again (measured), so being there is no proof:
only a task that came through is. While all workers are busy within their time limit, a late pulse is no illness.
Marks are small files under VAR_DIR: the supervisor and its clusters share a machine.
"""

import os
import time
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings

LONGEST = 300.0
"""Seconds that a starting cluster gets at most before it is started anew."""


def _folder(cluster: str) -> Path:
    folder = Path(settings.VAR_DIR) / "pulse" / cluster
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a reader never sees half a mark."""
    temporary = path.with_suffix(f".{os.getpid()}.new")
    temporary.write_text(text)
    temporary.replace(path)


def beat(cluster: str, number: int) -> None:
    """The task: leaves the number that the supervisor sent."""
    _write(_folder(cluster) / "beat", str(number))


def last_beat(cluster: str) -> int:
    """Number of the last pulse that came through, 0 if none did."""
    path = _folder(cluster) / "beat"
    text = path.read_text() if path.exists() else ""
    return int(text) if text.isdigit() else 0


def mark_busy(**_: Any) -> None:
    """Receiver of django-q2's `pre_execute_in_worker`."""
    cluster = os.environ.get("Q_CLUSTER_NAME", settings.Q_WORK)
    _write(_folder(cluster) / f"busy-{os.getpid()}", str(time.time()))


def mark_idle(**_: Any) -> None:
    """Receiver of `post_execute_in_worker`: holds the timer's lock, so it does one quick thing."""
    cluster = os.environ.get("Q_CLUSTER_NAME", settings.Q_WORK)
    (_folder(cluster) / f"busy-{os.getpid()}").unlink(missing_ok=True)


def busy_workers(cluster: str, limit: float) -> int:
    """Living workers with a task younger than `limit` seconds. Marks of the dead are cleared away."""
    busy = 0
    for mark in _folder(cluster).glob("busy-*[0-9]"):
        if not psutil.pid_exists(int(mark.name.removeprefix("busy-"))):
            mark.unlink(missing_ok=True)
        elif time.time() - mark.stat().st_mtime < limit:
            busy += 1
    return busy


class Pulse:
    """What the supervisor knows of one cluster's pulse. Monotonic seconds."""

    def __init__(self, cluster: str, workers: int, timeout: float) -> None:
        self.cluster, self.workers, self.timeout = cluster, workers, timeout
        self.stale_after = float(settings.PULSE_STALE_AFTER)
        self.number = max(last_beat(cluster), int(time.time()))
        self.sent_at: float | None = None
        self.fresh_at = time.monotonic()
        self.missed = 0

    @property
    def due(self) -> bool:
        """Whether to send the next: one at a time, so that a stuck queue does not fill with pulses."""
        self._look()
        return self.sent_at is None and time.monotonic() - self.fresh_at >= self.stale_after / 4

    def sending(self) -> int:
        self.number += 1
        self.sent_at = time.monotonic()
        return self.number

    def restart(self) -> None:
        """The cluster was started anew: give it time."""
        self.sent_at, self.fresh_at = None, time.monotonic()

    def miss(self) -> None:
        """Lost: the next start gets twice the time, else a cluster that starts slowly would be restarted for ever."""
        self.missed += 1
        self.restart()

    @property
    def patience(self) -> float:
        """Seconds that a pulse may take: the setting, twice as much after each start that none came out of."""
        return float(min(self.stale_after * 2**self.missed, max(self.stale_after, LONGEST)))

    @property
    def lost(self) -> bool:
        """No pulse for too long, and not because everybody is at work."""
        self._look()
        late = self.sent_at is not None and time.monotonic() - self.sent_at > self.patience
        return late and busy_workers(self.cluster, self.timeout + 10) < self.workers

    def _look(self) -> None:
        if self.sent_at is not None and last_beat(self.cluster) >= self.number:
            self.sent_at, self.fresh_at, self.missed = None, time.monotonic(), 0
