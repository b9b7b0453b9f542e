"""Daily matrices that are made from others: offline sales, Meta's and offline together, results corrected for maturity.

All are (31, entities), row k = k account days ago; NaN = unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from django.db.models import Count, Sum

from intelligence.metrics.entities import locate
from intelligence.metrics.frame import Numbers, Texts
from intelligence.metrics.known import Known
from intelligence.metrics.maturity import AGES, age, shares_at
from intelligence.metrics.variants import TRUE
from intelligence.models import MaturityCurve, OfflineConversion
from metaads.models import AdAccount, Level
from metaads.prepared import Prepared

_ENTITY = {Level.CAMPAIGN.value: "campaign_id", Level.AD_SET.value: "ad_set_id", Level.AD.value: "ad_id"}
OFFLINE_OF: dict[str, str] = dict(zip(TRUE, ("offline_conversions", "offline_value"), strict=True))


@dataclass(frozen=True)
class Offline:
    """Uploaded sales of entities, as known at a moment. An entity without one has a known zero."""

    conversions: Numbers
    value: Numbers


def offline(account: AdAccount, level: str, ids: Texts, days: tuple[date, int], known_at: datetime) -> Offline:
    """Of `days` = (today, count), by the account's date of the sale. Only rows that name the level are counted."""
    today, count = days
    rows = _sales(_ENTITY[level])(account.pk, today - timedelta(days=count - 1), today, known_at)
    answer = Offline(np.zeros((count, len(ids))), np.zeros((count, len(ids))))
    if rows:
        places = locate(ids, np.array([row[0] for row in rows]))
        for place, (_, day, number, worth) in zip(places.tolist(), rows, strict=True):
            if place >= 0:
                answer.conversions[(today - day).days, place] = number
                answer.value[(today - day).days, place] = float(worth)
    return answer


@cache
def _sales(entity: str) -> Prepared[Any]:
    return Prepared(
        lambda account, first, last, known_at: (
            OfflineConversion.objects.filter(
                account_id=account, problem="", local_date__range=(first, last), known_at__lte=known_at
            )
            .exclude(**{entity: ""})
            .values_list(entity, "local_date")
            .annotate(number=Count("id"), worth=Sum("value"))
        )
    )


def visible_shares(account: AdAccount, known: Mapping[int, Known], count: int, known_at: datetime) -> Numbers:
    """What share of each day's final results its newest reading shows, by the curve of that time; NaN = unknown.

    `known` by days ago. Today, and a day whose age the curve does not tell, are unknown.
    """
    curve = curve_of(account, known_at)
    ages = [age(account, known[ago].day, known[ago].confirmed_at) if ago in known else -1.0 for ago in range(count)]
    return shares_at(curve or [None] * len(AGES), ages)


def curve_of(account: AdAccount, known_at: datetime) -> Sequence[float | None] | None:
    """The maturity curve of the account's results by AGES, as told at that time; None = none was learned yet."""
    shares: Sequence[float | None] | None = _CURVE.first(account.pk, account.conversion_action_type, known_at)
    return shares


_CURVE = Prepared(
    lambda account, kind, known_at: (
        MaturityCurve.objects.filter(account_id=account, action_type=kind, made_at__lte=known_at)
        .order_by("-made_at")
        .values_list("shares", flat=True)[:1]
    )
)
