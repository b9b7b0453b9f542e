"""Sums of the world's days: by account, campaign, ad set or ad, over a span, with the people reached."""

from dataclasses import dataclass

import numpy as np

from metaads.sandbox.graph import metrics, spans
from metaads.sandbox.world import saturation
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import HOURLY, WIDTH, Metric
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.types import Bools, Floats, Ints

Below = Campaign | AdSet | Ad
_KEPT = 200


@dataclass(frozen=True)
class Row:
    """One row before rendering. `index` is the column of the entity at its level, `hour` None without the breakdown."""

    index: int
    span: spans.Span
    cell: metrics.Cell
    hour: int | None = None


@dataclass(frozen=True)
class Table:
    """Sums of one span at one level: (entities, metrics), people reached, and which entities delivered at all."""

    sums: Ints
    people: Floats
    delivered: Ints


class Rows:
    """Rows of several spans, in order of time; only those that a page shows are made."""

    def __init__(self, account: Account, level: str, asked: list[spans.Span], node: Below | None, keep: Bools | None):
        self.account = account
        self.asked = asked
        self.tables = [table(account, level, span, node) for span in asked]
        parts = [t.delivered if keep is None else t.delivered[keep[t.delivered]] for t in self.tables]
        self.which = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        self.index = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, part: slice) -> list[Row]:
        pairs = zip(self.which[part].tolist(), self.index[part].tolist(), strict=True)
        return [self._row(number, index) for number, index in pairs]

    def _row(self, number: int, index: int) -> Row:
        found = self.tables[number]
        cell = metrics.Cell(tuple(found.sums[index].tolist()), int(found.people[index]), self.account.market.offset)
        return Row(index, self.asked[number], cell)


def table(account: Account, level: str, span: spans.Span, node: Below | None) -> Table:
    """The sums of a span, kept on the account until its next step."""
    key = (level, span, node.id if node else "")
    if key not in account.tables:
        if len(account.tables) >= _KEPT:
            account.tables.clear()
        account.tables[key] = _table(account, level, span, members(account, node))
    found: Table = account.tables[key]
    return found


def members(account: Account, node: Below | None) -> Ints:
    """Ads below the node."""
    if isinstance(node, Ad):
        return np.array([node.index])
    sets = _set_of_ads(account)
    if isinstance(node, AdSet):
        return np.flatnonzero(sets == node.index)
    if isinstance(node, Campaign):
        return np.flatnonzero(_campaign_of_sets(account)[sets] == node.index)
    return np.arange(len(account.ads))


def _set_of_ads(account: Account) -> Ints:
    return np.array([a.ad_set for a in account.ads], dtype=np.int64)


def _campaign_of_sets(account: Account) -> Ints:
    return np.array([s.campaign for s in account.ad_sets], dtype=np.int64)


def _groups(account: Account, level: str) -> tuple[Ints, int]:
    """For each ad its entity at the level, and how many entities there are."""
    sets = _set_of_ads(account)
    if level == "ad":
        return np.arange(len(account.ads)), len(account.ads)
    if level == "adset":
        return sets, len(account.ad_sets)
    if level == "campaign":
        return _campaign_of_sets(account)[sets], len(account.campaigns)
    return np.zeros(len(account.ads), dtype=np.int64), 1


def audience(account: Account, level: str) -> Floats:
    """People that can be reached at the level: audiences of ad sets overlap by a quarter."""
    people: Floats = account.truth.audience
    if level == "ad":
        return np.asarray(people[_set_of_ads(account)], dtype=np.float64)
    if level == "adset":
        return people
    groups = _campaign_of_sets(account) if level == "campaign" else np.zeros(len(people), dtype=np.int64)
    sums = np.bincount(groups, weights=people)
    largest = np.zeros(len(sums))
    np.maximum.at(largest, groups, people)
    return np.asarray(np.maximum(largest, 0.75 * sums), dtype=np.float64)


def _sums(account: Account, span: spans.Span) -> Ints:
    """Sums over the span for each ad: (ads, metrics)."""
    first = max(0, span[0].toordinal() - account.first_day)
    last = min(account.days, span[1].toordinal() - account.first_day + 1)
    if last <= first:
        return np.zeros((len(account.ads), WIDTH), dtype=np.int64)
    return np.asarray(account.daily[first:last].sum(axis=0), dtype=np.int64)


def _grouped(values: Ints, groups: Ints, count: int) -> Ints:
    out = np.zeros((count, values.shape[1]), dtype=np.int64)
    np.add.at(out, groups, values)
    return out


def _table(account: Account, level: str, span: spans.Span, mine: Ints) -> Table:
    per_ad = _sums(account, span)
    groups, count = _groups(account, level)
    sums = _grouped(per_ad[mine], groups[mine], count)
    people = _reach(account, level, per_ad[:, Metric.IMPRESSIONS], mine, sums[:, Metric.IMPRESSIONS])
    return Table(sums, people, np.flatnonzero(sums.any(axis=1)))


def _reach(account: Account, level: str, shown: Ints, mine: Ints, sums: Ints) -> Floats:
    """People reached: never more than the parts together, never fewer than the largest part."""
    by_ad = saturation.reach(shown[mine].astype(np.float64), audience(account, "ad")[mine])
    groups, count = _groups(account, level)
    together = np.bincount(groups[mine], weights=by_ad, minlength=count)
    largest = np.zeros(count)
    np.maximum.at(largest, groups[mine], by_ad)
    return np.clip(saturation.reach(sums.astype(np.float64), audience(account, level)), largest, together)


def hourly_rows(account: Account, level: str, span: spans.Span, node: Below | None) -> list[Row]:
    """Rows of campaigns (or the account) for each hour of the day; sums over the span's days."""
    first = max(0, span[0].toordinal() - account.first_day)
    last = min(account.days, span[1].toordinal() - account.first_day + 1)
    hours = account.hourly[first : max(first, last)].sum(axis=0)
    campaigns = np.unique(_campaign_of_sets(account)[_set_of_ads(account)[members(account, node)]])
    if level == "account":
        hours, campaigns = hours[:, campaigns].sum(axis=1, keepdims=True), np.array([0])
    rows = []
    for index in campaigns.tolist():
        for hour in range(24):
            cell = _hour_cell(hours[hour, index], account.market.offset)
            if any(cell.sums):
                rows.append(Row(index, span, cell, hour))
    return rows


def _hour_cell(values: Ints, offset: int) -> metrics.Cell:
    sums = [0] * WIDTH
    for column, metric in enumerate(HOURLY):
        sums[metric] = int(values[column])
    return metrics.Cell(tuple(sums), 0, offset, hourly=True)
