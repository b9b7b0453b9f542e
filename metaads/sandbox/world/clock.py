"""The virtual clock: the wall clock plus an offset, or frozen at one moment (tests)."""

import time
from dataclasses import dataclass


@dataclass(slots=True)
class Clock:
    """Unix seconds. `frozen` is the moment at which the clock stands, or None while it runs."""

    offset: float = 0.0
    frozen: float | None = None

    def now(self) -> float:
        """Virtual now."""
        return time.time() + self.offset if self.frozen is None else self.frozen

    def set(self, moment: float) -> None:
        """Makes it that moment; a frozen clock stays frozen, a running one runs on from there."""
        if self.frozen is not None:
            self.frozen = moment
        self.offset = moment - time.time()

    def freeze(self, on: bool) -> None:
        """Stops the clock at its present moment, or lets it run on from there."""
        now = self.now()
        self.frozen = now if on else None
        self.offset = now - time.time()
