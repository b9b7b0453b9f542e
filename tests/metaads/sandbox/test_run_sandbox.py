"""The command as a real process: ready line, answers, clean end, killed end, quick second start."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[3]
ONE = ("--accounts", "1")
TINY = (*ONE, "--campaigns", "1", "--ad-sets", "2", "--ads", "3", "--history-days", "1")
HEADER = {"X-Sandbox-Control": "1"}


class Process:
    """A sandbox on a free port; `address` is known once it says that it is ready."""

    def __init__(self, folder: Path, *more: str) -> None:
        command = [sys.executable, "manage.py", "run_sandbox", "--port", "0", "--size", "small", "--state", str(folder)]
        command += more
        environment = {**os.environ, "DEBUG": "true", "VAR_DIR": str(folder.parent)}
        self.child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.child.stdout is not None
        self.ready = self.child.stdout.readline()
        self.address = self.ready.partition(" on ")[2].split()[0]

    def control(self, method: str, path: str, **body: Any) -> Any:
        address = f"{self.address}/_sandbox/{path}"
        return requests.request(method, address, json=body, headers=HEADER, timeout=30).json()

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.child.send_signal(number)
        code = self.child.wait(timeout=60)
        assert self.child.stdout is not None
        self.child.stdout.close()
        return code


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    started: list[Process] = []

    def begin(*size: str) -> Process:
        started.append(Process(tmp_path / "state", *size))
        return started[-1]

    yield begin
    for process in started:
        if process.child.poll() is None:
            process.stop(signal.SIGKILL)


@pytest.mark.processes
@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGKILL, -9)])
def test_it_keeps_what_was_done_however_it_ends(start: Any, how: int, code: int) -> None:
    first = start(*ONE)
    assert first.ready.startswith("sandbox ready on http://127.0.0.1:")
    info = first.control("GET", "info")
    first.control("POST", "clock/freeze", frozen=True)
    first.control("POST", "clock/advance", hours=5)
    bearer = {"Authorization": f"Bearer {info['access_token']}"}
    address = f"{first.address}/v26.0/{info['accounts'][0]['id']}"
    campaign = requests.get(f"{address}/campaigns", headers=bearer, timeout=10).json()["data"][0]["id"]
    written = requests.post(f"{first.address}/v26.0/{campaign}", data={"status": "PAUSED"}, headers=bearer, timeout=10)
    assert written.json() == {"success": True}
    week = {"level": "ad", "fields": "ad_id,spend,clicks,actions", "date_preset": "last_7d", "limit": "500"}
    before = requests.get(f"{address}/insights", params=week, headers=bearer, timeout=10).json()["data"]
    assert first.stop(how) == code
    second = start(*ONE)
    assert second.control("GET", "info")["writes"] == 1
    address = f"{second.address}/v26.0/{info['accounts'][0]['id']}"
    assert requests.get(f"{address}/insights", params=week, headers=bearer, timeout=10).json()["data"] == before
    assert second.stop() == 0


@pytest.mark.processes
def test_a_dropped_connection_is_really_dropped(start: Any) -> None:
    process = start(*TINY)
    token = process.control("GET", "info")["access_token"]
    process.control("POST", "faults", kind="drop_before")
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{process.address}/v26.0/me", headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert requests.get(f"{process.address}/v26.0/me", params={"access_token": token}, timeout=5).status_code == 200


@pytest.mark.processes
def test_a_second_sandbox_on_the_same_state_says_so_and_ends(start: Any, tmp_path: Path) -> None:
    start(*TINY)
    command = [sys.executable, "manage.py", "run_sandbox", "--port", "0", "--state", str(tmp_path / "state")]
    environment = {**os.environ, "DEBUG": "true", "VAR_DIR": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode != 0
    assert "in use by another sandbox" in done.stderr


@pytest.mark.processes
def test_a_crowd_in_memory_with_a_plan_of_faults(tmp_path: Path) -> None:
    """Nothing is kept, accounts are as many as asked, and the plan's faults are in force."""
    size = ["--accounts", "40", "--campaigns", "1", "--ad-sets", "2", "--ads", "3", "--history-days", "1", "--lazy"]
    process = Process(tmp_path / "state", *size, "--in-memory", "--faults", "limits", "--faults-hours", "0.5")
    try:
        assert "(40 accounts)" in process.ready
        faults = process.control("GET", "faults")["faults"]
        assert {fault["kind"] for fault in faults} >= {"rate_limit", "insights_limit", "app_limit"}
        assert process.control("DELETE", "faults") == {"faults": []}
        info = process.control("GET", "info")
        bearer = {"Authorization": f"Bearer {info['access_token']}"}
        address = f"{process.address}/v26.0/{info['accounts'][33]['id']}/insights"
        rows = requests.get(address, params={"date_preset": "yesterday"}, headers=bearer, timeout=10).json()["data"]
        assert float(rows[0]["spend"]) > 0
    finally:
        assert process.stop() == 0
    assert not (tmp_path / "state").exists()


def test_a_size_that_makes_no_sense_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="every campaign needs an ad set"):
        call_command("run_sandbox", "--in-memory", "--campaigns", "9", "--ad-sets", "3")
