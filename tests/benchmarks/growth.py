"""How time and memory of a tick grow with the number of entities: 1,000 to 100,000 ads of one account.

A tick here = structure, today's figures of all levels, and their frames, against a sandbox process over HTTP; a second
one an hour later is what counts, for the first also makes the rows. Each size runs in a process of its own, so that its
memory is its own. The fit is a power of the number of entities (1 = linear) by least squares on logarithms; memory is
the most that it held during that second tick, without what it held before it looked at anything (Linux' VmHWM, set back
before the tick: what migrations and the first look needed would hide the small sizes). Aim (spec 90): linear.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from intelligence.memory import LARGE, give_back

ROOT = Path(__file__).resolve().parents[2]
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
HISTORY_DAYS = "2"
LINEAR = 1.15
"""Exponents up to this count as linear: what is fixed a tick weighs more at the small end and bends the line down."""


def run() -> dict[str, object]:
    """Seconds and MB of a tick by size, and how they grow."""
    found = {size: apart(size) for size in SIZES}
    seconds = power([(size, one["tick_s"]) for size, one in found.items()])
    memory = power([(size, one["peak_mb"] - one["empty_mb"]) for size, one in found.items()])
    shown = {f"{size}_ads": one for size, one in found.items()}
    passed = seconds <= LINEAR and memory <= LINEAR
    return {"name": "growth", **shown, "time_exponent": seconds, "memory_exponent": memory, "passed": passed}


def power(points: list[tuple[int, float]]) -> float:
    """The exponent b of y = a * x^b, by least squares on logarithms, rounded to hundredths."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    mean_x = sum(x for x, _ in logs) / len(logs)
    mean_y = sum(y for _, y in logs) / len(logs)
    top = sum((x - mean_x) * (y - mean_y) for x, y in logs)
    return round(top / sum((x - mean_x) ** 2 for x, _ in logs), 2)


def apart(size: int, module: str = __name__) -> dict[str, float]:
    """What `measured` of a module finds for one size, in a process and a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-c",
            f"from {__name__} import here; from {module} import measured; here(measured, {size})",
        ]
        env = {**os.environ, "VAR_DIR": folder}
        done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def here(measured: Callable[[int], dict[str, float]], size: int) -> None:
    """Measures one size and prints it."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from tests.benchmarks.__main__ import database

    with database():
        print(json.dumps(measured(size)))  # noqa: T201


def measured(ads: int) -> dict[str, float]:
    from tests.benchmarks.collection import connect, sandbox

    counts = ("--campaigns", str(max(ads // 10, 1)), "--ad-sets", str(max(ads * 4 // 10, 1)), "--ads", str(ads))
    with sandbox("--accounts", "1", *counts, "--history-days", HISTORY_DAYS, "--in-memory") as url:
        account, now = connect(url), datetime.now(UTC)
        give_back(LARGE)
        empty = memory_mb("VmRSS")
        first = seconds(account, now)
        forget_peak()
        second = seconds(account, now + timedelta(hours=1))
    return {"first_s": first, "tick_s": second, "empty_mb": empty, "peak_mb": memory_mb("VmHWM")}


def forget_peak() -> None:
    """From here on VmHWM is the most memory that is held from now."""
    give_back(LARGE)
    Path("/proc/self/clear_refs").write_text("5")


def memory_mb(name: str) -> float:
    """`VmRSS`: what this process holds now; `VmHWM`: the most since that mark was set back."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024, 1)


def seconds(account: object, now: datetime) -> float:
    """One tick, rounded to hundredths."""
    from intelligence.collect.insights import collect
    from metaads.models import AdAccount
    from metaads.sync.structure import sync_structure
    from tests.benchmarks.collection import frames

    assert isinstance(account, AdAccount)
    start = time.perf_counter()
    sync_structure(account, now)
    result = collect(account, now)
    assert result.ok, result
    frames(account, now)
    return round(time.perf_counter() - start, 2)
