"""Two hundred accounts side by side, by one and by two worker processes.

Each account is one task, as in the queue: a worker takes the next account that nobody has taken, and observes it. The
sandbox answers all of them from one process of its own, on the same two cores: what it takes of them is missing to the
second worker, so the speed-up shown here is less than where Meta answers.
"""

import multiprocessing
import resource
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections

from intelligence.observe import observe
from metaads.models import AdAccount
from tests.benchmarks.collection import connect_all, sandbox

ACCOUNTS = 200
WORLD = ("--accounts", str(ACCOUNTS), "--campaigns", "3", "--ad-sets", "6", "--ads", "12", "--history-days", "2")


def run() -> dict[str, object]:
    """Seconds for one hour of all accounts, by number of workers."""
    with sandbox(*WORLD, "--in-memory") as url:
        ids = [account.pk for account in connect_all(url)]
        now = datetime.now(UTC)
        first = fleet(ids, 2, now)
        one = fleet(ids, 1, now + timedelta(hours=1))
        two = fleet(ids, 2, now + timedelta(hours=2))
    speed_up = one["seconds"] / two["seconds"]
    every = all(part["observed"] == ACCOUNTS for part in (first, one, two))
    return {
        "name": "fleet",
        "accounts": ACCOUNTS,
        "first_look_2_workers": first,
        "hour_1_worker": one,
        "hour_2_workers": two,
        "speed_up": round(speed_up, 2),
        "passed": every and speed_up > 1.2,
    }


def fleet(ids: list[int], workers: int, now: datetime) -> dict[str, float]:
    """All accounts once. The children begin with connections of their own."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    place, failed = context.Value("i", 0), context.Value("i", 0)
    start = time.perf_counter()
    crew = [context.Process(target=work, args=(ids, place, failed, now)) for _ in range(workers)]
    before = children_cpu()
    for process in crew:
        process.start()
    for process in crew:
        process.join()
    spent = time.perf_counter() - start
    return {
        "seconds": round(spent, 1),
        "observed": len(ids) - failed.value,
        "accounts_per_s": round(len(ids) / spent, 1),
        "workers_cpu_s": round(children_cpu() - before, 1),
    }


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def work(ids: list[int], place: Any, failed: Any, now: datetime) -> None:
    """One worker: takes account after account until none is left. One that fails is counted and stops no other."""
    while (taken := _next(place)) < len(ids):
        account = AdAccount.objects.select_related("connection").get(pk=ids[taken])
        if not observe(account, now).ok:
            with failed.get_lock():
                failed.value += 1


def _next(place: Any) -> int:
    with place.get_lock():
        taken: int = place.value
        place.value += 1
        return taken
