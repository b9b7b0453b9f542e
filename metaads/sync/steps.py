"""What is collected beside figures: when it is due, and what became of it. Each step of each account fails alone.

A step has a row in SideRead: business time of its last complete read, and (machine time) when to try again after a
failure. What a failure leaves is a sentence for people; the next complete read takes it away.
"""

import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from metaads.clock import machine_now
from metaads.graph.errors import MetaError, RateLimited
from metaads.models import AdAccount, SideRead
from metaads.prepared import Prepared, upsert
from metaads.switch import SwitchedOff

log = logging.getLogger(__name__)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=3)
# A tick that comes a little early must not skip an hour.
EARLY = 0.9


@dataclass(frozen=True)
class Step:
    """`what` names it in SideRead; `every` is business time; `read` does it and gives what to say of it.

    `wanted`: a reason to read before the time has come (a status that changed), or None.
    """

    what: str
    every: timedelta
    read: Callable[[AdAccount, datetime], object]
    wanted: Callable[[AdAccount], bool] | None = None


@dataclass(frozen=True)
class Outcome:
    """`problem`: a sentence for people; "" = it was read."""

    what: str
    said: str = ""
    problem: str = ""

    @property
    def ok(self) -> bool:
        return not self.problem


_ROW = Prepared(lambda account, what: SideRead.objects.filter(account_id=account, what=what)[:1])


def due(step: Step, account: AdAccount, now: datetime) -> bool:
    """Whether it is time (`now`: business time) and no backoff holds it. One look-up."""
    row = _ROW.first(account.pk, step.what)
    if row is None:
        return True
    if row.next_try_at and row.next_try_at > machine_now():
        return False
    fresh = row.read_at is not None and now - step.every * EARLY < row.read_at <= now
    return not fresh or (row.read_at != now and step.wanted is not None and step.wanted(account))


def run(step: Step, account: AdAccount, now: datetime) -> Outcome:
    """Does the step now and keeps what became of it. Raises SwitchedOff alone."""
    try:
        said = str(step.read(account, now))
    except SwitchedOff:
        raise
    except MetaError as error:
        return _failed(step, account, str(error), error.retry_after if isinstance(error, RateLimited) else timedelta(0))
    except Exception as error:  # a fault of ours must not take the figures with it
        log.exception("side read %s of account %s failed", step.what, account.meta_id)
        return _failed(step, account, f"Our own fault ({type(error).__name__}); the log has more.", timedelta(0))
    row = {"account_id": account.pk, "what": step.what, "read_at": now}
    upsert(SideRead, ["account_id", "what"], {**row, "next_try_at": None, "failures": 0, "problem": ""})
    return Outcome(step.what, said)


def run_due(steps: Iterable[Step], account: AdAccount, now: datetime) -> tuple[Outcome, ...]:
    """All that are due, one after the other. Raises SwitchedOff alone."""
    return tuple(run(step, account, now) for step in steps if due(step, account, now))


def forget_failures(accounts: Iterable[AdAccount]) -> None:
    """After a new token: what failed because of the old one is tried again at once."""
    rows = SideRead.objects.filter(account__in=list(accounts), failures__gt=0)
    rows.update(next_try_at=None, failures=0)


def _failed(step: Step, account: AdAccount, problem: str, wait: timedelta) -> Outcome:
    row, _ = SideRead.objects.get_or_create(account=account, what=step.what)
    row.failures += 1
    row.problem = problem
    row.next_try_at = machine_now() + max(wait, backoff(row.failures))
    row.save(update_fields=["failures", "problem", "next_try_at"])
    return Outcome(step.what, problem=problem)


def backoff(failures: int) -> timedelta:
    """2, 4, 8 ... minutes, at most three hours, and up to a fifth more so that accounts do not come all at once."""
    wait = min(FIRST_WAIT * (1 << min(max(failures - 1, 0), 10)), LONGEST_WAIT)
    return wait * (1 + random.random() / 5)
