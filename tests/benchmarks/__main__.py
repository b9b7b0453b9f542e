"""`make bench`: each measure in a process of its own; writes docs/measures.json and the tables of docs/performance.md.

python -m tests.benchmarks            all measures
python -m tests.benchmarks rules tick  these only; what was measured before is kept
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import django
from django.conf import settings
from django.test.utils import get_runner

ROOT = Path(__file__).resolve().parents[2]
RESULTS, PAGE = ROOT / "docs" / "measures.json", ROOT / "docs" / "performance.md"
START, END = "<!-- measured: written by make bench -->", "<!-- end of measured -->"
Result = dict[str, Any]


def measures() -> dict[str, Callable[[], Result]]:
    """Every measure by name. Imported late: they need Django."""
    from tests.benchmarks import demo, faults, recordings, sandbox

    modules = (*_of_decisions(), *_of_figures(), recordings, faults, sandbox, demo)
    return {module.__name__.rpartition(".")[2]: module.run for module in modules}


def _of_decisions() -> tuple[ModuleType, ...]:
    from tests.benchmarks import (
        backtest,
        calibration,
        decisions,
        optimizer,
        outcomes,
        preview,
        reaction,
        rule_growth,
        rules,
        tick,
        why,
    )

    return rules, tick, rule_growth, reaction, preview, backtest, calibration, why, outcomes, optimizer, decisions


def _of_figures() -> tuple[ModuleType, ...]:
    from tests.benchmarks import alarms, collection, fleet, growth, known_then, pages, storage, trust

    return pages, collection, growth, fleet, storage, known_then, trust, alarms


@contextmanager
def database() -> Iterator[None]:
    """A new database of the configured kind, removed afterwards."""
    runner = get_runner(settings)(verbosity=0, interactive=False)
    made = runner.setup_databases()
    try:
        yield
    finally:
        runner.teardown_databases(made)


def measure_here(name: str) -> None:
    """Runs one measure in this process and prints its result as the last line."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    with database():
        print(json.dumps(measures()[name](), default=str))  # noqa: T201


def measure_apart(name: str) -> Result:
    """Runs one measure in a process of its own; a failure is a result too."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks", "--here", name]
        env = {**os.environ, "VAR_DIR": folder}
        done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return {"name": name, "failed": f"exit code {done.returncode}"}
    found: Result = json.loads(lines[-1])
    return found


def machine() -> Result:
    model = next(
        (line.split(":")[1].strip() for line in cpuinfo() if line.startswith("model name")), platform.machine()
    )
    return {"cpu": model, "cores": os.cpu_count(), "python": platform.python_version(), "database": vendor()}


def cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []


def vendor() -> str:
    return "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite"


def flat(result: Result, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Nested figures as (dotted name, value)."""
    for name, value in result.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        elif name != "name":
            yield f"{prefix}{name}", value


def page_text(stored: Result) -> str:
    """The tables of the page."""
    parts = [START, ""]
    for name, result in stored.items():
        where = result["machine"]
        parts += [f"### {name}", ""]
        parts += [
            f"{result['at']}, {where['cores']} cores ({where['cpu']}), Python {where['python']}, {where['database']}."
        ]
        parts += ["", "| figure | value |", "| --- | --- |"]
        parts += [f"| {key} | {value} |" for key, value in flat(result["figures"])]
        parts += [""]
    return "\n".join([*parts, END])


def write(stored: Result) -> None:
    """Results as JSON, and the part of the page between the marks."""
    RESULTS.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n")
    text = PAGE.read_text()
    head, _, rest = text.partition(START)
    PAGE.write_text(head + page_text(stored) + rest.partition(END)[2])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", help="which measures; left out = all")
    parser.add_argument("--here", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        measure_here(options.here)
        return 0
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    stored: Result = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    failed = 0
    for name in options.names or measures():
        figures = measure_apart(name)
        failed += "failed" in figures
        key = name if vendor() == "SQLite" else f"{name} ({vendor()})"
        stored[key] = {"at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "machine": machine(), "figures": figures}
        print(name, json.dumps(figures, default=str))  # noqa: T201
    write(stored)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
