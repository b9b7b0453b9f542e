"""The sandbox's controls over HTTP: who it is, its clock, its faults, what was written. Never part of reading Meta."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

HEADERS = {"X-Sandbox-Control": "1"}


class SandboxUnreachable(Exception):
    """Nobody answers, or what answers is no sandbox."""


@dataclass(frozen=True)
class SandboxControl:
    """Talks to one sandbox; `url` without a trailing slash."""

    url: str

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One control call. Raises SandboxUnreachable with what it said."""
        try:
            answer = requests.request(
                method, f"{self.url}/_sandbox/{path}", json=body or {}, headers=HEADERS, timeout=(2, 300)
            )
            decoded: dict[str, Any] = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise SandboxUnreachable(f"No sandbox answers at {self.url}: {type(error).__name__}.") from None
        if answer.status_code != 200:
            raise SandboxUnreachable(f"The sandbox refused {method} {path}: {decoded.get('error', answer.status_code)}")
        return decoded

    def info(self) -> dict[str, Any]:
        """App id, app secret, token, accounts, clock."""
        return self.call("GET", "info")

    def now(self) -> datetime:
        """The sandbox's virtual time, aware."""
        return datetime.fromisoformat(self.call("GET", "clock")["now"])

    def advance(self, step: timedelta) -> datetime:
        """Moves its clock forward and simulates what happens meanwhile; gives the new virtual time."""
        return datetime.fromisoformat(self.call("POST", "clock/advance", {"hours": step.total_seconds() / 3600})["now"])

    def wait(self, seconds: float) -> dict[str, Any]:
        """Its facts, as soon as it answers. Raises SandboxUnreachable after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.info()
            except SandboxUnreachable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
