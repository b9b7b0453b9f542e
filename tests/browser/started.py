"""The demo as a user starts it, from nothing to its greeting, and what that cost."""

import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.sandbox_control import SandboxControl
from tests.flows.processes import MANAGE, stop


@dataclass(frozen=True)
class Demo:
    """A running demo. `passwords`: user name -> password. `seconds`: of the clock, as it says itself; `worked`:
    processor seconds of all its processes; `yardstick`: those of a fixed loop, on average over the same time, for what
    else runs on a machine makes both dearer.
    """

    url: str
    home: Path
    env: dict[str, str]
    passwords: dict[str, str]
    sandbox: SandboxControl
    seconds: float
    worked: float
    yardstick: float

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A management command inside the demo, as its greeting says."""
        env = {**self.env, "DEMO": "1"}
        return subprocess.run([*MANAGE, *arguments], env=env, capture_output=True, text=True, check=False)


def unused_port() -> int:
    """A port that nobody uses just now, far from those that a developer's own demo takes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def yardstick() -> float:
    """Processor seconds that this core needs for a fixed piece of pure Python, as it is just now."""
    began, total = time.process_time(), 0
    kept: dict[int, int] = {}
    for number in range(2_000_000):
        total += number * number % 7
        kept[number & 1023] = total
    return time.process_time() - began


def processor_seconds(pid: int) -> float:
    """Of a process and all that it started: those that run, and those that ended and were waited for."""
    process, total = psutil.Process(pid), 0.0
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            used = one.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


@contextmanager
def started(home: Path) -> Iterator[Demo]:
    """`manage.py demo` in a folder and on ports of its own."""
    loops = [yardstick()]
    ports = {"DEMO_PORT": str(unused_port()), "DEMO_SANDBOX_PORT": str(unused_port())}
    env = {**os.environ, "DEMO_DIR": str(home), **ports}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    with (home / "errors.log").open("w") as errors:
        process = subprocess.Popen(
            [*MANAGE, "demo"], env=env, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
        )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
        loops.append(yardstick())  # the demo says a line at each step of its start
    try:
        ready = re.search(r"Ready after (\d+) s:\s+(http://\S+?)/\n", said)
        assert ready, said + (home / "errors.log").read_text()[-2000:]
        worked = processor_seconds(process.pid)
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield Demo(
            url=ready[2],
            home=home,
            env=env,
            passwords=json.loads((home / "logins.json").read_text()),
            sandbox=SandboxControl(json.loads((home / "environment.json").read_text())["META_GRAPH_URL"]),
            seconds=float(ready[1]),
            worked=worked,
            yardstick=sum(loops) / len(loops),
        )
    finally:
        stop(process)
        process.stdout.close()
