"""Insights: sums of the world's days by level, span and breakdown, rendered as Meta's rows (reference 4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from metaads.sandbox.graph import filtering, known, metrics, rankings, results, spans, totals
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import GraphError, invalid, unknown_field
from metaads.sandbox.graph.paging import Pageable, page
from metaads.sandbox.graph.rollup import Asked, Below, Row, Rows
from metaads.sandbox.graph.segments import HOURLY_BREAKDOWN, check
from metaads.sandbox.graph.view import View, effective_status
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign
from metaads.sandbox.world.types import Bools

LEVELS = ("account", "campaign", "adset", "ad")
WINDOWS = known.names(
    """
    1d_click 1d_ev 1d_sequenced 1d_view 28d_click 28d_sequenced 28d_view 28d_view_all_conversions
    28d_view_first_conversion 7d_click 7d_sequenced 7d_view 7d_view_all_conversions 7d_view_first_conversion custom dda
    default incrementality incrementality_all_conversions incrementality_first_conversion skan_click
    skan_click_second_postback skan_click_third_postback skan_view skan_view_second_postback skan_view_third_postback
    """
)


@dataclass(frozen=True)
class Request:
    """A checked request. `fields` without one are impressions and spend (reference 4.1)."""

    asked: Asked
    fields: tuple[str, ...]
    windows: tuple[str, ...]
    spans: list[spans.Span]
    today: date


def insights(view: View, node: Below | None, call: Call) -> dict[str, Any]:
    """One page of rows below a node (None: the whole account); error 100/1487534 where there are too many in all."""
    return answer(view, found(view, node, call), call)


@dataclass(frozen=True)
class Found:
    """The rows of a request, before any is rendered, and the row of its summary."""

    wish: Request
    rows: Pageable[Row]
    summary: tuple[tuple[str, ...], Row] | None


def found(view: View, node: Below | None, call: Call) -> Found:
    """Carries a request out: its sums are fixed from here on."""
    wish = request(view, node, call)
    rows = _rows(view, wish, call)
    if len(rows) > call.most_rows:
        text = "Please reduce the amount of data you're asking for, then retry your request"
        raise GraphError(text, 100, 1_487_534, title="Too much data", user_message=text)
    wanted = totals.wanted(call, wish.fields)
    if not wanted:
        return Found(wish, rows, None)
    row = totals.total(wish.asked, wish.spans, _kept_in_total(view, wish, call), wish.today)
    return Found(wish, rows, (tuple(wanted), row))


def answer(view: View, known_rows: Found, call: Call) -> dict[str, Any]:
    """One page of rows, with the summary where it was asked for."""
    wish = known_rows.wish
    body = page(replace(call, params=_without_summary(call)), known_rows.rows, lambda row: _render(view, wish, row))
    if known_rows.summary is not None:
        fields, row = known_rows.summary
        body["summary"] = _render(view, replace(wish, fields=fields), row)
    return body


def request(view: View, node: Below | None, call: Call) -> Request:
    """What the parameters ask for; each that makes no sense is the error that Meta gives for it."""
    level = call.text("level") or _own_level(node)
    if level not in LEVELS:
        raise invalid(f"level must be one of the following values: {', '.join(LEVELS)}", "level")
    fields = tuple(call.words("fields")) or ("impressions", "spend")
    breakdowns = tuple(call.words("breakdowns"))
    check(list(breakdowns))
    for name in fields:
        if name not in known.INSIGHTS:
            raise invalid(f"{name} is not valid for fields param", "fields")
        if name.startswith("video_") and HOURLY_BREAKDOWN in breakdowns:
            raise invalid(f"{name} cannot be requested with {HOURLY_BREAKDOWN}", "fields")
    windows = tuple(call.words("action_attribution_windows"))
    if set(windows) - WINDOWS:
        raise invalid("action_attribution_windows has an unknown window", "action_attribution_windows")
    if set(call.words("action_breakdowns")) - {"action_type"}:
        raise GraphError("(#2) Action breakdowns not available here", 2, 1_504_041)
    today = view.account.local(view.now).date()
    wanted = spans.spans(call, today, date.fromordinal(view.account.first_day))
    asked = Asked(view.account, view.world.options.seed, level, node, breakdowns)
    return Request(asked, fields, windows, wanted, today)


def _without_summary(call: Call) -> dict[str, str]:
    """For `page`, which would count the rows; insights have a summary of their own."""
    return {name: value for name, value in call.params.items() if name != "summary"}


def _own_level(node: Below | None) -> str:
    return {Campaign: "campaign", AdSet: "adset", Ad: "ad", type(None): "account"}[type(node)]


def _rows(view: View, wish: Request, call: Call) -> Pageable[Row]:
    """The rows that the filters leave, in the order asked for."""
    filters = call.json("filtering")
    tests, tops = filtering.conditions(filters, _filter_name), filtering.tops(filters, _filter_name)
    on_metrics = [test for test in tests if metrics.is_number(test.key)]
    keep = _kept(view, wish.asked.level, [test for test in tests if test not in on_metrics])
    rows = Rows(wish.asked, wish.spans, keep, wish.today)
    if not (on_metrics or tops or call.words("sort")):
        return rows
    fitting = [row for row in rows[:] if all(t.holds(metrics.number(row.cell, t.key)) for t in on_metrics)]
    for top in tops:
        fitting = _ordered(fitting, top.key, largest_first=True)[: top.count]
    return _sorted(fitting, call)


def _kept_in_total(view: View, wish: Request, call: Call) -> Bools | None:
    """Entities in the summary: filters by STARTS_WITH and CONTAIN do not narrow it (reference 4.1)."""
    tests = filtering.conditions(call.json("filtering"), _filter_name)
    return _kept(view, wish.asked.level, [t for t in tests if not t.soft and not metrics.is_number(t.key)])


def _kept(view: View, level: str, tests: list[filtering.Condition]) -> Bools | None:
    """Which entities of the level pass the tests on names, ids and statuses; None where there are none."""
    if not tests:
        return None
    entities: Sequence[Below | None] = _entities(view, level) or [None]
    facts = [_facts(view, entity) for entity in entities]
    return np.array([all(test.holds(one.get(test.key)) for test in tests) for one in facts])


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


def _render(view: View, wish: Request, row: Row) -> dict[str, Any]:
    level = "account" if row.index < 0 else wish.asked.level
    cell = replace(row.cell, windows=wish.windows)
    entity = _entity(view, level, row.index)
    known_labels = labels(view, entity)
    out: dict[str, Any] = {}
    for name in wish.fields:
        if name in metrics.FIELDS:
            value = metrics.FIELDS[name](cell)
        elif name in results.FIELDS:
            value = results.FIELDS[name](view, entity, cell)
        elif name in rankings.FIELDS:
            value = rankings.ranking(wish.asked, name, row.index) if isinstance(entity, Ad) else None
        else:
            value = known_labels.get(name)
        if value is not None:
            out[name] = value
    out["date_start"], out["date_stop"] = row.span[0].isoformat(), row.span[1].isoformat()
    return out | row.labels


_FACTS = {
    f"{level}.{key}"
    for level in ("campaign", "adset", "ad")
    for key in ("id", "name", "effective_status", "configured_status", "created_time", "updated_time")
} | {"campaign.objective", "adset.optimization_goal", "campaign.buying_type"}


def _filter_name(name: str) -> str | None:
    """Names of entities' facts, and metrics, also one type of a list (`actions:link_click`)."""
    return name if name in _FACTS or metrics.is_number(name) else None


