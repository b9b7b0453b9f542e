"""Pushing: signed POSTs, at least once and in no order, retried for 36 hours with growing pauses (reference 9)."""

import hashlib
import hmac
import json
import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from metaads.sandbox.webhooks.subscriptions import Subscriptions
from metaads.sandbox.webhooks.watch import Change, Watch

log = logging.getLogger(__name__)
MOST_CHANGES = 1000
# Pauses before the second and later attempts in machine seconds; the last one repeats until 36 hours are over.
_PAUSES = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0)
_GIVE_UP = 36 * 3600.0
# Address, raw body, headers -> status; OSError when nobody is there.
Send = Callable[[str, bytes, dict[str, str]], int]


@dataclass(slots=True)
class Delivery:
    """One POST that waits to be accepted. Times: machine, monotonic seconds."""

    address: str
    body: bytes
    made: float
    due: float
    attempts: int = 0


@dataclass(slots=True)
class Push:
    """The queue of one app. `duplicates`: part of the accepted deliveries that are sent once more."""

    subscriptions: Subscriptions
    watch: Watch
    send: Send
    lock: threading.RLock
    clock: Callable[[], float] = time.monotonic
    duplicates: float = 0.0
    shuffled: bool = False
    queue: list[Delivery] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    accepted: int = 0
    given_up: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def look(self) -> int:
        """Queues what has changed; how many changes."""
        with self.lock:
            changes = self.watch.look()
            address = self.subscriptions.callback.callback_url if self.subscriptions.callback else ""
        now = self.clock()
        if self.shuffled:
            self.chance.shuffle(changes)
        for start in range(0, len(changes), MOST_CHANGES):
            body = json.dumps(_payload(changes[start : start + MOST_CHANGES])).encode()
            self.queue.append(Delivery(address, body, now, now))
        return len(changes)

    def deliver(self) -> None:
        """Sends what is due, once each; what is refused comes back later, what is 36 hours old is dropped."""
        now = self.clock()
        due = [one for one in self.queue if one.due <= now]
        self.queue = [one for one in self.queue if one.due > now]
        for one in due:
            self._attempt(one, now)

    def _attempt(self, one: Delivery, now: float) -> None:
        one.attempts += 1
        try:
            status = self.send(one.address, one.body, self._headers(one.body))
        except OSError:
            status = 0
        if 200 <= status < 300:
            self.accepted += 1
            if self.chance.random() < self.duplicates:
                self.queue.append(Delivery(one.address, one.body, now, now))
            return
        one.due = now + _PAUSES[min(one.attempts, len(_PAUSES)) - 1]
        if one.due - one.made > _GIVE_UP:
            self.given_up += 1
            return
        self.queue.append(one)

    def _headers(self, body: bytes) -> dict[str, str]:
        secret = self.subscriptions.credentials.app_secret.encode()
        digest = hmac.new(secret, body, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}

    def start(self, every: float = 1.0) -> None:
        """Looks and delivers in a thread of its own from now on, every so many machine seconds."""
        self.thread = threading.Thread(target=self._run, args=(every,), name="webhooks", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Ends the thread; what was not accepted is lost with the process."""
        self.ended.set()
        if self.thread is not None:
            self.thread.join(timeout=10)

    def _run(self, every: float) -> None:
        while not self.ended.wait(every):
            try:
                self.look()
                self.deliver()
            except Exception:
                log.exception("webhooks failed; the next round tries again")


def _payload(changes: list[Change]) -> dict[str, Any]:
    """One entry for each account and moment."""
    entries: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for one in changes:
        entries.setdefault((one.account, one.at), []).append({"field": one.field, "value": one.value})
    return {
        "object": "ad_account",
        "entry": [{"id": account, "time": at, "changes": found} for (account, at), found in entries.items()],
    }
