"""Quality, engagement and conversion rankings of an ad among the account's ads of the last 35 days (reference 4.2).

From 500 impressions on; Meta compares with ads of other advertisers, the sandbox only knows those of the account.
"""

from collections.abc import Callable
from datetime import timedelta

import numpy as np

from metaads.sandbox.graph.rollup import Asked, tables
from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.types import Floats, Ints

_LEAST, _DAYS = 500, 35
_UNKNOWN = "UNKNOWN"
# Part of the ads that are worse -> Meta's word, from the worst up.
_WORDS = (
    (0.10, "BELOW_AVERAGE_10"), (0.20, "BELOW_AVERAGE_20"), (0.35, "BELOW_AVERAGE_35"), (0.55, "AVERAGE"),
    (1.01, "ABOVE_AVERAGE"),
)  # fmt: skip


def _per(top: tuple[Metric, ...], bottom: Metric) -> Callable[[Ints], Floats]:
    return lambda sums: sums[:, list(top)].sum(axis=1) / np.maximum(sums[:, bottom], 1)


FIELDS: dict[str, Callable[[Ints], Floats]] = {
    "quality_ranking": _per((Metric.ENGAGEMENT, Metric.LANDING_PAGE_VIEWS), Metric.IMPRESSIONS),
    "engagement_rate_ranking": _per((Metric.CLICKS, Metric.ENGAGEMENT), Metric.IMPRESSIONS),
    "conversion_rate_ranking": _per((Metric.PURCHASES, Metric.LEADS), Metric.LINK_CLICKS),
}


def ranking(asked: Asked, name: str, index: int) -> str:
    """The word for one ad; UNKNOWN while it has been seen too rarely."""
    account = asked.account
    today = account.local(account.simulated_to).date()
    span = (today - timedelta(days=_DAYS), today)
    (table,) = tables(Asked(account, asked.seed, "ad"), span)
    seen = table.sums[:, Metric.IMPRESSIONS] >= _LEAST
    if not seen[index]:
        return _UNKNOWN
    scores = FIELDS[name](table.sums)
    worse = float((scores[seen] < scores[index]).mean())
    return next(word for part, word in _WORDS if worse < part)
