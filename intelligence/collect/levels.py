"""The ads of a day beside their campaigns: sums of both levels, where they can be compared."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Q

from intelligence.metrics import windows
from intelligence.metrics.frame import Numbers
from intelligence.metrics.known import around, newest
from intelligence.totals import Keys, Totals
from metaads.models import Ad, AdAccount, AdSet, Campaign, Level
from metaads.prepared import Prepared

DAYS = 3
LEAST_IMPRESSIONS = 1000
MOST_UNKNOWN = 0.005
SAME_TIME = timedelta(hours=2)
_GONE = Q(deleted_at__isnull=False) | Q(effective_status__in=["DELETED", "ARCHIVED"])


@dataclass(frozen=True)
class Sums:
    """Of one day, over the campaigns that can be compared."""

    day: date
    campaigns: float
    ads: float

    @property
    def apart(self) -> float:
        """Share of the campaigns' sum by which the ads differ."""
        return abs(self.ads - self.campaigns) / self.campaigns if self.campaigns else 0.0


def compared(account: AdAccount, now: datetime) -> list[Sums]:
    """The last complete days that can be compared."""
    today = windows.local_day(now, account.zone)
    ads = newest(account, Level.AD, (today - timedelta(days=DAYS), today - timedelta(days=1)), now)
    parents, left_out = _family(account)
    answer = []
    for day, known in ads.items():
        above = around(account, Level.CAMPAIGN, day, known.confirmed_at, now)
        if above is None or above.distance(known.confirmed_at) > SAME_TIME:
            continue
        sums = _sums(day, known.totals, above.totals, parents, left_out)
        if sums is not None and sums.campaigns >= LEAST_IMPRESSIONS:
            answer.append(sums)
    return answer


def _gone(model: type[Campaign | AdSet | Ad], campaign: str) -> Prepared[str]:
    return Prepared(
        lambda account: model._default_manager.filter(_GONE, account_id=account).values_list(campaign, flat=True)
    )


_PARTLY_GONE = (_gone(Campaign, "meta_id"), _gone(AdSet, "campaign__meta_id"), _gone(Ad, "campaign__meta_id"))
_ADS = Prepared(lambda account: Ad.objects.filter(account_id=account).values_list("meta_id", "campaign__meta_id"))


def _family(account: AdAccount) -> tuple[tuple[Keys, Keys], Keys]:
    """(ads ascending, the campaign of each), and the campaigns of which a part is gone."""
    pairs = [(int(ad), int(campaign)) for ad, campaign in _ids(account)]
    ads = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    gone = {meta_id for asked in _PARTLY_GONE for meta_id in asked(account.pk)}
    return (ads[:, 0], ads[:, 1]), np.array(sorted(int(one) for one in gone), dtype=np.int64)


def _ids(account: AdAccount) -> list[tuple[str, str]]:
    return [(ad, campaign) for ad, campaign in _ADS(account.pk) if ad.isdigit() and campaign.isdigit()]


def _sums(day: date, ads: Totals, campaigns: Totals, family: tuple[Keys, Keys], left_out: Keys) -> Sums | None:
    """None where ads are listed that the mirror does not know: whose they are can't be said."""
    known, parent = family
    shown = _impressions(ads)
    place = np.minimum(np.searchsorted(known, ads.ids), max(len(known) - 1, 0))
    mirrored = known[place] == ads.ids if len(known) else np.zeros(len(ads.ids), dtype=bool)
    if shown[~mirrored].sum() > MOST_UNKNOWN * shown.sum():
        return None
    counted = shown[mirrored & ~np.isin(parent[place], left_out)] if len(known) else shown[:0]
    above = _impressions(campaigns)[~np.isin(campaigns.ids, left_out)]
    return Sums(day, float(above.sum()), float(counted.sum()))


def _impressions(totals: Totals) -> Numbers:
    held: Numbers = np.nan_to_num(totals.metric("impressions"))
    return held
