"""Executions under injected crashes: how many changes are doubled, lost, untrue or outside the guard rails (none).

`python -m tests.benchmarks.faults --actions 200 --seed 1 --workers 4 [--database URL] [--broker redis]` makes one chaos
run; without options it makes the set that `run` gives to `make bench`. Every run has a folder, a database (dropped
afterwards), a sandbox process and workers of its own. Method and measured table: docs/reliability.md.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.benchmarks.chaos.processes import CHAOS_SETTLE, ROOT, environment

POSTGRES = "postgres://root@127.0.0.1:5432/postgres"
REDIS = os.environ.get("CHAOS_REDIS", "redis://127.0.0.1:6379/5")
CLEAN = ("doubled", "lost", "untrue", "outside", "counters", "ledger")


@contextmanager
def _database(server: str) -> Iterator[str]:
    """URL of a new database on a PostgreSQL server, dropped afterwards; "" = a SQLite file in the run's folder."""
    if not server:
        yield ""
        return
    name = f"ci_faults_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield server.rpartition("/")[0] + "/" + name
    finally:
        with psycopg.connect(server, autocommit=True) as admin:  # The server may have been restarted since.
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def own_cluster() -> Iterator[dict[str, str]]:
    """Environment of a PostgreSQL server of this run's own, which it may restart; removed afterwards."""
    bins = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not bins:
        raise RuntimeError("no PostgreSQL programs under /usr/lib/postgresql: leave --restarts out")
    folder = Path(tempfile.mkdtemp(prefix="ci-faults-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, bin_ = str(folder / "data"), str(bins[-1])
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
    control = [f"{bin_}/pg_ctl", "-D", data, "-w"]
    _as_postgres([f"{bin_}/initdb", "-D", data, "-U", "root", "-A", "trust", "-E", "UTF8"])
    _as_postgres([*control, "-l", f"{data}/log", "-o", options, "start"])
    try:
        yield {"url": f"postgres://root@127.0.0.1:{port}/postgres", "CHAOS_PG_DATA": data, "CHAOS_PG_BIN": bin_}
    finally:
        _as_postgres([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(command: list[str]) -> None:
    """PostgreSQL does not run as root."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*user, *command], check=True, stdout=subprocess.DEVNULL, cwd="/")


def reachable(database: str = POSTGRES, broker: str = REDIS) -> tuple[bool, bool]:
    """Whether PostgreSQL and Redis answer here."""
    try:
        psycopg.connect(database, connect_timeout=2).close()
        postgres = True
    except psycopg.Error:
        postgres = False
    try:
        postgres, answers = postgres, bool(redis.Redis.from_url(broker, socket_connect_timeout=2).ping())
    except redis.RedisError:
        answers = False
    return postgres, answers


def _directed(order: dict[str, Any], env: Mapping[str, str], log: Path, patience: float) -> dict[str, Any]:
    """What the director found. Raises RuntimeError with the end of its log."""
    command = [sys.executable, "-m", "tests.benchmarks.chaos.director", json.dumps(order)]
    with log.open("w") as told:
        done = subprocess.run(
            command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=told, text=True, timeout=patience, check=False
        )
    if done.returncode:
        raise RuntimeError(f"{order['scene']} failed:\n{log.read_text()[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def direct(
    order: dict[str, Any],
    database: str = "",
    broker: str = "",
    workers: int = 2,
    more_env: Mapping[str, str] | None = None,
    patience: float = 3600,
) -> dict[str, Any]:
    """One scene in its own processes. `broker`: URL of a Redis database that is emptied, "" = the database."""
    folder = Path(tempfile.mkdtemp(prefix="ci-faults-"))
    more = {"EXECUTOR_SETTLE_SECONDS": str(CHAOS_SETTLE), "Q_ACT_WORKERS": str(workers), "PULSE_STALE_SECONDS": "6"}
    if broker:
        more |= {"REDIS_URL": broker, "Q_BROKER": "redis"}
        redis.Redis.from_url(broker).flushdb()
    try:
        with _database(database) as url:
            env = environment(folder, url, **more, **(more_env or {}))
            found = _directed(order, env, folder / "director.log", patience)
        return {
            "database": "PostgreSQL" if database else "SQLite",
            "broker": "Redis" if broker else "database",
            **found,
        }
    finally:
        if broker:
            redis.Redis.from_url(broker).flushdb()
        shutil.rmtree(folder, ignore_errors=True)


def chaos(
    actions: int,
    seed: int,
    workers: int,
    crew: str = "forked",
    database: str = "",
    broker: str = "",
    restart: float = 0.0,
    every: float = 0.0,
) -> dict[str, Any]:
    """One chaos run. `restart`: seconds between restarts of a PostgreSQL server of its own; 0 = none. `every`: between
    strikes; 0 = as the crew and the size need it."""
    size = "small" if actions <= 40 else "still" if actions <= 1000 else "vast"
    order = {"scene": "chaos", "actions": actions, "seed": seed, "workers": workers, "crew": crew, "size": size}
    # Seconds between strikes, about: a cluster needs some to come up again.
    order["seconds"] = 180 if actions <= 1000 else 600
    order["every"] = every or (2.0 if crew == "clustered" else 0.5 if actions > 1000 else 0.3)
    told = {"crew": crew, "workers": workers, "seed": seed}
    if not restart:
        return {**told, **direct(order, database, broker, workers)}
    with own_cluster() as mine:
        url = mine.pop("url")
        return {**told, **direct({**order, "restart": restart}, url, broker, workers, mine)}


def clean(found: dict[str, Any]) -> bool:
    return not any(found[name] for name in CLEAN)


def run(actions: int = 60) -> dict[str, object]:
    """The set of runs for `make bench`: a few minutes. PostgreSQL and Redis take part where they answer."""
    postgres, with_redis = reachable()
    runs = [chaos(actions, 1, 2), chaos(actions, 2, 4), chaos(actions, 3, 2, "clustered")]
    if postgres:
        runs.append(chaos(actions, 4, 4, database=POSTGRES))
    if postgres and with_redis:
        runs.append(chaos(actions, 5, 2, "clustered", POSTGRES, REDIS))
    stop = direct({"scene": "stop", "workers": 4, "actions": 60, "size": "small"})
    waiting = direct({"scene": "latency", "actions": 30, "size": "small"})
    return {
        "name": "faults",
        "actions": sum(one["actions"] for one in runs),
        "struck": sum(sum(one["struck"].values()) for one in runs),
        **{name: sum(one[name] for one in runs) for name in CLEAN},
        "runs": {_label(one): _summary(one) for one in runs},
        "emergency_stop": stop,
        "approve_to_executed": waiting,
        "passed": all(clean(one) for one in runs) and stop["last_write_after_press_s"] < 5 and waiting["p95_s"] < 2,
    }


def _label(one: dict[str, Any]) -> str:
    return f"{one['database']}, {one['broker']} broker, {one['workers']} workers {one['crew']}, seed {one['seed']}"


def _summary(one: dict[str, Any]) -> str:
    bad = ", ".join(f"{one[name]} {name}" for name in CLEAN)
    return f"{one['actions']} actions in {one['seconds']} s; {_cell(one['struck'])}; {_cell(one['statuses'])}; {bad}"


def table(runs: Sequence[dict[str, Any]]) -> str:
    """The runs as a Markdown table."""
    head = (
        "database",
        "broker",
        "crew",
        "workers",
        "seed",
        "actions",
        "struck",
        "writes",
        "statuses",
        *CLEAN,
        "seconds",
    )
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for one in runs:
        lines.append("| " + " | ".join(_cell(one[name]) for name in head) + " |")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(value.items())) if isinstance(value, dict) else str(value)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actions", type=int, help="One chaos run with about so many actions.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--crew", choices=("forked", "clustered", "both"), default="forked")
    parser.add_argument("--restarts", type=float, default=0.0, help="Seconds between restarts of an own PostgreSQL.")
    parser.add_argument("--database", default="", help="PostgreSQL server and database to create others from.")
    parser.add_argument("--every", type=float, default=0.0, help="Seconds between strikes, about.")
    parser.add_argument("--broker", choices=("database", "redis"), default="database")
    parser.add_argument("--scene", choices=("stop", "stop_cluster", "latency"), help="One other measure instead.")
    given = parser.parse_args(arguments)
    broker = REDIS if given.broker == "redis" else ""
    if given.scene:
        order = {"scene": given.scene, "actions": given.actions or 40, "size": "small"}
        order |= {"workers": given.workers} if given.scene.startswith("stop") else {}
        found: dict[str, Any] = direct(order, given.database, broker, given.workers)
    elif given.actions:
        crew = "clustered" if broker and given.crew == "forked" else given.crew
        pace = (given.restarts, given.every)
        found = chaos(given.actions, given.seed, given.workers, crew, given.database, broker, *pace)
        sys.stdout.write(table([found]) + "\n")
    else:
        found = run()
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return 0 if found.get("passed", True) and (given.scene or "runs" in found or clean(found)) else 1


if __name__ == "__main__":
    sys.exit(main())
