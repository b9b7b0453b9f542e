"""Values of actions in words: statuses, budgets, bids and audiences, alone and as a change from one to the other."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from metaads.bids import AUTOMATIC, BID_CAP, COST_CAP, FLOOR, FLOOR_SCALE, MIN_ROAS
from metaads.graph.money import money_text
from optimization.steps import STEPS

STRATEGIES = {
    AUTOMATIC: "automatic (highest volume)",
    BID_CAP: "bid cap",
    COST_CAP: "cost cap",
    MIN_ROAS: "ROAS floor",
}
GENDERS = {(1,): "men", (2,): "women"}
NAMES = 3
OLDEST, YOUNGEST = 65, 18
"""What Meta means where no age is given; 65 stands for 65 and older."""
SAME = "the same"


def value_text(field: str, value: object, currency: str) -> str:
    """One value as people read it; amounts with currency."""
    if value is None:
        return "unknown"
    if field == "bid" and isinstance(value, Mapping):
        return bid_text(value, currency)
    if field == "targeting" and isinstance(value, Mapping):
        return audience_text(value)
    if field == STEPS and isinstance(value, Mapping):
        return values_text(value, currency)
    if isinstance(value, int) and field != "status":
        return f"{money_text(value, currency)}{' a day' if field == 'daily_budget' else ' in all'}"
    return str(value).capitalize() if isinstance(value, str) else str(value)


def values_text(values: Mapping[str, Any], currency: str) -> str:
    """What a plan sets, object by object: "adset 31 daily budget 80.00 EUR; ..."; its names stand in its steps."""
    told = []
    for key, value in values.items():
        level, entity_id, field = key.split(":")
        said = money_text(value, currency) if isinstance(value, int) else "unknown" if value is None else str(value)
        told.append(f"{level} {entity_id} {field.replace('_', ' ')} {said}")
    return "; ".join(told) or "nothing that exists"


def change_text(field: str, before: object, after: object, currency: str) -> str:
    """What changes from one value to the other: "Age 18–65 → 25–54; excludes 2 audiences more"."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        if field == "targeting":
            return audience_change(before, after)
        if field == "bid":
            return bid_change(before, after, currency)
    return f"{value_text(field, before, currency)} → {value_text(field, after, currency)}"


def bid_text(bid: Mapping[str, Any], currency: str) -> str:
    """ "cost cap 12.00 EUR" """
    strategy = str(bid.get("bid_strategy") or "")
    return f"{STRATEGIES.get(strategy, strategy.lower() or 'unknown')} {_amount(bid, currency)}".strip()


def _amount(bid: Mapping[str, Any], currency: str) -> str:
    floor = (bid.get("bid_constraints") or {}).get(FLOOR)
    if bid.get("bid_amount") is not None:
        return money_text(bid["bid_amount"], currency)
    if floor is not None:
        return f"{floor / FLOOR_SCALE:g}"
    below = [amount for amount in (bid.get("adset_bid_amounts") or {}).values() if amount is not None]
    if not below:
        return ""
    least, most = money_text(min(below), currency), money_text(max(below), currency)
    return f"{least} on each ad set" if least == most else f"{least.rsplit(' ', 1)[0]} to {most} on its ad sets"


def bid_change(before: Mapping[str, Any], after: Mapping[str, Any], currency: str) -> str:
    """ "cost cap 12.00 EUR → 10.20 EUR", or both strategies where they differ."""
    old, new = bid_text(before, currency), _amount(after, currency)
    if before.get("bid_strategy") != after.get("bid_strategy") or not new:
        new = bid_text(after, currency)
    return f"{old} → {new}"


def _ages(targeting: Mapping[str, Any]) -> str:
    low, high = targeting.get("age_min", YOUNGEST), targeting.get("age_max", OLDEST)
    return f"{low}–{high}{'+' if high == OLDEST else ''}"


def _genders(targeting: Mapping[str, Any]) -> str:
    return GENDERS.get(tuple(sorted(targeting.get("genders") or ())), "all genders")


def _places(targeting: Mapping[str, Any]) -> list[str]:
    geo = targeting.get("geo_locations") or {}
    return [str(one) for one in geo.get("countries") or ()]


def _finer(targeting: Mapping[str, Any]) -> int:
    geo = targeting.get("geo_locations") or {}
    return sum(len(many) for name, many in geo.items() if isinstance(many, list) and name not in PLAIN_GEO)


PLAIN_GEO = ("countries", "location_types")


def excluded(targeting: Mapping[str, Any]) -> list[str]:
    """Meta ids of the custom audiences that are left out."""
    rows = targeting.get("excluded_custom_audiences") or ()
    return [str(one.get("id") if isinstance(one, Mapping) else one) for one in rows]


def advantage(targeting: Mapping[str, Any]) -> str:
    """ "on", "off", or "not stated"."""
    flag = (targeting.get("targeting_automation") or {}).get("advantage_audience")
    return {1: "on", 0: "off"}.get(flag, "not stated") if flag is not None else "not stated"


def audience_text(targeting: Mapping[str, Any]) -> str:
    """ "Age 18–65+, all genders, DE, excludes 2 audiences" """
    parts = [f"Age {_ages(targeting)}", _genders(targeting), *_places(targeting)[:NAMES]]
    if len(_places(targeting)) > NAMES:
        more = len(_places(targeting)) - NAMES
        parts.append(f"{more} more {'country' if more == 1 else 'countries'}")
    if _finer(targeting):
        parts.append(_count(_finer(targeting), "smaller place"))
    if excluded(targeting):
        parts.append(f"excludes {_count(len(excluded(targeting)), 'audience')}")
    if advantage(targeting) != "not stated":
        parts.append(f"Advantage+ audience {advantage(targeting)}")
    return ", ".join(parts)


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _countries(targeting: Mapping[str, Any]) -> str:
    found = _places(targeting)
    more = f" and {len(found) - 2 * NAMES} more" if len(found) > 2 * NAMES else ""
    return ", ".join(found[: 2 * NAMES]) + more if found else "no whole country"


PARTS: tuple[tuple[str, Callable[[Mapping[str, Any]], str]], ...] = (
    ("Age", _ages),
    ("Genders", _genders),
    ("Countries", _countries),
    ("Advantage+ audience", advantage),
)
KNOWN = frozenset({"age_min", "age_max", "genders", "excluded_custom_audiences"})


def audience_change(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Only what differs; what has no words of its own is named as Meta names it."""
    said = [f"{label} {part(before)} → {part(after)}" for label, part in PARTS if part(before) != part(after)]
    more, fewer = _both(excluded(before), excluded(after))
    if more:
        said.append(f"excludes {_count(len(more), 'audience')} more")
    if fewer:
        said.append(f"no longer excludes {_count(len(fewer), 'audience')}")
    rest = {name for name in {*before, *after} - KNOWN - {"geo_locations"} if before.get(name) != after.get(name)}
    if rest - {"targeting_automation"}:
        said.append(f"other: {', '.join(sorted(rest - {'targeting_automation'}))}")
    if _rest_of_geo(before) != _rest_of_geo(after):
        said.append("smaller places changed")
    return "; ".join(said) or SAME


def _rest_of_geo(targeting: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (targeting.get("geo_locations") or {}).items() if name != "countries"}


def _both(before: Iterable[str], after: Iterable[str]) -> tuple[set[str], set[str]]:
    old, new = set(before), set(after)
    return new - old, old - new
