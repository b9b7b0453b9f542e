"""One supervised process in a group of its own, restarted with a growing pause."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from functools import partial

import structlog

from config.supervisor.parentage import die_with_parent

log = structlog.get_logger(__name__)
FIRST_PAUSE, LONGEST_PAUSE, STEADY_AFTER = 0.5, 30.0, 60.0


class Child:
    """Times are monotonic seconds. Start children from the main thread: the kernel watches that thread."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.command = list(command)
        self.env = dict(env or {})
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.restart_at = 0.0
        self.pause = FIRST_PAUSE
        self.starts = 0

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            self.command,
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
        self.started_at = time.monotonic()
        self.starts += 1
        log.info("started", child=self.name, pid=self.process.pid)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def age(self) -> float:
        """Seconds since the last start."""
        return time.monotonic() - self.started_at

    def keep_running(self) -> None:
        """Starts it again if it ended, whatever its exit code: a queue whose sentinel was killed ends with 0."""
        if self.running:
            if self.age > STEADY_AFTER:
                self.pause = FIRST_PAUSE
            return
        if self.process is not None:
            self._after_exit()
        elif time.monotonic() >= self.restart_at:
            self.start()

    def _after_exit(self) -> None:
        code = self.process.returncode if self.process else None
        self.kill_group()
        self.process = None
        self.restart_at = time.monotonic() + self.pause
        log.warning("ended", child=self.name, exit_code=code, again_in=self.pause)
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def terminate(self) -> None:
        """Asks the main process to end; its own handlers let work finish."""
        if self.process is not None and self.running:
            self.process.send_signal(signal.SIGTERM)

    def kill_group(self) -> None:
        """Ends the process and all that it started, at once."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
