"""Collection of a large account: 1,000 campaigns, 3,000 ad sets, 10,000 ads, read from a sandbox process over HTTP.

Target (spec 90): collected, stored and visible in under 60 s, at most 25 calls for today's figures of a level, memory
under 400 MB. "Visible" = the frames of all levels are stored.
"""

import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import requests
from django.db import transaction

from intelligence.collect.insights import LEVELS, collect
from intelligence.metrics.table import frame_for_tick
from metaads.graph.client import client_for
from metaads.models import AdAccount, ApiUsage
from metaads.reader.insights import read_insights
from metaads.sync.connect import store_connection
from metaads.sync.structure import sync_structure

ROOT = Path(__file__).resolve().parents[2]


def run(size: str = "large") -> dict[str, object]:
    """Seconds and calls of structure, a first and a repeated collection, and the frames. Keeps no row."""
    with sandbox(size) as url, transaction.atomic():
        try:
            return measured(connect(url))
        finally:
            transaction.set_rollback(True)


def measured(account: AdAccount) -> dict[str, object]:
    now = datetime.now(UTC)
    structure_s, structure_calls = timed(account, lambda: sync_structure(account, now))
    first_s, first_calls = timed(account, lambda: collect(account, now))
    today = now.astimezone(account.zone).date()
    pages = {level: len(list(read_insights(client_for(account), account, level, today, today))) for level in LEVELS}
    frames_s, _ = timed(account, lambda: [frame_for_tick(account, level, now) for level in LEVELS])
    memory = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
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
        "passed": total < 60 and max(pages.values()) <= 25 and memory < 400,
    }


def timed(account: AdAccount, work: Callable[[], object]) -> tuple[float, int]:
    """Seconds and calls to Meta."""
    before, start = _calls(account), time.perf_counter()
    work()
    return time.perf_counter() - start, _calls(account) - before


def _calls(account: AdAccount) -> int:
    return ApiUsage.objects.filter(account=account).values_list("calls", flat=True).first() or 0


def connect(url: str) -> AdAccount:
    """With the credentials that the sandbox tells on its control address."""
    info = requests.get(f"{url}/_sandbox/info", headers={"X-Sandbox-Control": "1"}, timeout=60).json()
    ids = [info["accounts"][0]["account_id"]]
    token, now = info["access_token"], datetime.now(UTC)
    _, (account,) = store_connection("Large", url, token, info["app_id"], info["app_secret"], ids, now, sandbox=True)
    return account


@contextmanager
def sandbox(size: str) -> Iterator[str]:
    """A sandbox process on a free port, with a world of this size."""
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "manage.py", "run_sandbox", "--port", "0", "--size", size, "--state", state]
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
