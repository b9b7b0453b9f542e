"""Small worlds of the sandbox with their history, made once in a run and read by every worker.

Simulating a month takes seconds of processor time, reading it a fraction. A world that was written and read again is
the same world: tests/metaads/sandbox/test_determinism.py proves it.
"""

import fcntl
import os
from datetime import datetime
from pathlib import Path

import pytest

from metaads.sandbox.state import Store
from metaads.sandbox.world.options import sized
from metaads.sandbox.world.world import World, create


def folder_of_this_run(factory: pytest.TempPathFactory) -> Path:
    """The same for all its workers. Without xdist it is pytest's own, whose parent would outlive the run."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def small_world_of(name: str, at: datetime, shared: Path) -> World:
    """Frozen at `at`, or at the moment that the first worker gave. `shared`: a folder of this run."""
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        store = Store(shared / name)
        try:
            if store.load() is None:
                store.save(create(sized("small", 7), at.timestamp(), frozen=True))
            world = store.load()
        finally:
            store.close()
    assert world is not None
    return world
