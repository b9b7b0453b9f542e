"""Random sound rule documents for property tests."""

from typing import Any

from hypothesis import strategies as st

from optimization.rules.schema import RuleInvalid, parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)
NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12), st.floats(-900, 900, allow_nan=False), st.floats(0, 1e-6), st.booleans().map(int)
)
_SMALL = st.floats(-900, 900, allow_nan=False)
_LEAVES = st.one_of(
    st.builds(lambda op, v: {"field": "spend_7d", "operator": op, "value": v}, st.sampled_from(["<", ">="]), NUMBERS),
    st.builds(lambda v: {"field": "roas", "operator": "between", "value": sorted(v)}, st.tuples(_SMALL, _SMALL)),
    st.builds(lambda v: {"field": "name", "operator": "contains", "value": v}, TEXTS.filter(str.strip)),
    st.builds(
        lambda v: {"field": "status", "operator": "in", "value": v},
        st.lists(TEXTS.filter(str.strip), min_size=1, max_size=3),
    ),
    st.just({"field": "cpa_7d", "operator": ">", "value": "target_cpa * 2"}),
    st.just({"field": "ctr", "operator": "increasing"}),
    st.builds(
        lambda n, v: {"field": "cpa", "operator": "for_days", "value": {"days": n, "operator": ">", "value": v}},
        st.integers(1, 28),
        _SMALL,
    ),
)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(
            lambda key, nodes: {key: nodes}, st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)
        ),
        st.builds(lambda node: {"not": node}, inner),
    ),
    max_leaves=8,
)
_CLOCKS = st.builds(lambda hour, minute: f"{hour:02}:{minute:02}", st.integers(0, 23), st.integers(0, 59))
_SCHEDULES = st.one_of(
    st.builds(lambda every: {"every": every}, st.sampled_from(["new_data", "5min", "hourly"])),
    st.builds(
        lambda at, days: {"every": "daily", "at": at, "weekdays": days},
        _CLOCKS,
        st.lists(st.sampled_from(["mon", "fri"])),
    ),
)
_ACTIONS = st.one_of(
    st.just([{"kind": "pause"}]),
    st.just([{"kind": "pause", "parameters": {}, "timed": {"today_only": True}}]),
    st.builds(lambda p: [{"kind": "increase_budget", "parameters": {"percent": p}}], st.integers(1, 100)),
    st.builds(lambda text: [{"kind": "notify_only", "parameters": {"message": text}}], TEXTS),
)
_PARTS: dict[str, st.SearchStrategy[Any]] = {
    "default_window": st.sampled_from(["7d", "3d", "today", "3d_incl_today"]),
    "filters": st.fixed_dictionaries({}, optional={"name_contains": TEXTS, "status": st.lists(TEXTS, max_size=2)}),
    "metrics": st.just({"profit": "conversion_value * 0.6 - spend"}),
    "mode": st.sampled_from(["approval_required", "suggestion_only", "automatic"]),
    "schedule": _SCHEDULES,
    "safety": st.fixed_dictionaries(
        {}, optional={"cooldown_hours": st.floats(0, 720), "max_changes_per_day": st.integers(1, 50)}
    ),
    "holdout_percent": st.integers(0, 50),
}


def _sound(document: dict[str, Any]) -> bool:
    try:
        parse(document, "adset")
    except RuleInvalid:
        return False
    return True


DOCUMENTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"conditions": _TREES, "actions": _ACTIONS}, optional=_PARTS
).filter(_sound)
