"""How much of its limits an account has used: headers on every answer, refusals at 100 per cent (reference 7)."""

import json
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from metaads.sandbox.graph.errors import GraphError

_HOUR, _DECAY, _SCORE = 3600.0, 300.0, "score"
MANAGEMENT, INSIGHTS = "ads_management", "ads_insights"
_TOO_MANY = 2_446_079


@dataclass(frozen=True)
class Tier:
    """Meta's access tier: calls an hour by type, and those that each ad adds; the account score and its ban (s)."""

    name: str
    calls: dict[str, int]
    per_ad: dict[str, int]
    score: int
    ban: float


# `roomy` is no tier of Meta's: moved virtual time asks in a minute what an account asks in a day.
TIERS = {
    "roomy": Tier(
        "standard_access", {MANAGEMENT: 1_000_000, INSIGHTS: 1_000_000}, {MANAGEMENT: 40, INSIGHTS: 400}, 10**6, 60
    ),
    "full": Tier(
        "standard_access", {MANAGEMENT: 100_000, INSIGHTS: 190_000}, {MANAGEMENT: 40, INSIGHTS: 400}, 9000, 60
    ),
    "limited": Tier("development_access", {MANAGEMENT: 300, INSIGHTS: 600}, {MANAGEMENT: 40, INSIGHTS: 400}, 60, 300),
}


def kind_of(path: tuple[str, ...]) -> str:
    """The type that a call counts as."""
    return INSIGHTS if "insights" in path else MANAGEMENT


_CODES = {MANAGEMENT: 80_004, INSIGHTS: 80_000, _SCORE: 17}
_TEXT = "There have been too many calls to this ad-account. Wait a bit and try again."


@dataclass(slots=True)
class Usage:
    """Counts calls by account and type, in machine time. `limit`: calls an hour that make 100 %; None: the tier's.

    `score_limit`: points in five minutes; None: the tier's. `pretended`: per cent that headers say at least.
    """

    tier: str = "roomy"
    limit: int | None = None
    score_limit: int | None = None
    clock: Callable[[], float] = time.monotonic
    calls: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    points: dict[str, deque[float]] = field(default_factory=dict)
    blocked: dict[tuple[str, str], float] = field(default_factory=dict)
    ads: dict[str, int] = field(default_factory=dict)
    minutes_to_regain: int = 0
    pretended: dict[str, int] = field(default_factory=dict)

    def count(self, account: str, kind: str, write: bool = False) -> None:
        """Notes a call; `kind` is `ads_management` or `ads_insights`. A write weighs three points, a read one."""
        now = self.clock()
        log = self.calls.setdefault((account, kind), deque())
        log.append(now)
        _forget(log, now - _HOUR)
        if account:
            score = self.points.setdefault(account, deque())
            score.extend([now] * (3 if write else 1))
            _forget(score, now - _DECAY)

    def check(self, account: str, kind: str, ads: int = 0) -> None:
        """Error 80004, 80000 or 17 while the account has used up its calls of this kind or its score."""
        now = self.clock()
        self.ads[account] = ads
        if self._score(account, now) >= self._most_points():
            self.blocked.setdefault((account, _SCORE), now + self._tier.ban)
        if self._calls(account, kind, now) >= self._most(account, kind):
            self.blocked.setdefault((account, kind), self._regained(account, kind, now))
        for name in (_SCORE, kind):
            until = self.blocked.get((account, name))
            if until is not None and until > now:
                raise GraphError(_TEXT, _CODES[name], _TOO_MANY, transient=name == _SCORE, title="Too many calls")
            self.blocked.pop((account, name), None)

    def percent(self, account: str, kind: str) -> int:
        """Usage of an account by type; at least what a test pretends."""
        counted = round(100 * self._calls(account, kind, self.clock()) / self._most(account, kind))
        return max(counted, self.pretended.get(account, 0))

    def headers(self, account: str) -> dict[str, str]:
        """Meta's headers, for an answer that concerned this account ("" for none)."""
        kinds = sorted(kind for name, kind in self.calls if name == account)
        worst = max((self.percent(account, kind) for kind in kinds), default=0)
        app = {"call_count": worst, "total_time": worst // 2, "total_cputime": worst // 3}
        if not account:
            return {"X-App-Usage": json.dumps(app)}
        found = {
            "X-App-Usage": json.dumps(app),
            "X-Ad-Account-Usage": json.dumps(self._score_header(account, worst)),
            "X-Business-Use-Case-Usage": json.dumps({account: [self._row(account, kind) for kind in kinds]}),
        }
        if INSIGHTS in kinds:
            used = self.percent(account, INSIGHTS)
            throttle = {"app_id_util_pct": used, "acc_id_util_pct": used, "ads_api_access_tier": self._tier.name}
            found["X-FB-Ads-Insights-Throttle"] = json.dumps(throttle)
        return found

    def _row(self, account: str, kind: str) -> dict[str, object]:
        used = self.percent(account, kind)
        return {
            "type": kind,
            "call_count": used,
            "total_cputime": used // 3,
            "total_time": used // 2,
            "estimated_time_to_regain_access": self._minutes(account, kind),
            "ads_api_access_tier": self._tier.name,
        }

    def _score_header(self, account: str, worst: int) -> dict[str, object]:
        used = 100 * self._score(account, self.clock()) / self._most_points()
        return {
            "acc_id_util_pct": round(max(used, float(worst)), 2),
            "reset_time_duration": round(_DECAY),
            "ads_api_access_tier": self._tier.name,
        }

    def _minutes(self, account: str, kind: str) -> int:
        """Until calls of this kind are taken again; whole minutes, as Meta says it."""
        until = max(self.blocked.get((account, kind), 0.0), self.blocked.get((account, _SCORE), 0.0))
        return max(self.minutes_to_regain, math.ceil(max(0.0, until - self.clock()) / 60))

    @property
    def _tier(self) -> Tier:
        return TIERS[self.tier]

    def _most(self, account: str, kind: str) -> int:
        per_ad = self._tier.per_ad[kind] * self.ads.get(account, 0)
        return self.limit if self.limit is not None else self._tier.calls[kind] + per_ad

    def _most_points(self) -> int:
        return self.score_limit if self.score_limit is not None else self._tier.score

    def _calls(self, account: str, kind: str, now: float) -> int:
        log = self.calls.get((account, kind), deque())
        _forget(log, now - _HOUR)
        return len(log)

    def _score(self, account: str, now: float) -> int:
        log = self.points.get(account, deque())
        _forget(log, now - _DECAY)
        return len(log)

    def _regained(self, account: str, kind: str, now: float) -> float:
        """When the oldest calls have left the hour so that a tenth of the limit is free again; a minute at least."""
        log = self.calls[account, kind]
        place = min(len(log) - 1, len(log) - self._most(account, kind) + self._most(account, kind) // 10)
        return max(now + 60.0, log[max(0, place)] + _HOUR)


def _forget(log: deque[float], before: float) -> None:
    while log and log[0] < before:
        log.popleft()
