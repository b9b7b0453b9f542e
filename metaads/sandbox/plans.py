"""Named schedules of faults: a bad day, a storm of limits. Seeded: the same name, seed and start, the same faults."""

import random

from metaads.sandbox.faults import Fault

_HOUR = 3600.0
# Kind, how many spells of it in the plan's time, longest spell as part of that time, probability while it lasts.
Row = tuple[str, int, float, float]
_READS, _WRITES = "GET", "POST|DELETE"


PLANS: dict[str, tuple[tuple[Row, ...], str]] = {
    "bad_day": (
        (
            ("error_500", 3, 0.04, 0.7),
            ("error_503", 2, 0.03, 0.9),
            ("html_502", 2, 0.03, 0.5),
            ("rate_limit", 1, 0.02, 1.0),
            ("insights_limit", 2, 0.02, 1.0),
            ("app_limit", 1, 0.01, 1.0),
            ("latency", 2, 0.05, 0.2),
            ("drop_before", 2, 0.03, 0.3),
            ("malformed", 2, 0.02, 0.3),
            ("empty_page", 3, 0.10, 0.2),
            ("duplicate_rows", 3, 0.10, 0.3),
            ("repeated_page", 2, 0.10, 0.2),
            ("swapped_pages", 2, 0.05, 1.0),
            ("missing_fields", 2, 0.05, 0.3),
            ("newest_missing", 1, 0.10, 1.0),
            ("stale", 1, 0.15, 1.0),
            ("report_failed", 2, 0.10, 0.3),
            ("report_stuck", 1, 0.05, 0.5),
        ),
        _READS,
    ),
    "limits": (
        (
            ("rate_limit", 2, 0.05, 1.0),
            ("insights_limit", 2, 0.05, 1.0),
            ("score_limit", 2, 0.05, 1.0),
            ("app_limit", 2, 0.05, 1.0),
            ("account_limit", 2, 0.05, 1.0),
        ),
        f"{_READS}|{_WRITES}",
    ),
    "lost_answers": (
        (
            ("error_500_after", 3, 0.08, 0.5),
            ("html_502_after", 3, 0.08, 0.5),
            ("drop_after", 3, 0.08, 0.5),
            ("timeout_after", 2, 0.05, 0.5),
            ("late_effect", 2, 0.05, 0.5),
            ("no_effect", 1, 0.05, 0.3),
        ),
        _WRITES,
    ),
    "late_figures": (
        (("stale", 3, 0.20, 1.0), ("newest_missing", 3, 0.10, 1.0), ("missing_fields", 3, 0.1, 0.5)),
        _READS,
    ),
    "reports": (
        (("report_failed", 4, 0.1, 0.6), ("report_skipped", 2, 0.1, 0.4), ("report_stuck", 2, 0.1, 1.0)),
        _READS,
    ),
}


def schedule(name: str, seed: int, start: float, hours: float = 24.0, account: str = "") -> list[Fault]:
    """The plan's faults laid over `hours` from `start` (virtual Unix seconds), in the order in which they begin.

    `account` (digits) limits all of them to one account. ValueError for a name or a span that makes no sense.
    """
    if name not in PLANS:
        raise ValueError(f"unknown plan {name!r}; there are {', '.join(sorted(PLANS))}")
    if hours <= 0:
        raise ValueError("hours above 0")
    rows, method = PLANS[name]
    chance = random.Random(f"{name} {seed}")
    made = [_spell(row, chance, start, hours * _HOUR, method, account) for row in rows for _ in range(row[1])]
    return sorted(made, key=lambda fault: fault.since or 0.0)


def _spell(row: Row, chance: random.Random, start: float, length: float, method: str, account: str) -> Fault:
    kind, _, longest, probability = row
    since = start + chance.random() * length * (1 - longest)
    until = since + (0.25 + 0.75 * chance.random()) * longest * length
    return Fault(
        kind, method, count=None, probability=probability, seconds=2.0, account=account, since=since, until=until
    )
