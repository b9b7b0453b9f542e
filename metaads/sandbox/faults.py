"""Faults on request: what goes wrong, on which calls, how often. Kinds are a table of plans, read by the server."""

import random
import re
from dataclasses import dataclass, field
from typing import Any, Literal

Run = Literal["yes", "no", "late", "without effect"]
Then = Literal["answer", "error 500", "html 502", "drop", "malformed", "empty page", "duplicate rows", "refuse"]


@dataclass(frozen=True)
class Plan:
    """Whether the call is carried out, where the server sleeps, and what it then says. `code`: of a refusal."""

    run: Run
    then: Then
    wait_before: bool = False
    wait_after: bool = False
    code: int = 0
    subcode: int | None = None


PLANS: dict[str, Plan] = {
    "latency": Plan("yes", "answer", wait_before=True),
    "error_500": Plan("no", "error 500"),
    "error_500_after": Plan("yes", "error 500"),
    "html_502": Plan("no", "html 502"),
    "html_502_after": Plan("yes", "html 502"),
    "drop_before": Plan("no", "drop"),
    "drop_after": Plan("yes", "drop"),
    "timeout_before": Plan("no", "drop", wait_after=True),
    "timeout_after": Plan("yes", "drop", wait_after=True),
    "late_effect": Plan("late", "error 500"),
    "no_effect": Plan("without effect", "answer"),
    "rate_limit": Plan("no", "refuse", code=80_004, subcode=2_446_079),
    "insights_limit": Plan("no", "refuse", code=80_000, subcode=2_446_079),
    "score_limit": Plan("no", "refuse", code=17, subcode=2_446_079),
    "revoked": Plan("no", "refuse", code=190, subcode=460),
    "malformed": Plan("yes", "malformed"),
    "empty_page": Plan("yes", "empty page"),
    "duplicate_rows": Plan("yes", "duplicate rows"),
}


@dataclass(slots=True)
class Fault:
    """`count` None: until cleared. `seconds`: of the wait, the late effect, or the ban (machine time)."""

    kind: str
    method: str = ".*"
    path: str = ".*"
    count: int | None = 1
    probability: float = 1.0
    seconds: float = 30.0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in PLANS:
            raise ValueError(f"unknown fault {self.kind!r}; there are {', '.join(sorted(PLANS))}")
        re.compile(self.method)
        re.compile(self.path)
        if not 0 <= self.probability <= 1 or self.seconds < 0 or (self.count is not None and self.count < 1):
            raise ValueError("probability from 0 to 1, seconds from 0, count from 1 or null")

    @property
    def plan(self) -> Plan:
        return PLANS[self.kind]

    def fits(self, method: str, path: str) -> bool:
        """Whether it is meant for this call and not used up. `path` has a leading slash and no version."""
        left = self.count is None or self.hits < self.count
        return left and re.fullmatch(self.method, method) is not None and re.search(self.path, path) is not None


@dataclass(slots=True)
class Faults:
    """Those in force, first fitting wins. Seeded, so that probabilities give the same series each time."""

    seed: int = 7
    active: list[Fault] = field(default_factory=list)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def add(self, settings: dict[str, Any]) -> Fault:
        """Puts a fault in force; ValueError or TypeError when the settings make no sense."""
        fault = Fault(**settings)
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """Ends all faults and begins the random series anew."""
        self.active.clear()
        self.chance.seed(self.seed)

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that hits this call, counted; None where all goes well."""
        for fault in self.active:
            if fault.fits(method, path) and self.chance.random() < fault.probability:
                fault.hits += 1
                return fault
        return None
