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
    *, actions: int, seed: int, workers: int, crew: str, size: str, every: float, seconds: float = 180
) -> dict[str, Any]:
    """Draws, shoots, audits. `crew`: forked or clustered."""
    from django.conf import settings

    from tests.benchmarks.chaos import crews
    from tests.benchmarks.chaos.facts import field

    with field(Path(settings.VAR_DIR), size, seed, EXECUTOR_SETTLE_SECONDS=str(CHAOS_SETTLE)) as ground:
        return shot_at(ground, actions, seed, workers, crews.clustered if crew == "clustered" else None, seconds, every)


def shot_at(
    ground: Any, actions: int, seed: int, workers: int, clustered: Any, seconds: float, every: float
) -> dict[str, Any]:
    """A chaos run on a field that stands; `clustered` None = forked workers."""
    from tests.benchmarks.chaos import crews
    from tests.benchmarks.chaos.audit import audit
    from tests.benchmarks.chaos.plan import draw, inject

    accounts = ground.connect()
    since, drawn = ground.last_write(), draw(accounts, actions, seed)
    inject(ground)
    begun = time.monotonic()
    if clustered is None:
        struck = crews.forked(ground, drawn, workers, seed, seconds, every)
    else:
        struck = clustered(ground, drawn, seed, seconds, every)
    took = time.monotonic() - begun
    findings, statuses = audit(ground, drawn, since)
    hits = ground.control.call("GET", "info")
    return {
        "actions": len(drawn),
        "seconds": round(took, 1),
        "struck": dict(struck),
        "statuses": statuses,
        "writes": hits["writes"] - since,
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


SCENES: dict[str, Callable[..., dict[str, Any]]] = {"chaos": chaos, "stop": stop, "latency": latency}


def main() -> None:
    django.setup()
    order = json.loads(sys.argv[1])
    call_command("migrate", verbosity=0)
    found = SCENES[order.pop("scene")](**order)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
