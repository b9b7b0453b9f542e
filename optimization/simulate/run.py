"""Runs both arms of a simulation and compares them. Nothing of the product's own database is read or written here."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from optimization.simulate.spec import Spec

Progress = Callable[[float, str], None]
MARK = "only-for-a-simulation"
MANAGE = str(Path(__file__).resolve().parents[2] / "manage.py")
OWN: Mapping[str, str] = {
    "DATABASE_URL": "",
    "REDIS_URL": "",
    "Q_BROKER": "database",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "ENABLE_INTELLIGENCE": "true",
    "ENABLE_INSIGHTS_COLLECTION": "true",
    "ENABLE_RULES_ENGINE": "true",
    "ENABLE_ACTION_EXECUTOR": "true",
    "INITIAL_HISTORICAL_DAYS": "14",
}
"""A database, a cache and switches of its own; limits and secrets are the installation's."""
COMPARED = ("spend", "conversions", "conversion_value", "roas", "cpa", "ctr", "cpc", "wasted")
NOTES = (
    "The world is a sandbox: it resembles the account in currency, time zone and size, not in its ads. It shows "
    "how the rules behave in closed loop, not what they will earn.",
    "Both worlds have the same seed: until the first change they are the same. Every proposal is approved at once, "
    "inside the installation's limits.",
    "Wasted is what was spent on ads that brought in less than they cost over the days simulated, as attributed by the "
    "end of them: late conversions are missing from both.",
)


class SimulationFailed(Exception):
    """An arm ended before its time; the text says why."""


def simulate(spec: Spec, progress: Progress) -> dict[str, Any]:
    """Both arms, one after the other. Lets through what `progress` raises, after ending what runs."""
    with tempfile.TemporaryDirectory(prefix="simulation-") as folder:
        home = Path(folder)
        progress(0.0, "makes a database of its own")
        _migrated(home / "empty")
        arms = {}
        for place, name in enumerate(("without", "with")):
            shutil.copytree(home / "empty", home / name)
            arms[name] = _lived(home / name, spec.arm(name == "with"), _part(progress, place, name))
    return {
        "days": spec.days,
        "seed": spec.seed,
        "step_hours": spec.step_hours,
        "world": spec.world,
        "rules": [{"name": rule["name"], "level": rule["level"]} for rule in spec.rules],
        "arms": arms,
        "change": {name: _change(arms["without"][name], arms["with"][name]) for name in COMPARED},
        "notes": list(NOTES),
    }


def _part(progress: Progress, place: int, name: str) -> Progress:
    return lambda share, note: progress(0.05 + (place + share) * 0.475, f"{name} rules, {note}")


def _change(before: float | None, after: float | None) -> float | None:
    """In percent; None where either is unknown or there was nothing before."""
    return None if not before or after is None else round((after - before) / before * 100, 2)


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, **OWN, "VAR_DIR": str(folder), "SECRET_KEY": settings.SECRET_KEY} | {
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS)
    }


def _migrated(folder: Path) -> None:
    folder.mkdir()
    (folder / MARK).touch()
    command = [sys.executable, MANAGE, "migrate", "--verbosity=0"]
    done = subprocess.run(command, env=_environment(folder), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SimulationFailed(f"Its database could not be made: {done.stderr.strip()[-300:]}")


def _lived(folder: Path, arm: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """One arm in a process of its own, told of as it goes, killed if `progress` raises."""
    command = [sys.executable, MANAGE, "closed_loop", "--spec", json.dumps(arm)]
    env, out = _environment(folder), subprocess.PIPE
    with (folder / "log").open("w+") as log:
        with subprocess.Popen(command, env=env, stdout=out, stderr=log, text=True) as process:  # noqa: S603
            try:
                found = _listened(process.stdout or (), progress)
            finally:
                process.kill()
        if found is not None:
            return found
        log.seek(0)
        raise SimulationFailed(f"The simulation ended without a result. {log.read()[-300:]}".strip())


def _listened(lines: Iterable[str], progress: Progress) -> dict[str, Any] | None:
    """The figures that an arm tells at its end; None if it ended without."""
    for line in lines:
        told = _read(line)
        if "figures" in told:
            return dict(told["figures"])
        if "error" in told:
            raise SimulationFailed(f"The simulation broke off: {told['error']}")
        if "share" in told:
            progress(told["share"], told["note"])
    return None


def _read(line: str) -> dict[str, Any]:
    """What an arm tells; other lines (logs) say nothing here."""
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
