"""What workers do, and how they die doing it. Runs in processes that the nursery forked."""

import contextlib
import logging
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from intelligence.collect import size
from metaads import executor
from metaads.clock import business_now
from optimization import dispatch
from optimization.models import Action, Status
from optimization.queue import services
from optimization.queue.errors import QueueError
from optimization.queue.selectors import claimable

log = logging.getLogger("optimization.dispatch")
UNSETTLED = {Status.APPROVED, Status.EXECUTING, Status.UNCERTAIN}
WRITES = ("INSERT", "UPDATE", "DELETE")
SIGNALS = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}


class _AtStep(logging.Handler):
    """Signals its own process at the n-th line of the dispatcher that names a step."""

    def __init__(self, number: int, how: str) -> None:
        super().__init__()
        self.left, self.how = number, how

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("step "):
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), SIGNALS[self.how])


def _interrupt_at_step(number: int, how: str) -> None:
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(_AtStep(number, how))


def _before_socket(do: Callable[[], object]) -> None:
    """Calls `do` between the dispatcher's last check and the POST: where no program can look once more."""
    real = executor.send

    def send(change: executor.Change, may_write: Callable[[], str | None]) -> executor.Sent:
        def checked() -> str | None:
            why_not = may_write()
            if why_not is None:
                do()
            return why_not

        return real(change, checked)

    setattr(executor, "send", send)  # noqa: B010 - this process alone


def _interrupt_before_socket(how: str) -> None:
    _before_socket(lambda: os.kill(os.getpid(), SIGNALS[how]))


def _kill_before_write(number: int) -> None:
    """SIGKILL before the n-th INSERT, UPDATE or DELETE that this process sends to its database."""
    left = number

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= sql.lstrip().upper().startswith(WRITES)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(count)


def run(
    action_id: int, *, step: int = 0, write: int = 0, socket: bool = False, how: str = "kill", at: float = 0.0
) -> None:
    """One look at one action. `at`: monotonic second to begin at, so that several processes begin together."""
    action = Action.objects.select_related("account__connection").get(pk=action_id)
    if step:
        _interrupt_at_step(step, how)
    if socket:
        _interrupt_before_socket(how)
    if write:
        _kill_before_write(write)
    while time.monotonic() < at:
        pass
    dispatch.run_action(action_id, business_now(action.account))


def settle(action_id: int, *, seconds: float = 20, step: int = 0, socket: bool = False, how: str = "kill") -> None:
    """Looks again and again, as the sweeper does, until the action is settled. Fails when it is not in time."""
    if step:
        _interrupt_at_step(step, how)
    if socket:
        _interrupt_before_socket(how)
    account = Action.objects.select_related("account__connection").get(pk=action_id).account
    deadline = time.monotonic() + seconds
    while dispatch.run_action(action_id, business_now(account)) in UNSETTLED:
        if time.monotonic() > deadline:
            raise AssertionError(f"action {action_id} did not settle")
        time.sleep(0.05)


def work(*, until: str, seed: int, begins: str = "") -> None:
    """Carries on whatever is claimable, in random order, until the file `until` exists.

    `begins`: file to which the machine second of every POST's beginning is appended.
    """
    if begins:
        _note_begins(Path(begins))
    order = random.Random(seed)
    while not Path(until).exists():
        for action_id in _due(order):
            if Path(until).exists():
                return
            _look(action_id)
        time.sleep(0.05)


WAITING, FLYING = 30, 6
"""So many before a worker looks again what is due; of those in flight only a few have settled."""


def _due(order: random.Random) -> list[int]:
    try:
        rows = list(claimable().values_list("pk", "status"))
        waiting = [pk for pk, status in rows if status == Status.APPROVED]
        flying = [pk for pk, status in rows if status != Status.APPROVED]
        picked = order.sample(waiting, min(WAITING, len(waiting))) + order.sample(flying, min(FLYING, len(flying)))
        order.shuffle(picked)
        return picked
    except (OperationalError, InterfaceError):
        _without_database()
        return []


def _without_database() -> None:
    """It is being restarted."""
    connection.close()
    time.sleep(0.3)


def _look(action_id: int) -> None:
    try:
        action = Action.objects.select_related("account__connection").get(pk=action_id)
        dispatch.run_action(action_id, business_now(action.account))
    except (OperationalError, InterfaceError):
        _without_database()
    except Exception:
        # A queue's worker goes on with its next task too; the log file keeps what happened.
        logging.getLogger(__name__).exception("action %s", action_id)


def approve(*, until: str, seed: int) -> None:
    """A person who approves whatever waits, one after the other; another one does so at the same time."""
    order = random.Random(seed)
    while not Path(until).exists():
        try:
            ids = list(Action.objects.filter(status=Status.PENDING).values_list("pk", flat=True)[:20])
            order.shuffle(ids)
            for action_id in ids:
                with contextlib.suppress(QueueError):
                    services.approve(action_id, None, timezone.now())
        except (OperationalError, InterfaceError):
            _without_database()
        time.sleep(0.1)


def _note_begins(path: Path) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    _before_socket(lambda: os.write(file, f"{time.time()}\n".encode()))


def backfill(*, options: list[str], rows: int) -> None:
    """The command, on an account that is large as far as it knows: all by reports of at most so many rows."""
    size.AT_ONCE_ROWS, size.REPORT_ROWS = 0, rows
    call_command("backfill", *options)


JOBS: dict[str, Callable[..., None]] = {
    "run": run,
    "settle": settle,
    "work": work,
    "approve": approve,
    "backfill": backfill,
}
