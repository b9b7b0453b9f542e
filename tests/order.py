"""Which tests run, on which worker, and which files begin first.

Several workers share the suite file by file. What takes minutes begins first, or the end of a run is one worker that is
still busy and others that wait. All browser tests stay on one worker, for they share one demo, whose first start is the
dearest fixture of all.
"""

from collections import Counter
from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadFileScheduling

TOGETHER = "tests/browser"
LONGEST = (
    TOGETHER,
    "tests/optimization/backtest/test_honesty.py",
    "tests/optimization/incident/test_stop_across_workers.py",
    "tests/flows/test_worker.py",
    "tests/optimization/simulate/test_simulate.py",
    "tests/metaads/sandbox/test_run_sandbox.py",
    "tests/config/test_supervisor.py",
    "tests/flows/test_backfill_killed.py",
    "tests/flows/test_main_flow.py",
    "tests/optimization/dispatch/test_killed.py",
    "tests/flows/test_goals.py",
    "tests/optimization/dispatch/test_chaos.py",
    "tests/flows/test_switches.py",
    "tests/optimization/api/test_schema.py",
    "tests/optimization/dispatch/test_killed_plans.py",
    "tests/metaads/sandbox",
    "tests/flows",
    "tests/intelligence/test_known_then.py",
    "tests/benchmarks",
    "tests/intelligence/collect",
    "tests/optimization/rules",
)
"""Files and folders, the longest of a measured run (--durations=0) first."""


def share(nodeid: str) -> str:
    """What one worker runs as a whole: a file, or the folder of browser tests."""
    file = nodeid.partition("::")[0]
    return TOGETHER if file.startswith(f"{TOGETHER}/") else file


def place(file: str) -> int:
    """Of a share in the order: its first match in LONGEST, all others after these."""
    return next((at for at, name in enumerate(LONGEST) if file == name or file.startswith(f"{name}/")), len(LONGEST))


def sort(items: list[pytest.Item]) -> None:
    """The longest first, then the files with the most tests. Tests of a file keep their order, in every worker."""
    sizes = Counter(share(item.nodeid) for item in items)
    items.sort(key=lambda item: (place(share(item.nodeid)), -sizes[share(item.nodeid)]))


OF_A_DATABASE = frozenset({"db", "transactional_db", "django_db_setup", "settings"})
OUTSIDE = ("processes", "browser", "redis", "postgres", "django_db")


def left_out(items: Sequence[pytest.Item], engine: str, *, again: bool) -> list[pytest.Item]:
    """What this run need not prove. Tests of PostgreSQL alone, where the suite runs on another database. And in a run
    that follows another (`again`, the second of `.ci/run`) what would only show the same: tests that touch neither
    database nor broker nor any process, and those of the demo, which has its own SQLite whatever this run is on."""
    if "postgresql" not in engine:
        return [item for item in items if item.get_closest_marker("postgres")]
    return [item for item in items if computes_only(item) or share(item.nodeid) == TOGETHER] if again else []


def computes_only(item: pytest.Item) -> bool:
    """No fixture and no mark of a database, nothing of the environment (tests/config, tests/flows)."""
    if item.nodeid.startswith(("tests/config/", "tests/flows/", "tests/browser/")):
        return False
    marked = any(item.get_closest_marker(name) for name in OUTSIDE)
    return not marked and OF_A_DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


class ByShare(LoadFileScheduling):  # type: ignore[misc]
    """xdist's scheduling by file, with our shares."""

    def _split_scope(self, nodeid: str) -> str:
        return share(nodeid)
