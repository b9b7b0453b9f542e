"""No sockets but loopback, one fixed clock, and the fixtures that every folder shares."""

import gc
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from pytest_django.plugin import DjangoDbBlocker

from optimization.ledger import triggers
from tests import order
from tests.database import copy_migrated, emptied


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves this machine: a call to a real host is a failure, not a slow test."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> Any:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in (socket.AF_INET, socket.AF_INET6) and host not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {host}")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix() -> None:
    """Databases of workers are named by their copies, below."""


@pytest.fixture(scope="session")
def django_db_keepdb(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[bool]:
    """pytest-django finds a worker's database made, and keeps it: it goes here. Without xdist all is as usual."""
    worker = getattr(request.config, "workerinput", {}).get("workerid")
    if worker is None:
        yield bool(request.config.getvalue("reuse_db"))
        return
    with django_db_blocker.unblock():
        copy_migrated(worker, tmp_path_factory.getbasetemp().parent)
    yield True
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(verbosity=0)


@pytest.fixture(autouse=True, scope="session")
def _flush_may_empty_the_ledger() -> Iterator[None]:
    """The database refuses to empty the ledger, also to Django's flush after a transactional test: for that moment
    alone the triggers are dropped, and put back."""
    real = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(self: TransactionTestCase) -> None:
        triggers.drop()
        try:
            real(self)
        finally:
            triggers.create()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        if connection.vendor == "postgresql":
            patch.setattr(connection.ops, "sql_flush", emptied)
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselected, not skipped: one of the two runs of `.ci/run` has these tests, and there a skip is a failure."""
    again = os.environ.get("CI_AGAIN") == "1"
    left_out = order.left_out(items, settings.DATABASES["default"]["ENGINE"], again=again)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    if hasattr(config, "workerinput"):
        order.sort(items)


def pytest_collection_finish() -> None:
    """All that was imported and collected stays: the garbage collector need not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> order.ByShare | None:
    """For `--dist loadfile`: in our order, and not by the number of a file's tests."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return order.ByShare(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With CI_NO_SKIPS=1 a skipped test fails the run: a proof that was not run is no proof."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if reporter and skipped and os.environ.get("CI_NO_SKIPS") == "1":
        reporter.write_line(f"CI_NO_SKIPS: {len(skipped)} tests were skipped", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(autouse=True, scope="session")
def _empty_redis() -> None:
    """What earlier runs left in this worker's own Redis database is none of this run's business."""
    if settings.REDIS_URL:
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            client.flushdb()
