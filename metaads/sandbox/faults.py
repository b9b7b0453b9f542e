"""Faults on request: what goes wrong, on which calls, how often. Kinds are a table of plans, read by the server."""

import random
import re
from dataclasses import dataclass, field
from typing import Any, Literal

Run = Literal["yes", "no", "late", "without effect"]
Then = Literal[
    "answer", "error 500", "error 503", "html 502", "drop", "malformed", "empty page", "duplicate rows", "refuse",
    "missing fields", "newest missing", "repeated page", "swapped pages", "stale", "report failed", "report skipped",
    "report stuck",
]  # fmt: skip
_EVERYTHING = ".*"
_INSIGHTS = r"/insights$"
# Report runs have sixteen digits, other objects fifteen or eighteen.
_RUN = r"^/\d{16}$"


@dataclass(frozen=True)
class Plan:
    """Whether the call is carried out, where the server sleeps, and what it then says. `code`: of a refusal.

    `only`: calls that the kind makes sense for, whatever the fault itself names.
    """

    run: Run
    then: Then
    wait_before: bool = False
    wait_after: bool = False
    code: int = 0
    subcode: int | None = None
    only: str = _EVERYTHING


def _limit(code: int, subcode: int | None) -> Plan:
    return Plan("no", "refuse", code=code, subcode=subcode)


# Codes of refusals: reference 7.1 and 7.3.
PLANS: dict[str, Plan] = {
    "latency": Plan("yes", "answer", wait_before=True),
    "error_500": Plan("no", "error 500"),
    "error_500_after": Plan("yes", "error 500"),
    "error_503": Plan("no", "error 503"),
    "html_502": Plan("no", "html 502"),
    "html_502_after": Plan("yes", "html 502"),
    "drop_before": Plan("no", "drop"),
    "drop_after": Plan("yes", "drop"),
    "timeout_before": Plan("no", "drop", wait_after=True),
    "timeout_after": Plan("yes", "drop", wait_after=True),
    "late_effect": Plan("late", "error 500"),
    "no_effect": Plan("without effect", "answer"),
    "rate_limit": _limit(80_004, 2_446_079),
    "insights_limit": _limit(80_000, 2_446_079),
    "score_limit": _limit(17, 2_446_079),
    "app_limit": _limit(4, 1_504_022),
    "account_limit": _limit(613, 1_487_742),
    "write_limit": _limit(613, 5_044_001),
    "abuse_limit": _limit(613, None),
    "creation_limit": _limit(613, 1_487_225),
    "archive_full": _limit(100, 1_487_990),
    "no_permission": _limit(200, None),
    "revoked": _limit(190, 460),
    "expired": _limit(190, 463),
    "malformed": Plan("yes", "malformed"),
    "empty_page": Plan("yes", "empty page"),
    "duplicate_rows": Plan("yes", "duplicate rows"),
    "repeated_page": Plan("yes", "repeated page"),
    "swapped_pages": Plan("yes", "swapped pages"),
    "missing_fields": Plan("yes", "missing fields"),
    "newest_missing": Plan("yes", "newest missing", only=_INSIGHTS),
    "stale": Plan("yes", "stale", only=_INSIGHTS),
    "report_failed": Plan("yes", "report failed", only=_RUN),
    "report_skipped": Plan("yes", "report skipped", only=_RUN),
    "report_stuck": Plan("yes", "report stuck", only=_RUN),
}


@dataclass(slots=True)
class Fault:
    """`count` None: until cleared. `seconds`: of the wait, the late effect, or the ban (machine time).

    `account`: digits of the account that a call must concern, however its path names it ("" for any). `fields`: those
    that `missing_fields` leaves out. `since` and `until`: virtual Unix seconds between which it is in force.
    """

    kind: str
    method: str = _EVERYTHING
    path: str = _EVERYTHING
    count: int | None = 1
    probability: float = 1.0
    seconds: float = 30.0
    account: str = ""
    fields: list[str] = field(default_factory=list)
    since: float | None = None
    until: float | None = None
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind not in PLANS:
            raise ValueError(f"unknown fault {self.kind!r}; there are {', '.join(sorted(PLANS))}")
        re.compile(self.method)
        re.compile(self.path)
        self.account = self.account.removeprefix("act_")
        if not 0 <= self.probability <= 1 or self.seconds < 0 or (self.count is not None and self.count < 1):
            raise ValueError("probability from 0 to 1, seconds from 0, count from 1 or null")

    @property
    def plan(self) -> Plan:
        return PLANS[self.kind]

    def fits(self, method: str, path: str, account: str = "", now: float = 0.0) -> bool:
        """Whether it is meant for this call and not used up. `path` has a leading slash and no version."""
        left = self.count is None or self.hits < self.count
        timely = (self.since is None or now >= self.since) and (self.until is None or now < self.until)
        mine = self.account in ("", account) and re.fullmatch(self.method, method) is not None
        return left and timely and mine and all(re.search(p, path) for p in (self.path, self.plan.only))


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

    def strike(self, method: str, path: str, account: str = "", now: float = 0.0) -> Fault | None:
        """The fault that hits this call, counted; None where all goes well. `now`: virtual Unix seconds."""
        for fault in self.active:
            if fault.fits(method, path, account, now) and self.chance.random() < fault.probability:
                fault.hits += 1
                return fault
        return None
