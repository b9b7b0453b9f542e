"""A back-fill whose process is killed in earnest goes on, and ends as one that nobody disturbed."""

import os
import signal
import subprocess
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from intelligence.collect import size
from intelligence.collect.backfill import missing_days
from intelligence.models import Backfill, Freshness, Reading, ReportRun
from metaads.models import AdAccount
from metaads.sync.structure import sync_structure
from tests.flows.conftest import Meta
from tests.flows.processes import MANAGE, url_of_the_test_database, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
DAYS = 8
SMALL_REPORTS = (
    "import django; django.setup(); import intelligence.collect.size as s; s.AT_ONCE_ROWS = 0; s.REPORT_ROWS = 30; "
)
RUN = "import sys; from django.core.management import execute_from_command_line as run; run(sys.argv)"
Digests = set[tuple[str, date, str]]


@pytest.fixture
def account(meta: Meta, monkeypatch: pytest.MonkeyPatch) -> AdAccount:
    """Mirrored, and large as far as the back-fill knows."""
    monkeypatch.setattr(size, "AT_ONCE_ROWS", 0)
    monkeypatch.setattr(size, "REPORT_ROWS", 30)
    found = AdAccount.objects.select_related("connection").get(pk=meta.accounts[0].pk)
    sync_structure(found, timezone.now())
    return found


class Killable:
    """`manage.py backfill` as a process of its own on the test database."""

    def __init__(self, account: AdAccount, now: datetime, folder: Path) -> None:
        env = {**os.environ, "DATABASE_URL": url_of_the_test_database(), "VAR_DIR": str(folder), "DEBUG": "true"}
        env |= {"SECRET_KEY": settings.SECRET_KEY, "ENABLE_INTELLIGENCE": "true"}
        env |= {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(Path(MANAGE[1]).parent)}
        rest = ["backfill", "--account", account.meta_id, "--days", str(DAYS), "--now", now.isoformat()]
        command = [MANAGE[0], "-c", SMALL_REPORTS + RUN, *rest]
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=10)

    def finish(self) -> str:
        output, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, output
        return output


def held() -> Digests:
    return set(Reading.objects.filter(window=Reading.DAY).values_list("level", "day", "digest"))


def holds(count: int) -> bool:
    return len(held()) >= count


@pytest.fixture
def now() -> datetime:
    """One business time for both runs: what Meta restates meanwhile is another matter."""
    return timezone.now()


def test_killed_three_times_it_ends_row_for_row_as_if_undisturbed(
    account: AdAccount, now: datetime, tmp_path: Path
) -> None:
    output = Killable(account, now, tmp_path).finish()
    assert "100 %" in output
    expected = held()
    assert len(expected) == 3 * DAYS
    for model in (Reading, ReportRun, Backfill, Freshness):
        model._default_manager.all().delete()
    for readings in (1, 8, 16):
        running = Killable(account, now, tmp_path)
        wait_until(partial(holds, readings), 60, "the back-fill did not get on")
        running.kill()
        Backfill.objects.update(lease_until=now - timedelta(days=1))  # a lease that nobody renews runs out
    assert len(held()) < len(expected), "it was killed too late to prove anything"
    Killable(account, now, tmp_path).finish()
    assert held() == expected
    assert missing_days(account, now, DAYS) == 0
    assert not ReportRun.objects.exists()
