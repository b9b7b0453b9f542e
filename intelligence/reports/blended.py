"""Blended ROAS: summed value over summed spend of any set of campaigns, of one account or several."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from intelligence.metrics import windows
from intelligence.metrics.entities import locate, mirrored
from intelligence.metrics.source import Source
from intelligence.reports.span import days_of, named
from metaads.models import AdAccount, Level


class MixedCurrencies(ValueError):
    """Money of different currencies has no sum; the text names them."""


@dataclass(frozen=True)
class Lack:
    """A campaign whose spend or value is unknown, or that is not there at all."""

    campaign_id: str
    what: str


@dataclass(frozen=True)
class Blended:
    """Over all campaigns that were asked for: unknown (None) if any of them lacks. `known_*`: those that do not lack.

    Money in the major unit of `currency`. `roas` is None without spend.
    """

    currency: str
    campaigns: int
    spend: float | None
    value: float | None
    roas: float | None
    known_spend: float
    known_value: float
    known_roas: float | None
    lacking: tuple[Lack, ...]


def blended(
    accounts: AdAccount | Sequence[AdAccount],
    campaign_ids: Collection[str] | None,
    window: str,
    now: datetime,
    attribution: str | None = None,
    include_offline: bool = False,
) -> Blended:
    """`campaign_ids` None = all campaigns of the accounts. `window` of whole days, in each account's own time.

    Raises MixedCurrencies, BadPeriod, BadAttribution.
    """
    several = [accounts] if isinstance(accounts, AdAccount) else list(accounts)
    currencies = sorted({account.currency for account in several})
    if len(currencies) > 1:
        raise MixedCurrencies(f"Money in {' and '.join(currencies)} has no sum: choose accounts of one currency.")
    value_name = named(["conversion_value"], attribution, include_offline)["conversion_value"]
    rows = [row for account in several for row in _rows(account, campaign_ids, window, now, value_name)]
    if campaign_ids is not None:
        found = {campaign_id for campaign_id, _, _ in rows}
        rows += [(campaign_id, np.nan, np.nan) for campaign_id in sorted(set(campaign_ids) - found)]
    return _blend(currencies[0] if currencies else "", rows)


Row = tuple[str, float, float]


def _rows(
    account: AdAccount, campaign_ids: Collection[str] | None, window: str, now: datetime, value_name: str
) -> list[Row]:
    """(campaign, spend, value) of those that the account has; NaN = unknown."""
    today = windows.local_day(now, account.zone)
    first, last = days_of(window, today)
    source = Source(account, Level.CAMPAIGN, mirrored(account, Level.CAMPAIGN, now), now, now)
    wanted = source.entities.ids if campaign_ids is None else np.array(sorted(campaign_ids), dtype=np.str_)
    places = locate(source.entities.ids, wanted)
    span = slice((today - last).days, (today - first).days + 1)
    spend, value = (source.matrix(name)[span].sum(axis=0) for name in ("spend", value_name))
    return [(str(source.entities.ids[i]), float(spend[i]), float(value[i])) for i in places[places >= 0]]


def _blend(currency: str, rows: Sequence[Row]) -> Blended:
    lacking = tuple(Lack(campaign_id, what) for campaign_id, *sums in rows if (what := _lack(*sums)))
    out = {lack.campaign_id for lack in lacking}
    known = [row for row in rows if row[0] not in out]
    spend, value = round(sum(row[1] for row in known), 6), round(sum(row[2] for row in known), 6)
    roas = value / spend if spend > 0 else None
    return Blended(
        currency=currency,
        campaigns=len(rows),
        spend=None if lacking else spend,
        value=None if lacking else value,
        roas=None if lacking else roas,
        known_spend=spend,
        known_value=value,
        known_roas=roas,
        lacking=lacking,
    )


def _lack(spend: float, value: float) -> str:
    """ "" if both are known."""
    missing = [name for name, held in (("spend", spend), ("conversion value", value)) if held != held]
    return " and ".join(missing)
