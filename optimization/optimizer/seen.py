"""What response curves are fitted to: the daily figures of an account's ads, out of the metrics table."""

from dataclasses import dataclass

import numpy as np

from intelligence.metrics.frame import Frame, Numbers, Texts
from metaads.graph.money import offset
from metaads.models import AdAccount
from optimization.optimizer.panel import Codes, Panel
from optimization.optimizer.roas import visible

DAYS = 30
LATELY = 2
"""Days whose spend tells where the money flows now."""
RUNNING = "ACTIVE"


@dataclass(frozen=True)
class Seen:
    """An account's ads day by day. `set_ids` and `campaign_ids` by number; `campaign_of`: of each ad set.

    `lately`: (ads,) minor units a day, 0 of what does not run.
    """

    panel: Panel
    frame: Frame
    set_ids: Texts
    campaign_ids: Texts
    campaign_of: Codes
    lately: Numbers

    def ads_of(self, campaigns: bool, place: int) -> Codes:
        """Rows of the ads in the ad set, or the campaign, with this number."""
        of = self.campaign_of[self.panel.set_of] if campaigns else self.panel.set_of
        return np.flatnonzero(of == place)


def seen(account: AdAccount, ads: Frame) -> Seen | None:
    """None: the table has no ads, or does not tell whose they are. Money in minor units; unknown days stay unknown."""
    parents, campaigns = _texts(ads, "parent_id"), _texts(ads, "campaign_id")
    if not len(ads) or not (parents != "").all() or not (campaigns != "").all():
        return None
    minor = float(offset(account.currency))
    set_ids, first, set_of = np.unique(parents, return_index=True, return_inverse=True)
    campaign_ids, campaign_of = np.unique(campaigns[first], return_inverse=True)
    spend = _daily(ads, "spend") * minor
    panel = Panel(
        spend=spend,
        clicks=_daily(ads, "inline_link_clicks"),
        conversions=_daily(ads, "true_conversions"),
        value=_daily(ads, "true_value") * minor,
        visible=visible(ads, account, DAYS)[::-1],
        set_of=set_of.astype(np.intp),
    )
    running = (_texts(ads, "status") == RUNNING) & (_texts(ads, "effective_status") == RUNNING)
    lately = np.where(running, np.nan_to_num(spend[-LATELY:]).mean(axis=0), 0.0)
    return Seen(panel, ads, set_ids, campaign_ids, campaign_of.astype(np.intp), lately)


def _daily(frame: Frame, base: str) -> Numbers:
    """(DAYS, n), oldest day first, yesterday the last; NaN = unknown."""
    days = [frame.columns.get(f"{base}_@{ago}") for ago in range(DAYS, 0, -1)]
    return np.array([np.full(len(frame), np.nan) if day is None else day for day in days], dtype=np.float64)


def _texts(frame: Frame, name: str) -> Texts:
    held = frame.columns.get(name)
    return np.full(len(frame), "") if held is None else np.asarray(held, dtype=np.str_)
