"""A back-fill whose process is killed in earnest goes on, and ends as one that nobody disturbed."""

import os
import signal
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from intelligence.collect import size
from intelligence.collect.backfill import missing_days
from intelligence.models import Backfill, Freshness, Reading, ReportRun
from metaads.models import AdAccount
from metaads.sync.structure import sync_structure
from tests.benchmarks.chaos.processes import Nursery
from tests.flows.conftest import Meta
from tests.flows.processes import url_of_the_test_database, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
DAYS = 8
ROWS = 30
Digests = set[tuple[str, date, str]]


@pytest.fixture
def account(meta: Meta, monkeypatch: pytest.MonkeyPatch) -> AdAccount:
    """Mirrored, and large as far as the back-fill knows."""
    monkeypatch.setattr(size, "AT_ONCE_ROWS", 0)
    monkeypatch.setattr(size, "REPORT_ROWS", ROWS)
    found = AdAccount.objects.select_related("connection").get(pk=meta.accounts[0].pk)
    sync_structure(found, timezone.now())
    return found


@pytest.fixture
def nursery(transactional_db: None, tmp_path: Path) -> Iterator[Nursery]:
    """Forks processes that work on the test database."""
    env = {**os.environ, "DATABASE_URL": url_of_the_test_database(), "VAR_DIR": str(tmp_path), "DEBUG": "true"}
    env |= {"SECRET_KEY": settings.SECRET_KEY, "ENABLE_INTELLIGENCE": "true"}
    env |= {"DJANGO_SETTINGS_MODULE": "config.settings"}
    made = Nursery(env, tmp_path / "nursery.log")
    yield made
    made.close()


def held() -> Digests:
    return set(Reading.objects.filter(window=Reading.DAY).values_list("level", "day", "digest"))


def holds(count: int) -> bool:
    return len(held()) >= count


@pytest.fixture
def now() -> datetime:
    """One business time for both runs: what Meta restates meanwhile is another matter."""
    return timezone.now()


def test_killed_three_times_it_ends_row_for_row_as_if_undisturbed(
    account: AdAccount, now: datetime, nursery: Nursery
) -> None:
    options = ["--account", account.meta_id, "--days", str(DAYS), "--now", now.isoformat()]
    start, shown = partial(nursery.start, "backfill", options=options, rows=ROWS), StringIO()
    call_command("backfill", *options, stdout=shown)
    assert "100 %" in shown.getvalue()
    expected = held()
    assert len(expected) == 3 * DAYS
    for model in (Reading, ReportRun, Backfill, Freshness):
        model._default_manager.all().delete()
    for readings in (1, 8, 16):
        running = start()
        wait_until(partial(holds, readings), 240, "the back-fill did not get on")
        os.kill(running, signal.SIGKILL)
        assert nursery.wait(running) == -signal.SIGKILL
        Backfill.objects.update(lease_until=now - timedelta(days=1))  # a lease that nobody renews runs out
    assert len(held()) < len(expected), "it was killed too late to prove anything"
    assert nursery.wait(start(), 240) == 0
    assert held() == expected
    assert missing_days(account, now, DAYS) == 0
    assert not ReportRun.objects.exists()
