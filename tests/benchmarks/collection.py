"""Collection of a large account: 1,000 campaigns, 4,000 ad sets, 10,000 ads, read from a sandbox process over HTTP.

Target (spec 90): collected, stored and visible in under 60 s, at most 25 calls for today's figures of a level, memory
under 400 MB. "Visible" = the frames of all levels are stored. Besides: an hour later (what a tick costs), and the past
of a first connection, 30 days by report, which goes on beside it in turns of work.
"""

import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
from django.conf import settings

from intelligence.collect.backfill import to_the_end
from intelligence.collect.insights import LEVELS, collect
from intelligence.metrics.table import frame_for_tick
from metaads.graph.client import client_for
from metaads.models import AdAccount, ApiUsage
from metaads.reader.insights import read_insights
from metaads.sync.connect import store_connection
from metaads.sync.structure import sync_structure

ROOT = Path(__file__).resolve().parents[2]
LARGE = ("--size", "large", "--ad-sets", "4000", "--in-memory")


def run() -> dict[str, object]:
    """Seconds, calls and memory of structure, today's figures, frames, the hour after, and the past."""
    with sandbox(*LARGE) as url:
        return measured(connect(url))


def measured(account: AdAccount) -> dict[str, object]:
    now = datetime.now(UTC)
    structure_s, structure_calls = timed(account, lambda: sync_structure(account, now))
    first_s, first_calls = timed(account, lambda: collect(account, now))
    frames_s, _ = timed(account, lambda: frames(account, now))
    memory = peak_mb()
    today = now.astimezone(account.zone).date()
    pages = {level: len(list(read_insights(client_for(account), account, level, today, today))) for level in LEVELS}
    later = now + timedelta(hours=1)
    hour_s, hour_calls = timed(account, lambda: (sync_structure(account, later), collect(account, later)))
    past_s, past_calls = timed(account, lambda: to_the_end(account, later, settings.INITIAL_HISTORICAL_DAYS))
    again_s, _ = timed(account, lambda: frames(account, later))
    total = structure_s + first_s + frames_s
    return {
        "name": "collection",
        "structure_s": round(structure_s, 2),
        "structure_calls": structure_calls,
        "collect_s": round(first_s, 2),
        "collect_calls": first_calls,
        "calls_for_today": pages,
        "frames_s": round(frames_s, 2),
        "total_s": round(total, 2),
        "max_rss_mb": memory,
        "an_hour_later_s": round(hour_s, 2),
        "an_hour_later_calls": hour_calls,
        "back_fill_30_days_s": round(past_s, 2),
        "back_fill_30_days_calls": past_calls,
        "frames_of_30_days_s": round(again_s, 2),
        "max_rss_mb_with_back_fill": peak_mb(),
        "passed": total < 60 and max(pages.values()) <= 25 and peak_mb() < 400,
    }


def frames(account: AdAccount, now: datetime) -> list[int]:
    return [len(frame_for_tick(account, level, now)) for level in LEVELS]


def peak_mb() -> int:
    """The most memory that this process ever held."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def timed(account: AdAccount, work: Callable[[], object]) -> tuple[float, int]:
    """Seconds and calls to Meta."""
    before, start = _calls(account), time.perf_counter()
    work()
    return time.perf_counter() - start, _calls(account) - before


def _calls(account: AdAccount) -> int:
    return ApiUsage.objects.filter(account=account).values_list("calls", flat=True).first() or 0


def connect(url: str) -> AdAccount:
    """The sandbox's first account."""
    return connect_all(url)[0]


def connect_all(url: str) -> tuple[AdAccount, ...]:
    """With the credentials that the sandbox tells on its control address."""
    info = requests.get(f"{url}/_sandbox/info", headers={"X-Sandbox-Control": "1"}, timeout=60).json()
    ids = [account["account_id"] for account in info["accounts"]]
    token, now = info["access_token"], datetime.now(UTC)
    _, accounts = store_connection("Large", url, token, info["app_id"], info["app_secret"], ids, now, sandbox=True)
    return accounts


@contextmanager
def sandbox(*options: str) -> Iterator[str]:
    """A sandbox process on a free port, with a world as `options` of `run_sandbox` say."""
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "manage.py", "run_sandbox", "--port", "0", "--state", state, *options]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            ready = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://[\d.]+:\d+", ready)
            if not found:
                raise RuntimeError(f"the sandbox did not start: {ready!r}")
            yield found.group()
        finally:
            process.terminate()
            process.wait(60)
            if process.stdout:
                process.stdout.close()
