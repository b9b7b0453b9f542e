"""The settings as a new process reads them: shipped defaults, refusals, and a clean deploy check in production."""

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

ASK = """
import json
from django.conf import settings
print(json.dumps({"switches": settings.SWITCHES, "limits": settings.LIMITS,
  "explicit": sorted(settings.LIMITS_SET_EXPLICITLY),
  "mode": settings.OPTIMIZER_MODE, "interval": settings.INSIGHTS_COLLECTION_INTERVAL.total_seconds(),
  "days": settings.INITIAL_HISTORICAL_DAYS, "broker": settings.Q_BROKER,
  "engine": settings.DATABASES["default"]["ENGINE"],
  "caches": settings.CACHES["default"]["BACKEND"], "graph": settings.META_GRAPH_URL}))
"""
REAL = {
    "DEBUG": "false",
    "SECRET_KEY": "kEy-of-the-test-" + "0123456789abcdefXYZ-" * 3,
    "FIELD_ENCRYPTION_KEYS": "t:" + base64.b64encode(bytes(range(32))).decode(),
    "ALLOWED_HOSTS": "campaigns.example",
}
BLANK = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "Q_BROKER", "META_GRAPH_URL"), "")


def run(tmp_path: Path, code: list[str], **changes: str) -> subprocess.CompletedProcess[str]:
    """Python in an environment that holds nothing of the developer's."""
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    env |= {**BLANK, **REAL, **changes}
    return subprocess.run([sys.executable, *code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def read(tmp_path: Path, **changes: str) -> dict[str, object]:
    done = run(tmp_path, ["-c", ASK], **changes)
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_a_new_installation_watches_nothing_and_changes_nothing(tmp_path: Path) -> None:
    switches = read(tmp_path)["switches"]
    assert switches == {
        "ENABLE_INTELLIGENCE": False,
        "ENABLE_INSIGHTS_COLLECTION": True,
        "ENABLE_RULES_ENGINE": True,
        "ENABLE_ML_PREDICTIONS": False,
        "ENABLE_ACTION_EXECUTOR": False,
        "OPTIMIZER_ENABLED": True,
    }


def test_the_limits_have_the_specified_defaults_and_none_counts_as_explicit(tmp_path: Path) -> None:
    found = read(tmp_path)
    limits = found["limits"]
    assert isinstance(limits, dict)
    expected = {
        "MAX_AUTO_ACTIONS_PER_HOUR": 10,
        "REQUIRE_APPROVAL_FOR_DAYS": 30,
        "MIN_CONFIDENCE_FOR_AUTO": 0.85,
        "MAX_BUDGET_CHANGE_PERCENT": 30,
        "MAX_BUDGET_DECREASE_PERCENT": 50,
        "ACTION_COOLDOWN_HOURS": 4,
        "OPTIMIZER_EMBARGO_HOURS": 48,
        "OPTIMIZER_COOLDOWN_HOURS": 24,
    }
    assert {name: limits[name] for name in expected} == expected
    assert found["explicit"] == []
    assert (found["mode"], found["interval"], found["days"]) == ("suggest", 3600, 30)


def test_a_limit_in_the_environment_counts_as_explicit(tmp_path: Path) -> None:
    assert read(tmp_path, ACTION_COOLDOWN_HOURS="4")["explicit"] == ["ACTION_COOLDOWN_HOURS"]


def test_the_database_and_the_broker_follow_their_addresses(tmp_path: Path) -> None:
    plain = read(tmp_path)
    assert (plain["engine"], plain["broker"]) == ("django.db.backends.sqlite3", "database")
    large = read(tmp_path, DATABASE_URL="postgres://u@127.0.0.1/x", REDIS_URL="redis://127.0.0.1:6379/0")
    assert (large["engine"], large["broker"]) == ("django.db.backends.postgresql", "redis")
    assert str(large["caches"]).endswith("RedisCache"), "rate limits of log-in must hold across processes"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"FIELD_ENCRYPTION_KEYS": ""}, "FIELD_ENCRYPTION_KEYS"),
        ({"ENABLE_ACTION_EXECUTOR": "yess"}, "ENABLE_ACTION_EXECUTOR"),
        ({"MAX_BUDGET_CHANGE_PERCENT": "5000"}, "MAX_BUDGET_CHANGE_PERCENT"),
        ({"OPTIMIZER_MODE": "full"}, "OPTIMIZER_MODE"),
        ({"Q_BROKER": "rabbit"}, "Q_BROKER"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_its_variable(
    tmp_path: Path, changes: dict[str, str], named: str
) -> None:
    done = run(tmp_path, ["-c", ASK], **changes)
    assert done.returncode != 0
    assert named in done.stderr.splitlines()[-1]


def test_the_deploy_check_is_clean_in_production(tmp_path: Path) -> None:
    done = run(tmp_path, ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], ENABLE_INTELLIGENCE="true")
    assert done.returncode == 0, done.stderr


def test_the_deploy_check_flags_an_executor_that_talks_to_a_sandbox(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        ENABLE_INTELLIGENCE="true",
        ENABLE_ACTION_EXECUTOR="true",
        META_GRAPH_URL="http://127.0.0.1:8077",
    )
    assert done.returncode == 1
    assert "config.W001" in done.stderr


def test_every_variable_that_is_read_stands_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    text = (ROOT / "config" / "settings.py").read_text()
    names = set(re.findall(r'(?:text|switch|number|whole|env\.\w+)\(\s*"([A-Z_]+)"', text))
    assert names
    assert not sorted(name for name in names if f"{name}=" not in example)
