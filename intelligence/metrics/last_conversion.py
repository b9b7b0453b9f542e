"""`hours_since_conversion`: how long ago an entity last got a result, as far as the kept days and hours can tell.

From the hours of today and yesterday: since the reading that first showed it (so never too long by more than the
hour). From older days: since the end of the day. Unknown where no kept day shows a conversion.
"""

from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Max

from intelligence.metrics import windows
from intelligence.metrics.entities import locate
from intelligence.metrics.frame import Numbers, Texts
from intelligence.models import Snapshot
from metaads.models import AdAccount

_HOUR = timedelta(hours=1)


def hours_since(
    account: AdAccount, level: str, ids: Texts, conversions: Numbers, now: datetime, known_at: datetime
) -> Numbers:
    """`conversions` is (days, entities), row k = k account days ago."""
    today = windows.local_day(now, account.zone)
    answer = _by_hour(account, level, ids, (today - timedelta(days=1), today), now, known_at)
    some = conversions > 0
    for ago in range(len(conversions)):
        end = min(windows.day_end(today - timedelta(days=ago), account.zone), now)
        answer[np.isnan(answer) & some[ago]] = (now - end) / _HOUR
    return answer


def _by_hour(
    account: AdAccount, level: str, ids: Texts, days: tuple[date, date], now: datetime, known_at: datetime
) -> Numbers:
    answer = np.full(len(ids), np.nan)
    last = list(
        Snapshot.objects.filter(
            account=account, level=level, local_date__range=days, conversions__gt=0, read_at__lte=known_at
        )
        .values_list("entity_id")
        .annotate(last=Max("read_at"))
    )
    if last:
        rows = locate(ids, np.array([entity_id for entity_id, _ in last]))
        hours = np.array([(now - moment) / _HOUR for _, moment in last])
        answer[rows[rows >= 0]] = np.maximum(hours[rows >= 0], 0)
    return answer
