"""Collection has gaps: a day whose total nobody read after it ended, or many hours that could not be told apart since.

Hours that were missed leave the day's total right, so they count only when there are many and filling them has failed
for a while; days that were missed are read again at the next collection, so one that still lacks is trouble.
"""

from datetime import date, datetime, timedelta

from intelligence.collect.quality_checks.base import Check, Finding
from intelligence.collect.store import confirmed
from intelligence.metrics import windows
from intelligence.models import Freshness, Gap
from metaads.models import AdAccount, Level

DAYS = 7
GRACE = timedelta(hours=6)
LONG_GAP = timedelta(hours=12)
RECENT = timedelta(days=2)


class CollectionGaps(Check):
    key = "collection_gaps"
    label = "Collection has gaps"

    def look(self, account: AdAccount, now: datetime) -> Finding:
        rows = dict(Freshness.objects.filter(account=account).values_list("level", "history_from"))
        missing = [text for level in Level if (text := self._missing(account, level, rows, now))]
        if missing:
            return self.doubtful(f"Figures are missing: {'; '.join(missing)}.")
        gap = next((one for one in self._open_gaps(account, now)), None)
        if gap is not None:
            hours = round((gap.until - gap.since) / timedelta(hours=1))
            return self.doubtful(
                f"{hours} hours from {gap.since.astimezone(account.zone):%d %b %H:%M %Z} were not collected, "
                "and could not be filled since."
            )
        if not any(rows.values()):
            return self.unknown("The past was not read yet.")
        return self.fine(f"All of the last {DAYS} days were read after they ended.")

    def _missing(self, account: AdAccount, level: Level, rows: dict[str, date | None], now: datetime) -> str:
        """Days of a level that the history covers and that were not read after they ended; "" = none."""
        history_from = rows.get(level.value)
        today = windows.local_day(now, account.zone)
        days = [today - timedelta(days=ago) for ago in range(DAYS, 0, -1)]
        read = confirmed(account, level, (days[0], days[-1]))
        late = [
            f"{day:%d %b}"
            for day in days
            if history_from is not None
            and day >= history_from
            and windows.day_end(day, account.zone) + GRACE <= now
            and (day not in read or read[day] < windows.day_end(day, account.zone))
        ]
        return f"{level.label.lower()}s on {', '.join(late)}" if late else ""

    def _open_gaps(self, account: AdAccount, now: datetime) -> list[Gap]:
        rows = Gap.objects.filter(
            account=account, filled_at=None, until__gt=now - RECENT, found_at__lt=now - GRACE
        ).order_by("since")
        return [gap for gap in rows if gap.until - gap.since >= LONG_GAP]


COLLECTION_GAPS = CollectionGaps()
