"""Runs arms in worlds, each in a process and on a database of its own; keeps what is done, so a run can go on."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.decisions.worlds import Place

ROOT = Path(__file__).resolve().parents[3]
Results = dict[str, dict[str, Any]]
"""World's name -> arm -> its figures, or {"failed": why}."""
Job = tuple[Place, str]


@dataclass(frozen=True)
class Time:
    """How long an arm lives, and how far its ticks lie apart."""

    hours: int = 30 * 24
    step_hours: int = 1


class Kept:
    """Results in a file, written after each arm; `path` None = in memory."""

    def __init__(self, path: Path | None, time: Time) -> None:
        self.path = path
        self.results: Results = {}
        if path and path.exists():
            stored = json.loads(path.read_text())
            self.results = stored["worlds"] if stored["time"] == asdict(time) else {}
        self.time = time

    def lacks(self, job: Job) -> bool:
        place, arm = job
        return "profit" not in self.results.get(place.name, {}).get(arm, {})

    def keep(self, job: Job, figures: dict[str, Any]) -> None:
        place, arm = job
        self.results.setdefault(place.name, {})[arm] = figures
        if self.path:
            self.path.write_text(json.dumps({"time": asdict(self.time), "worlds": self.results}, indent=1) + "\n")


def run(jobs: Sequence[Job], at_a_time: int, kept: Kept, say: Callable[[str], None]) -> Results:
    """All jobs that are not done yet, `at_a_time` of them together."""

    def one(job: Job) -> None:
        figures = _apart(empty, job, kept.time)
        kept.keep(job, figures)
        say(f"{job[0].name} {job[1]}: {figures.get('profit', figures.get('failed'))}")

    with _empty_database() as empty, ThreadPoolExecutor(at_a_time) as pool:
        list(pool.map(one, filter(kept.lacks, jobs)))
    return kept.results


@contextmanager
def _empty_database() -> Iterator[Path]:
    """A folder with a migrated database, to be copied."""
    with tempfile.TemporaryDirectory(prefix="decisions-") as folder:
        empty = Path(folder) / "empty"
        empty.mkdir()
        command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0", "--skip-checks"]
        subprocess.run(command, cwd=ROOT, env=_environment(empty), check=True)
        yield empty


def _environment(folder: Path) -> dict[str, str]:
    own = {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "tests.settings", "LOG_LEVEL": "ERROR"}
    own |= {"DATABASE_URL": "", "REDIS_URL": "", "Q_BROKER": "database"}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {**os.environ, **own, **threads}


def _apart(empty: Path, job: Job, time: Time) -> dict[str, Any]:
    place, arm = job
    with tempfile.TemporaryDirectory(prefix="arm-", dir=empty.parent) as name:
        folder = Path(name) / "var"
        shutil.copytree(empty, folder)
        spec = json.dumps({"place": place.as_json(), "arm": arm, **asdict(time)})
        command = [sys.executable, "-m", "tests.benchmarks.decisions.life", spec]
        done = subprocess.run(command, cwd=ROOT, env=_environment(folder), capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return {"failed": f"exit code {done.returncode}: {done.stderr.strip()[-400:]}"}
    found: dict[str, Any] = json.loads(lines[-1])
    return found
