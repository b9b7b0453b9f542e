"""Usage headers on every answer (reference 7.2): calls of the last hour per account, as percentages."""

import json
from collections import deque
from dataclasses import dataclass, field

_HOUR = 3600.0


@dataclass(slots=True)
class Usage:
    """Counts calls by account and type. `limit`: calls an hour that make 100 %."""

    limit: int = 6000
    calls: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    minutes_to_regain: int = 0
    pretended: dict[str, int] = field(default_factory=dict)

    def count(self, account: str, kind: str, now: float) -> None:
        """Notes a call; `kind` is `ads_management` or `ads_insights`. Seconds of machine time."""
        log = self.calls.setdefault((account, kind), deque())
        log.append(now)
        while log and log[0] < now - _HOUR:
            log.popleft()

    def percent(self, account: str, kind: str) -> int:
        """Usage of an account by type; at least what a test pretends."""
        counted = round(100 * len(self.calls.get((account, kind), ())) / self.limit)
        return max(counted, self.pretended.get(account, 0))

    def headers(self, account: str) -> dict[str, str]:
        """The three headers, for an answer that concerned this account ("" for none)."""
        kinds = sorted(kind for name, kind in self.calls if name == account)
        worst = max((self.percent(account, kind) for kind in kinds), default=0)
        app = {"call_count": worst, "total_time": worst // 2, "total_cputime": worst // 3}
        if not account:
            return {"X-App-Usage": json.dumps(app)}
        rows = [
            {
                "type": kind,
                "call_count": self.percent(account, kind),
                "total_cputime": worst // 3,
                "total_time": worst // 2,
                "estimated_time_to_regain_access": self.minutes_to_regain,
                "ads_api_access_tier": "standard_access",
            }
            for kind in kinds
        ]
        tier = {"acc_id_util_pct": float(worst), "reset_time_duration": 300, "ads_api_access_tier": "standard_access"}
        return {
            "X-App-Usage": json.dumps(app),
            "X-Ad-Account-Usage": json.dumps(tier),
            "X-Business-Use-Case-Usage": json.dumps({account: rows}),
        }
