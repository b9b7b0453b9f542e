"""A month of an account's plain days, read hourly at the end, for quality checks."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from metaads.models import AdAccount, Level
from tests.factories.intelligence import Row, reading

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def past(account: AdAccount, level: str, rows: Mapping[str, Row], first: int = 4, last: int = 28) -> None:
    """Complete days, read once, long ago."""
    for ago in range(first, last + 1):
        reading(account, level, TODAY - timedelta(days=ago), NOW - timedelta(days=2), rows)


def purchases(clicks: float, count: float) -> dict[str, Row]:
    return {"21": {"clicks": clicks, "impressions": clicks * 50, "spend": clicks, "actions.omni_purchase": count}}


def hourly(account: AdAccount, level: str, now: Mapping[int, tuple[float, float]], hours: int = 26) -> None:
    """Today and the three days before, read each hour: clicks grow by 50 an hour of today, purchases as `now` says.

    `now`: by days ago the (purchases until `hours` hours ago, purchases now); they grow in a straight line between.
    """
    for back in range(hours, -1, -1):
        read_at = NOW - timedelta(hours=back)
        for ago, (before, after) in now.items():
            day = TODAY - timedelta(days=ago)
            if ago == 0 and read_at < datetime(2026, 11, 19, 23, tzinfo=UTC):
                continue
            since_midnight = (read_at - datetime(2026, 11, 19, 23, tzinfo=UTC)) / timedelta(hours=1)
            clicks = 50 * since_midnight if ago == 0 else 1200
            count = round(after - (after - before) * back / hours)
            reading(account, level, day, read_at, purchases(clicks, count))


LEVEL = Level.CAMPAIGN
