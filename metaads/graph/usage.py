"""Meta's usage headers, read into numbers. Pure. Shapes and units: reference/meta-marketing-api.md 7.2."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

_HEADERS = ("X-App-Usage", "X-Ad-Account-Usage", "X-Business-Use-Case-Usage", "X-FB-Ads-Insights-Throttle")
_PERCENTS = ("call_count", "total_time", "total_cputime", "acc_id_util_pct", "app_id_util_pct")
INSIGHTS, MANAGEMENT = "ads_insights", "ads_management"
SCORE, APP = "account_score", "app"
_OURS = frozenset({INSIGHTS, MANAGEMENT})
_BUCKETS = {"X-App-Usage": APP, "X-Ad-Account-Usage": SCORE, "X-FB-Ads-Insights-Throttle": INSIGHTS}


@dataclass(frozen=True)
class Usage:
    """Percentages 0-100+ by bucket. `wait` blocks everything of the account, `insights_wait` only reports."""

    percents: dict[str, float] = field(default_factory=dict)
    wait: timedelta | None = None
    insights_wait: timedelta | None = None
    headers: dict[str, Any] = field(default_factory=dict)

    @property
    def percent(self) -> float | None:
        """The highest; None when nothing was said."""
        return max(self.percents.values(), default=None)


def read(headers: Mapping[str, str]) -> Usage:
    """Missing or malformed headers count as not sent: Meta sends none at low usage."""
    found = {name: value for name in _HEADERS if (value := _decode(headers.get(name))) is not None}
    percents: dict[str, float] = {}
    wait, insights_wait = timedelta(0), timedelta(0)
    for bucket, entry in _entries(found):
        percent = max((_float(entry.get(name)) for name in _PERCENTS), default=0.0)
        percents[bucket] = max(percent, percents.get(bucket, 0.0))
        asked = _wait(entry, percent)
        if bucket == INSIGHTS:
            insights_wait = max(insights_wait, asked)
        else:
            wait = max(wait, asked)
    return Usage(percents, wait or None, insights_wait or None, found)


def _entries(found: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(bucket, numbers). Only the business use cases that we cause: other products' limits are not ours."""
    for name, value in found.items():
        if name != "X-Business-Use-Case-Usage":
            yield _BUCKETS[name], value
            continue
        for entries in value.values():
            for entry in entries if isinstance(entries, list) else []:
                if isinstance(entry, dict) and entry.get("type") in _OURS:
                    yield entry["type"], entry


def _wait(entry: Mapping[str, Any], percent: float) -> timedelta:
    """Minutes of `estimated_time_to_regain_access`; seconds of `reset_time_duration` once the score is used up."""
    minutes = _float(entry.get("estimated_time_to_regain_access"))
    seconds = _float(entry.get("reset_time_duration")) if percent >= 100 else 0.0
    return timedelta(minutes=min(minutes, 24 * 60), seconds=min(seconds, 24 * 3600))


def _decode(text: str | None) -> dict[str, Any] | None:
    try:
        value = json.loads(text or "")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _float(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and value > 0 else 0.0
