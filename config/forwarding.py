"""Fast-forward: a sandbox and the product move through hours or days together, the whole pipeline running at each step.

Only ever for a sandbox connection. What runs is kept in the cache, with its progress; a person may cancel between two
steps. A worker that dies leaves it `running` with an old heartbeat: it reads as interrupted and can be started anew.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.core.cache import cache
from django.utils import timezone

from config.sandbox_control import SandboxControl, SandboxUnreachable
from config.tick import StepReport, tick
from metaads.models import AdAccount, Connection

State = Literal["running", "done", "cancelled", "failed"]
Say = Callable[[datetime, list[StepReport]], None]
LONGEST = timedelta(days=366)
_KEPT = 7 * 86_400
# A step of a large sandbox may take minutes; without a sign of life for longer its worker is gone.
SILENT = timedelta(minutes=6)
_MOST_PROBLEMS = 20


@dataclass(frozen=True)
class Progress:
    """How far a fast-forward is. Durations in seconds; Times are ISO texts: `virtual` is the sandbox's."""

    connection: str
    total: float
    step: float
    done: float
    state: State
    started_at: str
    heartbeat: str
    virtual: str = ""
    problems: tuple[str, ...] = ()

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total)

    @property
    def interrupted(self) -> bool:
        """It says that it runs, and nobody carries it on."""
        return self.state == "running" and timezone.now() - datetime.fromisoformat(self.heartbeat) > SILENT

    @property
    def active(self) -> bool:
        return self.state == "running" and not self.interrupted

    @property
    def now(self) -> datetime | None:
        """The sandbox's time, aware UTC; None before the first step."""
        return datetime.fromisoformat(self.virtual).astimezone(UTC) if self.virtual else None


class AlreadyRunning(Exception):
    """Somebody moves this sandbox already."""


def progress(connection: Connection) -> Progress | None:
    """The running or last fast-forward of a connection."""
    kept: dict[str, Any] | None = cache.get(_key(connection.pk))
    return Progress(**{**kept, "problems": tuple(kept["problems"])}) if kept else None


def begin(connection: Connection, total: timedelta, step: timedelta) -> Progress:
    """Notes that it starts. Raises ValueError for a span that makes no sense, AlreadyRunning while another one runs."""
    if not connection.sandbox:
        raise ValueError("Only a sandbox can be moved in time.")
    if not timedelta(0) < step <= total <= LONGEST:
        raise ValueError("The step must be above 0 and at most the whole span, and that at most a year.")
    running = progress(connection)
    if running and running.active:
        raise AlreadyRunning("This sandbox is being moved already.")
    now = timezone.now().isoformat()
    cache.delete(_cancel_key(connection.pk))
    return _keep(Progress(str(connection.pk), total.total_seconds(), step.total_seconds(), 0.0, "running", now, now))


def cancel(connection: Connection) -> None:
    """It ends before its next step. What was passed stays passed."""
    cache.set(_cancel_key(connection.pk), True, _KEPT)


def carry_on(connection: Connection, patience: timedelta | None = None, say: Say | None = None) -> Progress:
    """Moves on step by step until all is done, somebody cancels, the sandbox is away, or `patience` (machine) is over.

    Returns how far it got; `running` means that there is more to do. Never raises for what a step meets.
    """
    found = progress(connection)
    if found is None:
        raise ValueError("No fast-forward was begun.")
    deadline = None if patience is None else time.monotonic() + patience.total_seconds()
    while found.state == "running":
        if cache.get(_cancel_key(connection.pk)):
            return _keep(replace(found, state="cancelled"))
        if deadline is not None and time.monotonic() > deadline:
            return found
        found = _step(connection, found, say)
    return found


def _step(connection: Connection, found: Progress, say: Say | None) -> Progress:
    length = min(found.step, found.total - found.done)
    try:
        virtual = SandboxControl(connection.graph_url).advance(timedelta(seconds=length))
    except SandboxUnreachable as error:
        return _keep(replace(found, state="failed", problems=(*found.problems, str(error))))
    reports = _live_through(connection, virtual)
    if say:
        say(virtual, reports)
    failures = tuple(f"{r.account} {r.step}: {r.text}" for r in reports if r.outcome == "failed")
    done = found.done + length
    return _keep(
        replace(
            found,
            done=done,
            state="done" if found.total - done < 1 else "running",
            heartbeat=timezone.now().isoformat(),
            virtual=virtual.isoformat(),
            problems=(*found.problems, *failures)[-_MOST_PROBLEMS:],
        )
    )


def _live_through(connection: Connection, virtual: datetime) -> list[StepReport]:
    """Our clock follows the sandbox's, then everything that is due is done."""
    connection.clock_offset = virtual - timezone.now()
    connection.save(update_fields=["clock_offset"])
    accounts = AdAccount.objects.watched().filter(connection=connection).select_related("connection")
    return tick(None, list(accounts))


def _keep(found: Progress) -> Progress:
    cache.set(_key(found.connection), asdict(found), _KEPT)
    return found


def _key(connection_id: object) -> str:
    return f"fast_forward:{connection_id}"


def _cancel_key(connection_id: object) -> str:
    return f"fast_forward_cancel:{connection_id}"
