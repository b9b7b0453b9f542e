"""Insights: sums of the world's days by level and span, rendered as Meta's rows (reference 4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from metaads.sandbox.graph import filtering, known, metrics, spans
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError, invalid, unknown_field
from metaads.sandbox.graph.paging import Pageable, page
from metaads.sandbox.graph.rollup import Below, Row, Rows, hourly_rows
from metaads.sandbox.graph.view import View, effective_status
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.types import Bools

LEVELS = ("account", "campaign", "adset", "ad")
HOURLY_BREAKDOWN = "hourly_stats_aggregated_by_advertiser_time_zone"


def insights(view: View, node: Below | None, call: Call) -> dict[str, Any]:
    """One page of rows below a node (None: the whole account)."""
    level = call.text("level") or _own_level(node)
    if level not in LEVELS:
        raise invalid(f"level must be one of the following values: {', '.join(LEVELS)}", "level")
    wanted = call.words("fields") or ["impressions", "spend"]
    for name in wanted:
        if name not in known.INSIGHTS:
            raise invalid(f"{name} is not valid for fields param", "fields")
    rows = _rows(view, node, level, call)
    windows = tuple(call.words("action_attribution_windows"))
    return page(call, rows, lambda row: _render(view, level, row, wanted, windows))


def _own_level(node: Below | None) -> str:
    return {Campaign: "campaign", AdSet: "adset", Ad: "ad", type(None): "account"}[type(node)]


def _rows(view: View, node: Below | None, level: str, call: Call) -> Pageable[Row]:
    """The rows that the filters leave, in the order asked for."""
    account = view.account
    today = account.local(view.now).date()
    asked = spans.spans(call, today, date.fromordinal(account.first_day))
    tests = filtering.tests(call.json("filtering"), _FILTER_NAMES)
    keep = _kept(view, level, [test for test in tests if test.key not in metrics.FIELDS])
    on_metrics = [test for test in tests if test.key in metrics.FIELDS]
    if _hourly(call, level, node):
        hours = [row for span in asked for row in hourly_rows(account, level, span, node)]
        return _sorted([row for row in hours if (keep is None or keep[row.index]) and _fits(row, on_metrics)], call)
    rows = Rows(account, level, asked, node, keep)
    if not on_metrics and not call.words("sort"):
        return rows
    return _sorted([row for row in rows[:] if _fits(row, on_metrics)], call)


def _fits(row: Row, tests: list[filtering.Test]) -> bool:
    return all(test.holds(metrics.FIELDS[test.key](row.cell)) for test in tests)


def _kept(view: View, level: str, tests: list[filtering.Test]) -> Bools | None:
    """Which entities of the level pass the tests on names, ids and statuses; None where there are none."""
    if not tests:
        return None
    entities: Sequence[Below | None] = _entities(view, level) or [None]
    facts = [_facts(view, entity) for entity in entities]
    return np.array([all(test.holds(one.get(test.key)) for test in tests) for one in facts])


def _hourly(call: Call, level: str, node: Below | None) -> bool:
    breakdowns = call.words("breakdowns")
    if not breakdowns:
        return False
    if breakdowns != [HOURLY_BREAKDOWN] or level not in ("account", "campaign") or isinstance(node, AdSet | Ad):
        text = f"(#2) Breakdown columns not available here: {', '.join(breakdowns)} at level {level}"
        raise GraphError(text, 2, 1_504_041, status=400)
    return True


def _entities(view: View, level: str) -> Sequence[Below]:
    lists: dict[str, Sequence[Below]] = {
        "campaign": view.account.campaigns,
        "adset": view.account.ad_sets,
        "ad": view.account.ads,
    }
    return lists.get(level, ())


def _entity(view: View, level: str, index: int) -> Below | None:
    return _entities(view, level)[index] if level != "account" else None


def labels(view: View, entity: Below | None) -> dict[str, Any]:
    """Ids, names and settings of an entity and its parents, under the names of insights fields."""
    account = view.account
    found: dict[str, Any] = {
        "account_id": account.id,
        "account_name": account.market.name,
        "account_currency": account.market.currency,
    }
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


def _render(view: View, level: str, row: Row, wanted: list[str], windows: tuple[str, ...]) -> dict[str, Any]:
    cell = replace(row.cell, windows=windows)
    known_labels = labels(view, _entity(view, level, row.index))
    out: dict[str, Any] = {}
    for name in wanted:
        value = metrics.FIELDS[name](cell) if name in metrics.FIELDS else known_labels.get(name)
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


def _facts(view: View, entity: Below | None) -> dict[str, Any]:
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
