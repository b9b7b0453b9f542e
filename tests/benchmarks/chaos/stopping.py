"""How fast an emergency stop holds across worker processes, and what becomes of everything that was approved."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils import timezone

from metaads.models import Ad, JournalStep
from optimization.incident.emergency import follow, open_incident
from optimization.incident.report import report_of
from optimization.incident.stops import set_stop
from optimization.ledger import verify
from optimization.models import Action, EmergencyStop, Incident, Status
from optimization.queue import services
from tests.benchmarks.chaos import crews
from tests.benchmarks.chaos.facts import Field, propose

IN_FLIGHT = (Status.EXECUTING, Status.UNCERTAIN)


def measure(ground: Field, workers: int = 2, actions: int = 60, busy: float = 1.5) -> dict[str, Any]:
    """Workers pause ads one after the other, each POST 100 ms long; after `busy` seconds everything is stopped.

    `last_write_after_s`: from the end of the stop (all handed back) to the beginning of the last POST, 0 = none began
    after it; `last_write_after_press_s`: from the moment at which it was asked for.
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
        "last_write_after_press_s": round(max([0.0, *(moment - asked for moment in moments)]), 3),
        "statuses": seen,
        "worker_exit_codes": codes,
        "ledger_problems": len(verify()),
    }


def measure_cluster(ground: Field, workers: int = 4, actions: int = 80, busy: float = 2.0) -> dict[str, Any]:
    """A real act cluster pauses ads; then everything is stopped and the last hour undone, under the incident's id.

    `last_write_after_s`: from the press of the button until the last pause was seen at Meta (looked for every 20 ms, so
    it includes the time on the wire), 0 = none arrived after it. `report_differs`: actions that stand in the report and
    not in the journal, or the other way round.
    """
    ground.connect()
    watch = crews.clusters_watched()
    try:
        rows = _approve_pauses(actions)
        ground.fault("latency", method="POST", count=None, seconds=0.1)
        _until(watch.look, lambda: _paused(ground) > 0, 120)
        _until(watch.look, lambda: False, busy)
        before, asked = _paused(ground), time.time()
        button = threading.Thread(target=_press)
        button.start()
        last = _last_pause(ground, before, asked)
        button.join()
        stop = EmergencyStop.objects.get(lifted_at__isnull=True)
        incident = open_incident(stop, None, timezone.now(), 1.0, False)
        _until(watch.look, lambda: _settled(incident), 60)
    finally:
        watch.stop()
    follow(incident, timezone.now())
    statuses = Action.objects.filter(pk__in=[row.pk for row in rows]).values_list("status", flat=True)
    return {
        "workers": workers,
        "approved": len(rows),
        "began_before": before,
        "arrived_after": _paused(ground) - before,
        "last_write_after_s": round(last, 3),
        "statuses": dict(Counter(statuses)),
        "undone": incident.actions.filter(status=Status.EXECUTED).count(),
        "report_differs": len(_differs(incident)),
        "ledger_problems": len(verify()),
    }


def _press() -> None:
    """In a thread of its own, so that the last write can be watched meanwhile."""
    try:
        set_stop(None, None, timezone.now(), "a fault run")
    finally:
        connections.close_all()


def _until(each: Callable[[], None], done: Callable[[], bool], seconds: float) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < seconds and not done():
        each()
        time.sleep(0.02)


def _paused(ground: Field) -> int:
    """Pauses that Meta has accepted so far; undos set ACTIVE."""
    writes = ground.control.call("GET", "writes", {"after": 0})["writes"]
    return sum(write["after"].get("status") == "PAUSED" for write in writes)


def _last_pause(ground: Field, before: int, asked: float) -> float:
    """Seconds after the press at which the last pause was seen; looked at for eight seconds."""
    last, seen = 0.0, before
    while time.time() - asked < 8:
        now = _paused(ground)
        if now > seen:
            seen, last = now, time.time() - asked
        time.sleep(0.02)
    return last


def _settled(incident: Incident) -> bool:
    """Nothing is in flight, and what was undone is done. Also catches what settled after the stop."""
    follow(incident, timezone.now())
    moving = Action.objects.filter(status__in=IN_FLIGHT).exists()
    return not moving and not incident.actions.filter(status__in=[Status.APPROVED, *IN_FLIGHT]).exists()


def _differs(incident: Incident) -> set[str]:
    """Actions that only the report, or only the journal, knows to have been sent."""
    listed = {str(line.action.public_id) for line in report_of(incident).lines if line.sent}
    sent = {key.partition(":")[0] for key in JournalStep.objects.filter(sent__gt=0).values_list("key", flat=True)}
    return listed ^ sent


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
