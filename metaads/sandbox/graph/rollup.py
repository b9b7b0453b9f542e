"""Sums of the world's days: by account, campaign, ad set or ad, over a span, with the people reached."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from metaads.sandbox.graph import spans
from metaads.sandbox.graph.breakdowns import split
from metaads.sandbox.graph.cells import Cell
from metaads.sandbox.graph.hours import by_hour
from metaads.sandbox.graph.segments import DISJOINT, HOURLY_BREAKDOWN, OFFSITE_LEFT_OUT, segments
from metaads.sandbox.world import own_events, saturation
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import WIDTH, Metric
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.types import Bools, Floats, Ints

Below = Campaign | AdSet | Ad
_KEPT = 200
_THIRTEEN_MONTHS = timedelta(days=396)


@dataclass(frozen=True)
class Asked:
    """Whose sums a request wants: the entities of a level below `node` (None: the account), broken down or not."""

    account: Account
    seed: int
    level: str
    node: Below | None = None
    breakdowns: tuple[str, ...] = ()

    @property
    def hourly(self) -> bool:
        return HOURLY_BREAKDOWN in self.breakdowns


@dataclass(frozen=True)
class Row:
    """One row before rendering. `index` is the column of the entity at its level; `labels` name the part it is of."""

    index: int
    span: spans.Span
    cell: Cell
    labels: dict[str, str]


@dataclass(frozen=True)
class Table:
    """Sums of one span at one level: (entities, metrics), people reached, and which entities delivered at all.

    `labels`: the part of a breakdown that the sums are of; empty without one.
    """

    sums: Ints
    people: Floats
    delivered: Ints
    labels: dict[str, str] = field(default_factory=dict)


class Rows:
    """Rows of several spans, in order of time; only those that a page shows are made."""

    def __init__(self, asked: Asked, wanted: list[spans.Span], keep: Bools | None, today: date):
        self.asked = asked
        found = [(span, one) for span in wanted for one in tables(asked, span)]
        self.spans = [span for span, _ in found]
        self.tables = [one for _, one in found]
        parts = [t.delivered if keep is None else t.delivered[keep[t.delivered]] for t in self.tables]
        self.which = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        self.index = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
        self.oldest_with_reach = today - _THIRTEEN_MONTHS if asked.breakdowns else date.min

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, part: slice) -> list[Row]:
        pairs = zip(self.which[part].tolist(), self.index[part].tolist(), strict=True)
        return [self._row(number, index) for number, index in pairs]

    def _row(self, number: int, index: int) -> Row:
        found, span = self.tables[number], self.spans[number]
        return Row(index, span, self.cell(found.sums[index], int(found.people[index]), span), found.labels)

    def cell(self, sums: Ints, people: int, span: spans.Span) -> Cell:
        """Breakdowns that begin more than 13 months back have no reach (reference 4.1)."""
        reach = people if span[0] >= self.oldest_with_reach else None
        onsite = self.asked.hourly or not OFFSITE_LEFT_OUT.isdisjoint(self.asked.breakdowns)
        offset = self.asked.account.market.offset
        own = own_events.has(self.asked.account.number)
        return Cell(tuple(sums.tolist()), reach, offset, hourly=self.asked.hourly, onsite=onsite, own_events=own)


def tables(asked: Asked, span: spans.Span) -> list[Table]:
    """One table, or one for each part of the breakdown; kept on the account until its next step."""
    account = asked.account
    key = (asked.level, span, asked.node.id if asked.node else "", asked.breakdowns)
    if key not in account.tables:
        if len(account.tables) >= _KEPT:
            account.tables.clear()
        mine = members(account, asked.node)
        account.tables[key] = _split_tables(asked, span, mine) if asked.breakdowns else [_table(asked, span, mine)]
    found: list[Table] = account.tables[key]
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
    count = len(account.campaigns) if level == "campaign" else 1
    sums = np.bincount(groups, weights=people, minlength=count)
    largest = np.zeros(len(sums))
    np.maximum.at(largest, groups, people)
    return np.asarray(np.maximum(1.0, np.maximum(largest, 0.75 * sums)), dtype=np.float64)


def days(account: Account, span: spans.Span) -> range:
    """Rows of `Account.daily` that lie in a span."""
    first = max(0, span[0].toordinal() - account.first_day)
    return range(first, max(first, min(account.days, span[1].toordinal() - account.first_day + 1)))


def _sums(account: Account, span: spans.Span) -> Ints:
    """Sums over the span for each ad: (ads, metrics)."""
    rows = days(account, span)
    if not rows:
        return np.zeros((len(account.ads), WIDTH), dtype=np.int64)
    return np.asarray(account.daily[rows.start : rows.stop].sum(axis=0), dtype=np.int64)


def _grouped(values: Ints, groups: Ints, count: int) -> Ints:
    out = np.zeros((count, *values.shape[1:]), dtype=np.int64)
    np.add.at(out, groups, values)
    return out


def _table(asked: Asked, span: spans.Span, mine: Ints) -> Table:
    account, level = asked.account, asked.level
    per_ad = _sums(account, span)
    groups, count = _groups(account, level)
    sums = _grouped(per_ad[mine], groups[mine], count)
    people = _reach(account, level, per_ad[:, Metric.IMPRESSIONS], mine, sums[:, Metric.IMPRESSIONS])
    return Table(sums, people, np.flatnonzero(sums.any(axis=1)))


def _split_tables(asked: Asked, span: spans.Span, mine: Ints) -> list[Table]:
    """One table for each part; parts in which nothing happened have no delivered entities."""
    account = asked.account
    labels, parts = _parts(asked, span, mine)
    groups, count = _groups(account, asked.level)
    sums = _grouped(parts, groups[mine], count)
    whole = _table(asked, span, mine)
    people = _people(asked, whole, sums[:, :, Metric.IMPRESSIONS])
    return [
        Table(sums[:, i], people[:, i], np.flatnonzero(sums[:, i].any(axis=1)), label) for i, label in enumerate(labels)
    ]


def _parts(asked: Asked, span: spans.Span, mine: Ints) -> tuple[tuple[dict[str, str], ...], Ints]:
    """Labels, and the sums of each of these ads by part: (ads, parts, metrics)."""
    account, sets = asked.account, _set_of_ads(asked.account)
    if asked.hourly:
        labels = tuple({HOURLY_BREAKDOWN: f"{hour:02}:00:00 - {hour:02}:59:59"} for hour in range(24))
        return labels, by_hour(account, days(account, span), mine, _campaign_of_sets(account)[sets])
    found = segments(account, asked.seed, list(asked.breakdowns))
    return found.labels, split(account, asked.seed, days(account, span), mine, found, sets)


def _people(asked: Asked, whole: Table, shown: Ints) -> Floats:
    """People reached in each part: theirs where a person is in one part only, more together where parts overlap."""
    share = shown / np.maximum(whole.sums[:, Metric.IMPRESSIONS, None], 1)
    wider = share if set(asked.breakdowns) <= DISJOINT else 1 - (1 - share) ** 2
    return np.minimum(np.ceil(whole.people[:, None] * wider), shown)


def _reach(account: Account, level: str, shown: Ints, mine: Ints, sums: Ints) -> Floats:
    """People reached: never more than the parts together, never fewer than the largest part."""
    by_ad = saturation.reach(shown[mine].astype(np.float64), audience(account, "ad")[mine])
    groups, count = _groups(account, level)
    together = np.bincount(groups[mine], weights=by_ad, minlength=count)
    largest = np.zeros(count)
    np.maximum.at(largest, groups[mine], by_ad)
    return np.clip(saturation.reach(sums.astype(np.float64), audience(account, level)), largest, together)
