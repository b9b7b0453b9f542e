"""A pixel goes silent: no event for hours in which it usually has many, while the account goes on spending."""

from datetime import datetime, timedelta

from django.db.models import Sum

from intelligence.collect.quality_checks.base import Check, Finding, Verdict, chance_of_at_most
from intelligence.models import PixelHour
from intelligence.models.pixel_hour import ALL_EVENTS
from metaads.models import AdAccount, Pixel

HOURS = 3
DAYS_BACK = 7
LEAST_HOURS = 2 * HOURS
LEAST_EXPECTED = 20.0
POOR_DAY = 0.5
MOST_SHARE = 0.05
CHANCE = 1e-4
FRESH = timedelta(hours=3)
_HOUR = timedelta(hours=1)


class PixelSilence(Check):
    key = "pixel_silence"
    label = "Pixel silent"

    def look(self, account: AdAccount, now: datetime) -> Finding:
        pixels = Pixel.objects.filter(account=account, deleted_at=None).select_related("account").order_by("meta_id")
        findings = [self._of(pixel, now) for pixel in pixels]
        for verdict in (Verdict.DOUBTFUL, Verdict.FINE):
            if told := [one.sentence for one in findings if one.verdict is verdict]:
                return Finding(self.key, verdict, " ".join(told))
        return self.unknown("No pixel has enough events by the hour to judge by.")

    def _of(self, pixel: Pixel, now: datetime) -> Finding:
        """The newest hours that are over for an hour at least, for server events come late."""
        last = now.replace(minute=0, second=0, microsecond=0) - 2 * _HOUR
        wanted = [last - n * _HOUR for n in range(HOURS)]
        rows = PixelHour.objects.filter(pixel=pixel, event=ALL_EVENTS, count__isnull=False)
        seen = list(rows.filter(hour__in=wanted, read_at__gt=now - FRESH).values_list("count", flat=True))
        past = [hour - timedelta(days=back) for hour in wanted for back in range(1, DAYS_BACK + 1)]
        before = rows.filter(hour__in=past)
        known = before.count()
        if len(seen) < HOURS or known < LEAST_HOURS:
            return self.unknown(f"Pixel {pixel} has too few hours.")
        events = float(sum(count or 0 for count in seen))
        expected = float(before.aggregate(all=Sum("count"))["all"] or 0) / known * HOURS
        return self._judge(pixel, last, events, expected)

    def _judge(self, pixel: Pixel, last: datetime, events: float, expected: float) -> Finding:
        until = (last + _HOUR).astimezone(pixel.account.zone)
        told = f"had {events:,.0f} events in the {HOURS} hours up to {until:%H:%M %Z}"
        told += f", {expected:,.0f} are usual at that time."
        if expected * POOR_DAY < LEAST_EXPECTED:
            return self.unknown(f"Too few to judge by: pixel {pixel} {told}")
        if events <= MOST_SHARE * expected and chance_of_at_most(events, expected * POOR_DAY) < CHANCE:
            return self.doubtful(f"Pixel {pixel} is silent: it {told}")
        return self.fine(f"Pixel {pixel} {told}")


PIXEL_SILENCE = PixelSilence()
