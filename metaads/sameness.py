"""Whether two values of a field mean the same: one answer for the executor, the rails, undo and stale marks.

Of a targeting Meta adds defaults and names on reading, and keeps no order of lists.
"""

import json
from collections.abc import Mapping
from typing import Any

from metaads.bids import bid_params

# Spending limits of ad sets under a campaign budget, and of campaigns. Absent = none, which we write and read as 0.
LIMITS = (
    "daily_min_spend_target", "daily_spend_cap", "lifetime_min_spend_target", "lifetime_spend_cap", "spend_cap",
)  # fmt: skip
# What Meta adds to an item that an id or a key already names.
_NAMED_BY = ("id", "key")
_ADDED = frozenset({"name", "country", "region", "region_id", "country_name", "primary_city_id"})


def same_targeting(live: Any, wanted: Any, known: Any = None) -> bool:
    """Whether `live` has what `wanted` says of every key that `wanted` or `known` has; other keys are Meta's own.

    An empty list or mapping is the same as none.
    """
    if isinstance(wanted, Mapping) or isinstance(known, Mapping):
        mine, other, there = (value if isinstance(value, Mapping) else {} for value in (wanted, known, live))
        return all(same_targeting(there.get(key), mine.get(key), other.get(key)) for key in {*mine, *other})
    return bool(_plain(live) == _plain(wanted))


def _plain(value: Any) -> Any:
    """Comparable: lists without order, items by their id, numbers and digits alike, empty as None."""
    if isinstance(value, list):
        return tuple(sorted(json.dumps(_plain(item), sort_keys=True, default=str) for item in value)) or None
    if isinstance(value, Mapping):
        named = any(name in value for name in _NAMED_BY)
        kept = {name: _plain(one) for name, one in value.items() if not (named and name in _ADDED)}
        return {name: one for name, one in kept.items() if one is not None} or None
    if isinstance(value, bool) or value is None:
        return value if value is None else int(value)
    return str(value) if isinstance(value, int | float | str) else value


def same_bid(live: Any, wanted: Any, known: Any = None) -> bool:
    """By what would be posted for it: what a strategy does not use is no difference."""
    return bid_params(live or {}) == bid_params(wanted or {})


def same_limit(live: Any, wanted: Any, known: Any = None) -> bool:
    return bool(live == (wanted or 0))


def same_value(field: str, live: Any, wanted: Any, known: Any = None) -> bool:
    """Whether `live` is `wanted`. `known`: what else the field had or is to have, by which Meta's own additions are
    told from what was changed. Anywhere inside a mapping an absent field and an empty one are one."""
    same = _SAME.get(field)
    return same(live, wanted, known) if same else bool(_bare(live) == _bare(wanted))


_SAME = {"targeting": same_targeting, "bid": same_bid, **dict.fromkeys(LIMITS, same_limit)}


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _bare(part) for name, part in value.items() if part not in (None, "", [], {})}
    return [_bare(part) for part in value] if isinstance(value, list | tuple) else value
