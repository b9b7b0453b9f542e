"""Arms against doing nothing and against the oracle, world by world and over all worlds."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from tests.benchmarks.decisions.running import Results

Figures = Mapping[str, Any]
COLUMNS = {
    "share": "share of the oracle's gain",
    "gain_percent": "profit gained, of spend before",
    "of_profit": "profit gained, of profit before",
    "roas": "ROAS",
    "wasted": "wasted",
    "ctr": "CTR",
    "cpc": "CPC",
    "spend": "spend",
    "edits": "edits",
    "restarts": "learning restarts",
}


def compared(world: Mapping[str, Figures], arm: str) -> dict[str, float | None]:
    """One arm in one world. Changes in percent against doing nothing; `share` of the oracle's gain (under the same
    limit of spend), 1.0 = all of it; None = unknown."""
    nothing, mine = world["nothing"], world[arm]
    best = world.get("oracle_held" if arm.endswith("_held") else "oracle")
    gain = mine["profit"] - nothing["profit"]
    of = best["profit"] - nothing["profit"] if best and "profit" in best else 0.0
    return {
        "share": gain / of if of > 0 else None,
        "gain": gain,
        "gain_percent": 100 * gain / nothing["spend"],
        "of_profit": 100 * gain / abs(nothing["profit"]) if nothing["profit"] else None,
        "gain_booked": mine["profit_booked"] - nothing["profit_booked"],
        "roas": _change(_share(mine, "value", "spend"), _share(nothing, "value", "spend")),
        "wasted": _change(mine["wasted"], nothing["wasted"]),
        "ctr": _change(_share(mine, "link_clicks", "impressions"), _share(nothing, "link_clicks", "impressions")),
        "cpc": _change(_share(mine, "spend", "link_clicks"), _share(nothing, "spend", "link_clicks")),
        "spend": _change(mine["spend"], nothing["spend"]),
        "edits": mine["writes"],
        "restarts": mine["restarts"],
    }


def _share(figures: Figures, top: str, bottom: str) -> float | None:
    return figures[top] / figures[bottom] if figures[bottom] else None


def _change(after: float | None, before: float | None) -> float | None:
    return None if after is None or not before else 100 * (after - before) / before


def over_worlds(results: Results, arms: Iterable[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Arm -> measure -> mean, sd, least and most over the worlds in which it is known."""
    table: dict[str, dict[str, dict[str, float]]] = {}
    for arm in arms:
        rows = [compared(world, arm) for world in results.values() if _whole(world, arm)]
        known = {name: [row[name] for row in rows if row[name] is not None] for name in COLUMNS} if rows else {}
        table[arm] = {name: spread([float(v or 0) for v in values]) for name, values in known.items() if values}
        if rows:
            table[arm]["pooled"] = {"share": _pooled(results, arm), "worlds": len(rows)}
    return table


def _whole(world: Mapping[str, Figures], arm: str) -> bool:
    return all("profit" in world.get(name, {}) for name in ("nothing", arm))


def _pooled(results: Results, arm: str) -> float:
    """All worlds' gain over all worlds' gain of the oracle."""
    best = "oracle_held" if arm.endswith("_held") else "oracle"
    whole = [world for world in results.values() if _whole(world, arm) and _whole(world, best)]
    gains = [sum(world[one]["profit"] - world["nothing"]["profit"] for world in whole) for one in (arm, best)]
    return gains[0] / gains[1] if gains[1] > 0 else float("nan")


def spread(values: Sequence[float]) -> dict[str, float]:
    """Mean, standard deviation, least and most."""
    sd = stdev(values) if len(values) > 1 else 0.0
    return {
        "mean": round(fmean(values), 3),
        "sd": round(sd, 3),
        "least": round(min(values), 3),
        "most": round(max(values), 3),
    }


def markdown(results: Results, arms: Sequence[str]) -> str:
    """A table of means with least and most over worlds."""
    lines = ["| arm | worlds | " + " | ".join(COLUMNS.values()) + " |", "| --- " * (len(COLUMNS) + 2) + "|"]
    for arm, row in over_worlds(results, arms).items():
        if row:
            cells = [_cell(name, row.get(name)) for name in COLUMNS]
            lines.append(f"| {arm} | {row['pooled']['worlds']:.0f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def by_world(results: Results, arms: Sequence[str]) -> str:
    """The same, a row for each world and arm."""
    lines = ["| world | arm | " + " | ".join(COLUMNS.values()) + " |", "| --- " * (len(COLUMNS) + 2) + "|"]
    for name, world in results.items():
        for arm in arms:
            if _whole(world, arm):
                row = compared(world, arm)
                cells = [_number(column, row[column]) for column in COLUMNS]
                lines.append(f"| {name} | {arm} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _number(name: str, value: float | None) -> str:
    if value is None:
        return "not known"
    if name == "share":
        return f"{100 * value:.0f} %"
    return f"{value:.0f}" if name in ("edits", "restarts") else f"{value:+.1f} %"


def _cell(name: str, one: Mapping[str, float] | None) -> str:
    if one is None:
        return "not known"
    if name == "share":
        return f"{100 * one['mean']:.0f} % ({100 * one['least']:.0f} to {100 * one['most']:.0f})"
    if name in ("edits", "restarts"):
        return f"{one['mean']:.0f} ({one['least']:.0f} to {one['most']:.0f})"
    return f"{one['mean']:+.1f} % ({one['least']:+.0f} to {one['most']:+.0f})"
