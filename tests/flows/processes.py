"""Real processes for flow tests: the sandbox on a free port, and a queue worker on the test database."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from metaads.sandbox.state import Store, open_store
from metaads.sandbox.world.options import sized
from metaads.sandbox.world.world import create
from tests.architecture.tree import ROOT

MANAGE = [sys.executable, str(ROOT / "manage.py")]


def wait_until(what: Callable[[], object], seconds: float, why: str) -> None:
    """Polls until `what` is true; fails with `why`."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"{why} (waited {seconds:g} s)"
        time.sleep(0.05)


def stop(process: subprocess.Popen[str], seconds: float = 15) -> None:
    """Asks it to end and waits; then the whole group is killed."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.wait()


def lay_world(folder: Path, shared: Path) -> None:
    """Puts the state of a new small world into `folder`, as `run_sandbox` makes it.

    Making a world takes most of a sandbox's first start, so the first worker that needs one keeps it in `shared`, a
    folder of this run. That a sandbox begins with none is proved in tests/metaads/sandbox/test_run_sandbox.py.
    """
    ready = shared / "small-world"
    with (shared / "small-world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (ready / "world.npz").exists():
            store = Store(ready)
            open_store(store, lambda: create(sized("small", 7), None))
            store.close()
    shutil.copytree(ready, folder)


@contextmanager
def sandbox(folder: Path) -> Iterator[str]:
    """`run_sandbox` on the state of a folder; gives its URL once it answers."""
    command = [*MANAGE, "run_sandbox", "--port", "0", "--state", str(folder), "--size", "small"]
    env = {**os.environ, "DEBUG": "true", "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the sandbox said {line!r}"
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield found[0]
    finally:
        stop(process)
        if process.stdout:
            process.stdout.close()


def url_of_the_test_database() -> str:
    """DATABASE_URL of the database that this test runs on, for other processes."""
    made = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{made['NAME']}"
    host, port = made["HOST"] or "127.0.0.1", made["PORT"] or 5432
    password = f":{made['PASSWORD']}" if made["PASSWORD"] else ""
    return f"postgres://{made['USER']}{password}@{host}:{port}/{made['NAME']}"


@contextmanager
def worker(cluster: str, folder: Path, changes: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A real django-q2 cluster on the test database, with the broker of this run. `changes`: further environment."""
    env = {**os.environ, "Q_CLUSTER_NAME": cluster, "DATABASE_URL": url_of_the_test_database(), "VAR_DIR": str(folder)}
    env |= {"DEBUG": "true", "SECRET_KEY": settings.SECRET_KEY, "DJANGO_SETTINGS_MODULE": "config.settings", **changes}
    with (folder / f"{cluster}.log").open("w") as log:
        command = [*MANAGE, "qcluster"]
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, text=True, start_new_session=True)
        try:
            yield process
        finally:
            stop(process)
