"""What the tests of reports share: Meta's reports in the sandbox, machine time, what is held."""

from datetime import date, datetime, timedelta

import pytest

from intelligence.collect import size
from intelligence.collect.backfill import backfill
from intelligence.models import Backfill, Freshness, Reading
from metaads.clock import machine_now
from tests.intelligence.conftest import Meta

DAYS = 6
LONG = timedelta(minutes=5)
Digests = set[tuple[str, date, str]]


class Clock:
    """Machine time that passes when somebody waits."""

    def __init__(self) -> None:
        self.moment = machine_now()

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=10)
        return self.moment

    def pass_time(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def held() -> Digests:
    return set(Reading.objects.filter(window=Reading.DAY).values_list("level", "day", "digest"))


def read_at_once(meta: Meta, monkeypatch: pytest.MonkeyPatch) -> Digests:
    """What reading everything without reports gives; leaves nothing behind."""
    with monkeypatch.context() as patch:
        patch.setattr(size, "AT_ONCE_ROWS", 10_000)
        assert backfill(meta.account, meta.now, DAYS).ok
    found = held()
    for model in (Reading, Backfill, Freshness):
        model._default_manager.all().delete()
    return found
