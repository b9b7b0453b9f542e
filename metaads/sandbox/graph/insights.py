"""Insights: sums of the world's days by level and span, rendered as Meta's rows (reference 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from metaads.sandbox.graph import filtering, known, metrics, spans
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError, invalid, unknown_field
from metaads.sandbox.graph.paging import page
from metaads.sandbox.graph.view import View, effective_status
from metaads.sandbox.world import saturation
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.columns import HOURLY, WIDTH, Metric
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.types import Floats, Ints

LEVELS = ("account", "campaign", "adset", "ad")
HOURLY_BREAKDOWN = "hourly_stats_aggregated_by_advertiser_time_zone"
PARAMS = frozenset(
    {"level", "fields", "date_preset", "time_range", "time_ranges", "time_increment", "breakdowns", "action_breakdowns",
     "action_attribution_windows", "action_report_time", "use_unified_attribution_setting", "filtering", "sort", "limit",
     "use_account_attribution_setting", "default_summary", "after", "before", "offset", "product_id_limit", "sort_by"}
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row before rendering. `index` is the column of the entity at its level, `hour` None without the breakdown."""

    index: int
    span: spans.Span
    cell: metrics.Cell
    hour: int | None = None


def insights(view: View, node: Campaign | AdSet | Ad | None, call: Call) -> dict[str, Any]:
    """One page of rows below a node (None: the whole account)."""
    level = call.text("level") or _own_level(node)
    if level not in LEVELS:
        raise invalid(f"level must be one of the following values: {', '.join(LEVELS)}", "level")
    wanted = call.words("fields") or ["impressions", "spend"]
    for name in wanted:
        if name not in known.INSIGHTS:
            raise invalid(f"{name} is not valid for fields param", "fields")
    rows = _sorted(_rows(view, node, level, call), call)
    return page(call, rows, lambda row: _render(view, level, row, wanted))


def _own_level(node: Campaign | AdSet | Ad | None) -> str:
    return {Campaign: "campaign", AdSet: "adset", Ad: "ad", type(None): "account"}[type(node)]


def _rows(view: View, node: Campaign | AdSet | Ad | None, level: str, call: Call) -> list[Row]:
    account = view.account
    today = account.local(view.now).date()
    asked = spans.spans(call, today, date.fromordinal(account.first_day))
    mine = _members(account, node)
    hourly = _hourly(call, level, node)
    reading = _hourly_rows if hourly else _daily_rows
    rows = [row for span in asked for row in reading(account, level, span, mine)]
    return _filtered(view, level, rows, call)


def _hourly(call: Call, level: str, node: Campaign | AdSet | Ad | None) -> bool:
    breakdowns = call.words("breakdowns")
    if not breakdowns:
        return False
    if breakdowns != [HOURLY_BREAKDOWN] or level not in ("account", "campaign") or isinstance(node, AdSet | Ad):
        text = f"(#2) Breakdown columns not available here: {', '.join(breakdowns)} at level {level}"
        raise GraphError(text, 2, 1_504_041, status=400)
    return True


def _members(account: Account, node: Campaign | AdSet | Ad | None) -> Ints:
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
    people = account.truth.audience
    if level == "ad":
        return people[_set_of_ads(account)]
    if level == "adset":
        return people
    groups = _campaign_of_sets(account) if level == "campaign" else np.zeros(len(people), dtype=np.int64)
    sums = np.bincount(groups, weights=people)
    largest = np.zeros(len(sums))
    np.maximum.at(largest, groups, people)
    return np.maximum(largest, 0.75 * sums)


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


def _daily_rows(account: Account, level: str, span: spans.Span, mine: Ints) -> list[Row]:
    """Rows of entities that delivered in the span; the others have no row."""
    per_ad = _sums(account, span)
    groups, count = _groups(account, level)
    sums = _grouped(per_ad[mine], groups[mine], count)
    people = _reach(account, level, per_ad[:, Metric.IMPRESSIONS], mine, sums[:, Metric.IMPRESSIONS])
    offset = account.market.offset
    delivered = np.flatnonzero(sums.any(axis=1))
    return [Row(int(i), span, metrics.Cell(tuple(sums[i].tolist()), int(people[i]), offset)) for i in delivered]


def _reach(account: Account, level: str, shown: Ints, mine: Ints, sums: Ints) -> Floats:
    """People reached: never more than the parts together, never fewer than the largest part."""
    by_ad = saturation.reach(shown[mine].astype(np.float64), audience(account, "ad")[mine])
    groups, count = _groups(account, level)
    together = np.bincount(groups[mine], weights=by_ad, minlength=count)
    largest = np.zeros(count)
    np.maximum.at(largest, groups[mine], by_ad)
    return np.clip(saturation.reach(sums.astype(np.float64), audience(account, level)), largest, together)


