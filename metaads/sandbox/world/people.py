"""People at work in Ads Manager: now and then, in office hours, somebody changes a budget or pauses an ad by hand."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from metaads.sandbox.world import activity, edits, noise
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.money import minimum_daily
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.options import WorldOptions

_PURPOSE = 16
_OFFICE = range(9, 18)
_STEPS = (0.8, 0.9, 1.1, 1.15, 1.25, 1.5)
_STAFF = (activity.PERSON, replace(activity.PERSON, id="10158000000000057", name="Marco Bruni"))


def act(account: Account, options: WorldOptions, start: int, hours: float, local: datetime) -> None:
    """Whatever people do in this step. Each ad set and ad draws for itself, so that one edit brings no other."""
    if options.human_edits <= 0 or local.weekday() > 4 or local.hour not in _OFFICE:
        return
    chance = options.human_edits * hours / len(_OFFICE) / (len(account.ad_sets) + len(account.ads))
    luck = noise.stream(options.seed, account.number, _PURPOSE, start // 900)
    sets = luck.random((len(account.ad_sets), 2))
    ads = noise.hashed(options.seed, account.number, _PURPOSE, start // 900, np.arange(len(account.ads)))
    for index in np.flatnonzero(sets[:, 0] < chance).tolist():
        _budget(account, account.ad_sets[index], float(sets[index, 1]), start, options.seed)
    for index in np.flatnonzero(ads < chance).tolist():
        _switch(account, account.ads[index], start, options.seed)


def _budget(account: Account, ad_set: AdSet, luck: float, at: int, seed: int) -> None:
    """The ad set's own daily budget, or that of its campaign."""
    campaign = account.campaigns[ad_set.campaign]
    node: Campaign | AdSet = campaign if campaign.daily_budget else ad_set
    if not node.daily_budget or node.status != "ACTIVE" or ad_set.status in ("ARCHIVED", "DELETED"):
        return
    wanted = round(node.daily_budget * _STEPS[int(luck * len(_STEPS))])
    _edit(account, node, {"daily_budget": max(minimum_daily(account.market), wanted)}, at, seed)


def _switch(account: Account, ad: Ad, at: int, seed: int) -> None:
    """An ad that runs is paused, a paused one runs again."""
    other = {"ACTIVE": "PAUSED", "PAUSED": "ACTIVE"}.get(ad.status)
    if other and not ad.review:
        _edit(account, ad, {"status": other}, at, seed)


def _edit(account: Account, node: Campaign | AdSet | Ad, changes: dict[str, Any], at: int, seed: int) -> None:
    before = {name: getattr(node, name) for name in changes}
    edits.apply(account, node, changes, at, seed)
    activity.note(account, at, node, before, changes, _STAFF[node.index % len(_STAFF)])
