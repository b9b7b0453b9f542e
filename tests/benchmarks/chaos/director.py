"""One run in a process of its own: `python -m tests.benchmarks.chaos.director '{"scene": ...}'`, JSON on its last line.

The environment (database, folder, broker) is laid by tests/benchmarks/faults.py.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

from tests.benchmarks.chaos.processes import CHAOS_SETTLE


def chaos(
    *,
    actions: int,
    seed: int,
    workers: int,
    crew: str,
    size: str,
    every: float,
    restart: float = 0.0,
    seconds: float = 180,
    wave: int = 2000,
) -> dict[str, Any]:
    """Draws, shoots, audits; in waves of at most `wave` actions on one world. `crew`: forked, clustered, or both in
    turn."""
    from django.conf import settings

    from tests.benchmarks.chaos.crews import Pace
    from tests.benchmarks.chaos.facts import field

    waves: list[dict[str, Any]] = []
    with field(Path(settings.VAR_DIR), size, seed, EXECUTOR_SETTLE_SECONDS=str(CHAOS_SETTLE)) as ground:
        while sum(one["actions"] for one in waves) < actions:
            number = len(waves)
            here = crew if crew != "both" else ("clustered", "forked")[number % 2]
            strikes = 4 * every if crew == "both" and here == "clustered" else every
            pace = Pace(workers, seed + number, seconds, strikes, restart)
            left = actions - sum(one["actions"] for one in waves)
            waves.append(shot_at(ground, min(left, wave), pace, here))
            sys.stderr.write(f"wave {number} {here}: {json.dumps(waves[-1])}\n")
            sys.stderr.flush()
    return summed(waves)


def summed(waves: list[dict[str, Any]]) -> dict[str, Any]:
    """One result of all waves: numbers and counts added, findings side by side."""
    total: dict[str, Any] = {}
    for one in waves:
        for name, value in one.items():
            if not isinstance(value, dict):
                total[name] = round(total.get(name, 0) + value, 1)
                continue
            into = total.setdefault(name, {})
            for key, part in value.items():
                into[key] = into[key] + part if key in into else part
    return {**total, "waves": len(waves)}


def shot_at(ground: Any, actions: int, pace: Any, crew: str = "forked") -> dict[str, Any]:
    """A chaos run on a field that stands."""
    from django.db import connection

    from tests.benchmarks.chaos import crews
    from tests.benchmarks.chaos.audit import audit
    from tests.benchmarks.chaos.others import others
    from tests.benchmarks.chaos.plan import a_new_day, draw, inject

    accounts = a_new_day(ground)
    since, drawn = ground.last_write(), draw(accounts, actions, pace.seed)
    about = others(ground, drawn, pace.seed)
    inject(ground)
    begun = time.monotonic()
    struck = (crews.clustered if crew == "clustered" else crews.forked)(ground, drawn, pace, about)
    took = time.monotonic() - begun
    connection.close()
    findings, statuses = audit(ground, drawn, since, about.edits)
    return {
        "actions": len(drawn),
        "seconds": round(took, 1),
        "struck": {name: n for name, n in struck.items() if n},
        "statuses": statuses,
        "writes": ground.last_write() - since,
        **{name: len(found) for name, found in asdict(findings).items()},
        "found": {name: found[:5] for name, found in asdict(findings).items() if found},
    }


def stop(*, workers: int, actions: int, size: str, seed: int = 7) -> dict[str, Any]:
    """The emergency stop across processes."""
    from django.conf import settings

    from tests.benchmarks.chaos.facts import field
    from tests.benchmarks.chaos.stopping import measure

    with field(Path(settings.VAR_DIR), size, seed) as ground:
        return measure(ground, workers, actions)


def stop_cluster(*, workers: int, actions: int, size: str, seed: int = 7) -> dict[str, Any]:
    """The emergency stop while a real act cluster executes, with the last hour undone and the report compared."""
    from django.conf import settings

    from tests.benchmarks.chaos.facts import field
    from tests.benchmarks.chaos.stopping import measure_cluster

    with field(Path(settings.VAR_DIR), size, seed) as ground:
        return measure_cluster(ground, workers, actions)


def latency(*, actions: int, size: str, seed: int = 7) -> dict[str, Any]:
    """Approve -> executed through a real act cluster: one after the other, then all at once. Seconds."""
    from django.conf import settings

    from tests.benchmarks.chaos import crews
    from tests.benchmarks.chaos.facts import field
    from tests.benchmarks.chaos.timing import Clocked

    with field(Path(settings.VAR_DIR), size, seed) as ground:
        ground.connect()
        watch = crews.clusters_watched()
        try:
            clocked = Clocked(watch, actions)
            clocked.warm_up()
            single, burst = clocked.one_by_one(), clocked.at_once()
        finally:
            watch.stop()
    return {
        "actions": len(single),
        "p50_s": round(statistics.median(single), 3),
        "p95_s": round(statistics.quantiles(single, n=20)[-1], 3),
        "max_s": round(max(single), 3),
        "burst": len(burst),
        "burst_p50_s": round(statistics.median(burst), 3),
        "burst_max_s": round(max(burst), 3),
    }


SCENES: dict[str, Callable[..., dict[str, Any]]] = {
    "chaos": chaos,
    "stop": stop,
    "stop_cluster": stop_cluster,
    "latency": latency,
}


def main() -> None:
    django.setup()
    order = json.loads(sys.argv[1])
    call_command("migrate", verbosity=0)
    found = SCENES[order.pop("scene")](**order)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
