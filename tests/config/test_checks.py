"""Each unsafe combination of settings is refused by its check, and the shipped settings pass them all."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import CheckMessage
from pytest_django.fixtures import Settings

from config import checks
from optimization.ledger import triggers

Check = Callable[[None], list[CheckMessage]]


def ids(check: Check) -> set[str | None]:
    return {message.id for message in check(None)}


def queue(**changes: Any) -> dict[str, Any]:
    return {**settings.Q_CLUSTER, **changes}


@pytest.mark.parametrize("check", [checks.queue_is_safe, checks.sqlite_is_safe, checks.executor_times_fit])
def test_the_shipped_settings_pass(check: Check) -> None:
    assert check(None) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"worker": 4}, "config.E001"),
        ({"timeout": None}, "config.E002"),
        ({"retry": 310}, "config.E003"),
        ({"guard_cycle": 0.3}, "config.E004"),
    ],
)
def test_an_unsafe_queue_setting_is_refused(settings: Settings, changes: dict[str, Any], expected: str) -> None:
    settings.Q_CLUSTER = queue(**changes)
    assert expected in ids(checks.queue_is_safe)


def test_the_act_cluster_is_judged_by_its_own_settings(settings: Settings) -> None:
    settings.Q_CLUSTER = queue(ALT_CLUSTERS={"act": {**settings.Q_CLUSTER["ALT_CLUSTERS"]["act"], "retry": 121}})
    assert [message.msg.split(":")[0] for message in checks.queue_is_safe(None)] == ["Q_CLUSTER act"]


def test_statistics_in_process_memory_are_refused(settings: Settings) -> None:
    settings.CACHES = {**settings.CACHES, "qstats": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert ids(checks.queue_is_safe) == {"config.E005"}


def test_redis_without_a_sweeper_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.Q_BROKER = "redis"
    assert checks.queue_is_safe(None) == []
    monkeypatch.setattr(checks, "STEPS", ())
    assert ids(checks.queue_is_safe) == {"config.E006"}


def test_sqlite_without_immediate_transactions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    deferred = {"default": {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}}
    monkeypatch.setattr(checks, "settings", SimpleNamespace(DATABASES=deferred))
    assert ids(checks.sqlite_is_safe) == {"config.E007"}


@pytest.mark.parametrize(
    "changes",
    [{"META_READ_TIMEOUT": 60.0}, {"EXECUTOR_LEASE": settings.EXECUTOR_LEASE * 2}],
    ids=["a slow answer outlives the lease", "the lease outlives the task"],
)
def test_times_that_make_a_live_worker_look_dead_are_refused(settings: Settings, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(settings, name, value)
    assert ids(checks.executor_times_fit) == {"config.E008"}


def test_development_keys_are_refused_outside_debug(settings: Settings) -> None:
    settings.DEBUG = False
    settings.SECRET_KEY = settings.INSECURE_KEY
    settings.FIELD_ENCRYPTION_KEYS = [settings.DEVELOPMENT_FIELD_KEY]
    assert ids(checks.keys_are_real) == {"config.E010", "config.E011"}


@pytest.mark.parametrize("entry", ["k1:c2hvcnQ=", "k1:not base64", "no-colon"])
def test_a_key_that_is_not_32_bytes_is_refused(settings: Settings, entry: str) -> None:
    settings.DEBUG = True
    settings.FIELD_ENCRYPTION_KEYS = [entry]
    assert ids(checks.keys_are_real) == {"config.E009"}


def test_an_executor_that_writes_to_a_sandbox_is_flagged(settings: Settings) -> None:
    settings.META_GRAPH_URL = "http://127.0.0.1:9999"
    assert "config.W001" in ids(checks.money_is_held)


def test_auto_mode_without_a_cap_is_flagged(settings: Settings) -> None:
    settings.OPTIMIZER_MODE = "auto"
    assert "config.W002" in ids(checks.money_is_held)
    settings.LIMITS_SET_EXPLICITLY = frozenset({"MAX_AUTO_ACTIONS_PER_HOUR"})
    assert "config.W002" not in ids(checks.money_is_held)


@pytest.mark.django_db
def test_a_missing_ledger_trigger_is_flagged() -> None:
    assert checks.ledger_is_guarded(None, databases=["default"]) == []
    triggers.drop()
    try:
        assert {message.id for message in checks.ledger_is_guarded(None, databases=["default"])} == {"config.W005"}
    finally:
        triggers.create()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("INSIGHTS_COLLECTION_INTERVAL", timedelta(hours=3), {"config.W006"}),
        ("INITIAL_HISTORICAL_DAYS", 91, {"config.W007"}),
        ("RETAIN_WEEKLY_DAYS", 60, {"config.W008"}),
        ("RETAIN_DAILY_DAYS", 90, set()),
    ],
)
def test_settings_that_starve_decisions_or_lose_figures_are_flagged(
    settings: Settings, name: str, value: object, expected: set[str]
) -> None:
    setattr(settings, name, value)
    assert ids(checks.figures_are_kept) == expected
