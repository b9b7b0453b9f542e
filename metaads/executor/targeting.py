"""Whether two targetings mean the same. Meta adds defaults and names on reading, and keeps no order of lists."""

import json
from collections.abc import Mapping
from typing import Any

# What Meta adds to an item that an id or a key already names.
_NAMED_BY = ("id", "key")
_ADDED = frozenset({"name", "country", "region", "region_id", "country_name", "primary_city_id"})


def same_targeting(live: Any, wanted: Any, known: Any) -> bool:
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