def _facts(view: View, entity: Below | None) -> dict[str, Any]:
    found: dict[str, Any] = {"campaign.buying_type": "AUCTION"}
    ad_set = view.set_of(entity) if isinstance(entity, Ad) else entity
    campaign = view.campaign_of(ad_set) if isinstance(ad_set, AdSet) else ad_set
    for level, node in (("ad", entity), ("adset", ad_set), ("campaign", campaign)):
        if node is not None and _own_level(node) == level:
            found |= {f"{level}.id": node.id, f"{level}.name": node.name, f"{level}.configured_status": node.status}
            found |= {f"{level}.created_time": node.created, f"{level}.updated_time": node.updated}
            found[f"{level}.effective_status"] = effective_status(view, node)
    if isinstance(campaign, Campaign):
        found["campaign.objective"] = campaign.objective
    if isinstance(ad_set, AdSet):
        found["adset.optimization_goal"] = ad_set.optimization_goal
    return found


def _sorted(rows: list[Row], call: Call) -> list[Row]:
    """In the one order asked for, such as `spend_descending` or `actions:link_click_ascending`."""
    wish = call.words("sort")
    if not wish:
        return rows
    name, _, direction = wish[0].rpartition("_")
    if not metrics.is_number(name) or direction not in ("ascending", "descending"):
        raise unknown_field(wish[0], "AdsInsights")
    return _ordered(rows, name, largest_first=direction == "descending")


def _ordered(rows: list[Row], name: str, largest_first: bool) -> list[Row]:
    return sorted(rows, key=lambda row: metrics.number(row.cell, name), reverse=largest_first)
