"""How fast an emergency stop holds across worker processes, and what becomes of everything that was approved."""

import time
from datetime import timedelta
from typing import Any

from django.utils import timezone

from metaads.models import Ad
from optimization.incident.stops import set_stop
from optimization.ledger import verify
from optimization.models import Action, Status
from optimization.queue import services
from tests.benchmarks.chaos.facts import Field, propose

IN_FLIGHT = (Status.EXECUTING, Status.UNCERTAIN)


def measure(ground: Field, workers: int = 2, actions: int = 60, busy: float = 1.5) -> dict[str, Any]:
    """Workers pause ads one after the other, each POST 100 ms long; after `busy` seconds everything is stopped.

    `last_write_after_s`: from the commit of the stop to the beginning of the last POST, 0 = none began after it.
    """
    ground.connect()
    rows = _approve_pauses(actions)
    ground.fault("latency", method="POST", count=None, seconds=0.1)
    begins, over = ground.folder / f"begins-{time.time_ns()}", ground.folder / f"over-{time.time_ns()}"
    begins.touch()
    pids = [ground.nursery.start("work", until=str(over), seed=seed, begins=str(begins)) for seed in range(workers)]
    while not begins.read_text():
        time.sleep(0.02)
    time.sleep(busy)
    asked = time.time()
    set_stop(None, None, timezone.now(), "a fault run")
    stopped = time.time()
    seen = _after(rows, seconds=8.0)
    over.touch()
    codes = [ground.nursery.wait(pid) for pid in pids]
    moments = [float(line) for line in begins.read_text().split()]
    return {
        "workers": workers,
        "approved": len(rows),
        "began_before": sum(moment <= stopped for moment in moments),
        "began_after": sum(moment > stopped for moment in moments),
        "stop_took_s": round(stopped - asked, 3),
        "last_write_after_s": round(max([0.0, *(moment - stopped for moment in moments)]), 3),
        "statuses": seen,
        "worker_exit_codes": codes,
        "ledger_problems": len(verify()),
    }


def _approve_pauses(number: int) -> list[Action]:
    ads = Ad.objects.filter(status="ACTIVE", deleted_at__isnull=True).select_related("account__connection")
    rows = []
    for ad in ads.order_by("pk")[:number]:
        action = propose(ad.account, "ad", ad, "status", "ACTIVE", "PAUSED")
        rows.append(services.approve(action.pk, None, timezone.now() - timedelta(seconds=1)))
    return rows


def approve_changes(number: int) -> None:
    """Approves a change of status of up to `number` ads that have nothing approved or in flight."""
    Action.objects.filter(status=Status.PENDING).update(status=Status.CANCELLED)
    busy = Action.objects.filter(status__in=[*IN_FLIGHT, Status.APPROVED, Status.NEEDS_PERSON]).values("entity_id")
    free = Ad.objects.filter(status__in=["ACTIVE", "PAUSED"], deleted_at__isnull=True).exclude(meta_id__in=busy)
    for ad in free.select_related("account__connection").order_by("pk")[:number]:
        wanted = "PAUSED" if ad.status == "ACTIVE" else "ACTIVE"
        services.approve(propose(ad.account, "ad", ad, "status", ad.status, wanted).pk, None, timezone.now())


def _after(rows: list[Action], seconds: float) -> dict[str, int]:
    """Statuses once nothing is in flight any more, at least 5 s after the stop."""
    begun = time.monotonic()
    mine = Action.objects.filter(pk__in=[row.pk for row in rows])
    while time.monotonic() - begun < 5 or (
        mine.filter(status__in=IN_FLIGHT).exists() and time.monotonic() - begun < 5 + seconds
    ):
        time.sleep(0.1)
    counts: dict[str, int] = {}
    for status in mine.values_list("status", flat=True):
        counts[status] = counts.get(status, 0) + 1
    return counts
