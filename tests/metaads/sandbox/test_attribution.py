"""Attribution windows: counts of real delays, wider windows holding the narrower ones."""

from typing import Any

import numpy as np

from metaads.sandbox.world.columns import Metric
from metaads.sandbox.world.world import World
from tests.metaads.sandbox.conftest import Browser
from tests.metaads.sandbox.test_insights import rows

ALL = ["1d_click", "7d_click", "28d_click", "1d_view", "default"]
MONTH = {"since": "2026-10-22", "until": "2026-11-18"}


def bought(row: dict[str, Any], field: str = "actions") -> dict[str, float]:
    """The windows of `omni_purchase` in a row."""
    stat = next((one for one in row.get(field, []) if one["action_type"] == "omni_purchase"), {"action_type": ""})
    return {name: float(value) for name, value in stat.items() if name != "action_type"}


def test_wider_windows_hold_the_narrower_and_the_default_is_click_and_view(graph: Browser, act: str) -> None:
    found = [bought(r) for r in rows(graph, act, level="ad", time_range=MONTH, action_attribution_windows=ALL)]
    seen = [one for one in found if one]
    assert len(seen) > 10
    for one in seen:
        assert one.get("1d_click", 0) <= one.get("7d_click", 0) <= one.get("28d_click", 0)
        assert one["value"] == one.get("default", 0) == one.get("7d_click", 0) + one.get("1d_view", 0)
    assert any(one.get("28d_click", 0) > one.get("7d_click", 0) for one in seen)


def test_parts_differ_from_ad_to_ad_for_they_are_counted_and_not_computed(graph: Browser, act: str) -> None:
    found = [bought(r) for r in rows(graph, act, level="ad", time_range=MONTH, action_attribution_windows=ALL)]
    parts = [round(one.get("1d_click", 0) / one["value"], 3) for one in found if one.get("value", 0) > 10]
    assert len(set(parts)) > 3


def test_a_later_reading_of_the_same_days_shows_more_in_the_widest_window(graph: Browser, act: str) -> None:
    world: World = graph.box.api.world
    wish: dict[str, Any] = {"level": "account", "action_attribution_windows": ALL}
    before = bought(rows(graph, act, **wish)[0])
    world.set_clock(world.clock.now() + 6 * 86_400)
    world.advance()
    after = bought(rows(graph, act, **wish)[0])
    assert after["28d_click"] > before["28d_click"]
    assert after["1d_view"] == before["1d_view"]


def test_values_costs_and_returns_have_the_same_windows(graph: Browser, act: str) -> None:
    fields = "spend,actions,action_values,cost_per_action_type,purchase_roas"
    (row,) = rows(graph, act, level="account", fields=fields, action_attribution_windows=ALL)
    windows = {"value", *ALL}
    assert all(set(bought(row, field)) == windows for field in fields.split(",")[1:])
    cost = float(row["spend"]) / bought(row)["7d_click"]
    assert abs(bought(row, "cost_per_action_type")["7d_click"] - cost) < 0.01


def test_windows_without_data_are_absent_and_unknown_ones_refused(graph: Browser, act: str, world: World) -> None:
    (row,) = rows(graph, act, level="account", action_attribution_windows=["7d_view", "28d_view", "1d_ev", "1d_click"])
    assert set(bought(row)) == {"value", "1d_click"}
    assert graph.refused("GET", f"{act}/insights", action_attribution_windows=["3d_click"]) == (100, None)
    views = [Metric.PURCHASES_1D_VIEW, Metric.VALUE_1D_VIEW]
    world.accounts[0].daily[:, :, views] = np.int64(0)
    world.accounts[0].tables.clear()
    (row,) = rows(graph, act, level="account", action_attribution_windows=["1d_view"])
    assert "1d_view" not in bought(row)


def test_clicks_are_on_the_spot_and_never_a_view(graph: Browser, act: str) -> None:
    (row,) = rows(graph, act, level="account", action_attribution_windows=ALL)
    clicks = next(one for one in row["actions"] if one["action_type"] == "link_click")
    assert clicks["1d_click"] == clicks["28d_click"] == clicks["value"]
    assert "1d_view" not in clicks