def _hourly_rows(account: Account, level: str, span: spans.Span, mine: Ints) -> list[Row]:
    first = max(0, span[0].toordinal() - account.first_day)
    last = min(account.days, span[1].toordinal() - account.first_day + 1)
    hours = account.hourly[first : max(first, last)].sum(axis=0)
    campaigns = np.unique(_campaign_of_sets(account)[_set_of_ads(account)[mine]])
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


def _entity(view: View, level: str, index: int) -> Campaign | AdSet | Ad | None:
    lists: dict[str, Sequence[Campaign | AdSet | Ad]] = {
        "campaign": view.account.campaigns, "adset": view.account.ad_sets, "ad": view.account.ads,
    }  # fmt: skip
    return lists[level][index] if level in lists else None


def labels(view: View, entity: Campaign | AdSet | Ad | None) -> dict[str, Any]:
    """Ids, names and settings of an entity and its parents, under the names of insights fields."""
    account = view.account
    found: dict[str, Any] = {
        "account_id": account.id, "account_name": account.market.name, "account_currency": account.market.currency,
    }  # fmt: skip
    if isinstance(entity, Ad):
        found |= {"ad_id": entity.id, "ad_name": entity.name}
    ad_set = view.set_of(entity) if isinstance(entity, Ad) else entity
    if isinstance(ad_set, AdSet):
        found |= {"adset_id": ad_set.id, "adset_name": ad_set.name, "optimization_goal": ad_set.optimization_goal}
    campaign = view.campaign_of(ad_set) if isinstance(ad_set, AdSet) else ad_set
    if isinstance(campaign, Campaign):
        found |= {"campaign_id": campaign.id, "campaign_name": campaign.name, "objective": campaign.objective}
        found["buying_type"] = "AUCTION"
    return found


def _render(view: View, level: str, row: Row, wanted: list[str]) -> dict[str, Any]:
    known_labels = labels(view, _entity(view, level, row.index))
    out: dict[str, Any] = {}
    for name in wanted:
        value = metrics.FIELDS[name](row.cell) if name in metrics.FIELDS else known_labels.get(name)
        if value is not None:
            out[name] = value
    out["date_start"], out["date_stop"] = row.span[0].isoformat(), row.span[1].isoformat()
    if row.hour is not None:
        out[HOURLY_BREAKDOWN] = f"{row.hour:02}:00:00 - {row.hour:02}:59:59"
    return out


def _filter_names() -> dict[str, str]:
    names = {name: name for name in metrics.FIELDS if name not in ("actions", "action_values")}
    for level in ("campaign", "adset", "ad"):
        names |= {f"{level}.{key}": f"{level}.{key}" for key in ("id", "name", "effective_status", "objective")}
    return names


_FILTER_NAMES = _filter_names()


def _filtered(view: View, level: str, rows: list[Row], call: Call) -> list[Row]:
    tests = filtering.tests(call.json("filtering"), _FILTER_NAMES)
    if not tests:
        return rows
    cache: dict[int, dict[str, Any]] = {}
    kept = []
    for row in rows:
        facts = cache.setdefault(row.index, _facts(view, _entity(view, level, row.index)))
        if all(test(_Lookup(facts, row.cell)) for test in tests):
            kept.append(row)
    return kept


class _Lookup(dict[str, Any]):
    """Facts of the entity, and metrics that are computed only when a filter asks."""

    def __init__(self, facts: dict[str, Any], cell: metrics.Cell) -> None:
        super().__init__(facts)
        self.cell = cell

    def get(self, key: str, default: Any = None) -> Any:
        return metrics.FIELDS[key](self.cell) if key in metrics.FIELDS else super().get(key, default)


def _facts(view: View, entity: Campaign | AdSet | Ad | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    ad_set = view.set_of(entity) if isinstance(entity, Ad) else entity
    campaign = view.campaign_of(ad_set) if isinstance(ad_set, AdSet) else ad_set
    for level, node in (("ad", entity), ("adset", ad_set), ("campaign", campaign)):
        if node is not None and _own_level(node) == level:
            found |= {f"{level}.id": node.id, f"{level}.name": node.name}
            found[f"{level}.effective_status"] = effective_status(view, node)
    if isinstance(campaign, Campaign):
        found["campaign.objective"] = campaign.objective
    return found


def _sorted(rows: list[Row], call: Call) -> list[Row]:
    wish = call.words("sort")
    if not wish:
        return rows
    name, _, direction = wish[0].rpartition("_")
    if name not in metrics.FIELDS or direction not in ("ascending", "descending"):
        raise unknown_field(wish[0], "AdsInsights")
    return sorted(rows, key=lambda r: float(metrics.FIELDS[name](r.cell) or 0), reverse=direction == "descending")
