"""System checks: combinations of settings that would lose work, repeat work or spend money by surprise.

Errors stop every command; warnings show in `manage.py check --deploy`. Figures are from the reference's measurements.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection

from config.schedule import STEPS
from optimization.ledger import triggers

EXACT_GUARD_CYCLES = (0.25, 0.5, 1)
KNOWN_KEYS = {
    "name", "workers", "queue_limit", "bulk", "timeout", "retry", "max_attempts", "ack_failures", "catch_up", "poll",
    "guard_cycle", "recycle", "max_rss", "save_limit", "cache", "label", "orm", "redis", "ALT_CLUSTERS",
}  # fmt: skip
Apps = Sequence[AppConfig] | None


def clusters() -> dict[str, Mapping[str, Any]]:
    """Settings of each queue cluster by name, the alternatives laid over the first as django-q2 does."""
    first = {key: value for key, value in settings.Q_CLUSTER.items() if key != "ALT_CLUSTERS"}
    others = settings.Q_CLUSTER.get("ALT_CLUSTERS", {})
    return {first["name"]: first, **{name: {**first, **own} for name, own in others.items()}}


def _cluster_problems(name: str, conf: Mapping[str, Any]) -> Iterator[CheckMessage]:
    unknown = set(conf) - KNOWN_KEYS
    if unknown:
        yield Error(
            f"Q_CLUSTER {name}: unknown keys {sorted(unknown)}: django-q2 ignores them in silence.", id="config.E001"
        )
    if not conf.get("timeout"):
        yield Error(f"Q_CLUSTER {name}: no timeout: a hung task would hold its worker for ever.", id="config.E002")
        return
    least = conf["timeout"] * (1 + -(-(conf["queue_limit"] + conf["bulk"]) // conf["workers"])) + 10
    if conf["retry"] < least:
        yield Error(
            f"Q_CLUSTER {name}: retry {conf['retry']} is below {least}: tasks would run twice.", id="config.E003"
        )
    if conf["guard_cycle"] not in EXACT_GUARD_CYCLES:
        yield Error(
            f"Q_CLUSTER {name}: guard_cycle is none of {EXACT_GUARD_CYCLES}: hung tasks would never be killed.",
            id="config.E004",
        )


@register()
def queue_is_safe(app_configs: Apps, **_: object) -> list[CheckMessage]:
    """Timeouts, retry, guard cycle and shared statistics of every cluster."""
    found = [problem for name, conf in clusters().items() for problem in _cluster_problems(name, conf)]
    if settings.CACHES["qstats"]["BACKEND"].endswith("LocMemCache"):
        found.append(Error("CACHES['qstats'] is per process: nobody would see the clusters' state.", id="config.E005"))
    if settings.Q_BROKER == "redis" and "sweep" not in {step.name for step in STEPS}:
        found.append(
            Error("Redis loses tasks of a killed worker: the schedule needs its sweep step.", id="config.E006")
        )
    return found


@register()
def sqlite_is_safe(app_configs: Apps, **_: object) -> list[CheckMessage]:
    """Without IMMEDIATE transactions two clusters lost 43 to 47 % of their rows on SQLite."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3") and database["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
        return [Error("SQLite needs transaction_mode IMMEDIATE.", id="config.E007")]
    return []


@register()
def executor_times_fit(app_configs: Apps, **_: object) -> list[CheckMessage]:
    """http budget * 2 < lease <= queue timeout < retry: a live worker must never look dead."""
    http = settings.META_CONNECT_TIMEOUT + settings.META_READ_TIMEOUT
    lease = settings.EXECUTOR_LEASE.total_seconds()
    act = clusters()[settings.Q_ACT]
    if http * 2 < lease <= act["timeout"] < act["retry"]:
        return []
    return [
        Error(
            f"Twice the Meta time-outs ({http * 2:g} s) must be below EXECUTOR_LEASE_SECONDS ({lease:g}), "
            f"and that at most the act cluster's timeout ({act['timeout']}).",
            id="config.E008",
        )
    ]


@register()
def keys_are_real(app_configs: Apps, **_: object) -> list[CheckMessage]:
    """Encryption keys have 32 bytes, and the development keys stay in development."""
    found: list[CheckMessage] = []
    for entry in settings.FIELD_ENCRYPTION_KEYS:
        name, _, encoded = entry.partition(":")
        try:
            good = len(base64.b64decode(encoded, validate=True)) == 32
        except binascii.Error:
            good = False
        if not good:
            found.append(Error(f"FIELD_ENCRYPTION_KEYS: key {name!r} is not 32 bytes of base64.", id="config.E009"))
    if not settings.DEBUG and settings.SECRET_KEY == settings.INSECURE_KEY:
        found.append(Error("SECRET_KEY is the development key. Set a long random one.", id="config.E010"))
    if not settings.DEBUG and settings.DEVELOPMENT_FIELD_KEY in settings.FIELD_ENCRYPTION_KEYS:
        found.append(Error("FIELD_ENCRYPTION_KEYS holds the development key. Run make_key.", id="config.E011"))
    return found


@register(deploy=True)
def money_is_held(app_configs: Apps, **_: object) -> list[CheckMessage]:
    """Combinations that are allowed but should be meant."""
    found: list[CheckMessage] = []
    executes = settings.SWITCHES["ENABLE_ACTION_EXECUTOR"]
    host = urlsplit(settings.META_GRAPH_URL).hostname or ""
    if executes and host in {"localhost", "127.0.0.1", "::1"}:
        found.append(Warning("ENABLE_ACTION_EXECUTOR is on and META_GRAPH_URL is a sandbox.", id="config.W001"))
    if settings.OPTIMIZER_MODE == "auto" and "MAX_AUTO_ACTIONS_PER_HOUR" not in settings.LIMITS_SET_EXPLICITLY:
        found.append(Warning("OPTIMIZER_MODE=auto without MAX_AUTO_ACTIONS_PER_HOUR: set the cap.", id="config.W002"))
    if executes and not settings.SWITCHES["ENABLE_INTELLIGENCE"]:
        found.append(Warning("ENABLE_ACTION_EXECUTOR does nothing while ENABLE_INTELLIGENCE is off.", id="config.W003"))
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") and settings.Q_BROKER == "redis":
        found.append(Warning("Redis with SQLite: workers on other machines cannot share the file.", id="config.W004"))
    return found


@register(deploy=True)
def figures_are_kept(app_configs: Apps, **_: object) -> list[CheckMessage]:
    """Collection settings that leave the product without figures to decide on, or delete what was fetched at once."""
    found: list[CheckMessage] = []
    oldest = settings.LIMITS["MAX_DATA_AGE_HOURS"]
    if settings.INSIGHTS_COLLECTION_INTERVAL.total_seconds() / 3600 >= oldest:
        text = f"INSIGHTS_COLLECTION_INTERVAL is not below MAX_DATA_AGE_HOURS ({oldest:g}): most decisions are refused."
        found.append(Warning(text, id="config.W006"))
    if settings.INITIAL_HISTORICAL_DAYS > settings.RETAIN_DAILY_DAYS:
        text = "INITIAL_HISTORICAL_DAYS is above RETAIN_DAILY_DAYS: days are kept as long as the former says."
        found.append(Warning(text, id="config.W007"))
    if settings.RETAIN_WEEKLY_DAYS < settings.RETAIN_DAILY_DAYS:
        text = "RETAIN_WEEKLY_DAYS is below RETAIN_DAILY_DAYS: weeks go before the days they were summed from."
        found.append(Warning(text, id="config.W008"))
    return found


@register(Tags.database)
def ledger_is_guarded(app_configs: Apps, databases: Sequence[str] | None = None, **_: object) -> list[CheckMessage]:
    """The triggers that refuse UPDATE and DELETE on the ledger stand (asked only where a database may be asked)."""
    if not databases:
        return []
    if triggers.TABLE not in connection.introspection.table_names():
        return []  # before the first migration
    return [
        Warning(f"The ledger's trigger {name} is missing: somebody could change what is written.", id="config.W005")
        for name in triggers.missing()
    ]
