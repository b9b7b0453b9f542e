"""Random sound rule documents as a form meets them: every operator, kind and part, no control characters."""

from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from optimization.rules.schema import RuleInvalid, parse

FIELDS = ("spend_7d", "spend", "cpa_3d", "roas_7d", "ctr_today", "conversions_7d", "parent_cpa_7d", "rank_roas_7d")
ALONE = ("cpa", "roas", "spend", "conversions", "ctr")
WORDY = ("name", "effective_status", "objective")
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0", exclude_categories=("Cs", "Cc")), min_size=1,
                max_size=20).filter(lambda text: text.strip() != "")  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-1000, 1000), st.floats(-900, 900, allow_nan=False), st.sampled_from([0, 0.5, 1e-07, 999.99])
)
SAID = st.one_of(
    NUMBERS, st.integers(1, 900).map(str), st.sampled_from(["target_cpa * 2", "cpa_7d * 1.2", "spend_3d / 3"])
)
WORDS = st.sampled_from(["brand", "evergreen", "q4"])
COMPARISONS = st.sampled_from([">", ">=", "<", "<=", "=", "!="])


def _leaf(field: Any, operator: Any, value: Any) -> Any:
    return st.fixed_dictionaries({"field": field, "operator": operator, "value": value})


NUMERIC = st.sampled_from(FIELDS)
RANGES = st.tuples(st.integers(0, 50), st.one_of(st.integers(50, 90), st.just("target_cpa"))).map(list)
PERIODS = st.one_of(
    st.fixed_dictionaries({"days": st.integers(1, 28), "operator": COMPARISONS, "value": st.integers(0, 90)}),
    st.fixed_dictionaries({"days": st.just(3), "operator": st.just("between"), "value": st.just([1, 2])}),
)
FLOORS = st.fixed_dictionaries({"field": st.just("spend_7d"), "value": st.integers(1, 90)})
AMONG = {"among": st.sampled_from(["siblings", "account"]), "floor": FLOORS, "count_zeros": st.booleans()}
RANKS = st.one_of(
    st.fixed_dictionaries({"percent": st.floats(1, 99)}, optional=AMONG),
    st.fixed_dictionaries({"count": st.integers(1, 90)}, optional=AMONG),
)
LIKELY = st.fixed_dictionaries(
    {
        "operator": st.sampled_from([">", "<"]),
        "value": st.one_of(st.integers(1, 90), st.just("target_cpa * 2")),
        "probability": st.one_of(st.integers(50, 99), st.just(97.5)),
    }
)
LEAVES = st.one_of(
    _leaf(NUMERIC, COMPARISONS, SAID),
    _leaf(NUMERIC, st.sampled_from(["between", "not_between"]), RANGES),
    _leaf(NUMERIC, st.sampled_from(["in", "not_in"]), st.lists(NUMBERS, min_size=1, max_size=4)),
    _leaf(st.sampled_from(ALONE), st.just("for_days"), PERIODS),
    _leaf(st.sampled_from(WORDY), st.sampled_from(["is", "is_not", "contains", "=", "!="]), TEXTS),
    _leaf(st.sampled_from(WORDY), st.sampled_from(["in", "not_in"]), st.lists(TEXTS, min_size=1, max_size=4)),
    _leaf(st.just("tags"), st.sampled_from(["has_tag", "has_no_tag"]), st.one_of(WORDS, st.lists(WORDS, min_size=1))),
    st.fixed_dictionaries({"field": st.just("ctr_trend_3d"), "operator": st.sampled_from(["increasing", "stable"])}),
    _leaf(st.sampled_from(["roas_7d", "spend_7d"]), st.sampled_from(["in_top", "in_bottom"]), RANKS),
    _leaf(st.sampled_from(["cpa_7d", "ctr_7d"]), st.just("probably"), LIKELY),
    _leaf(st.just("profit_7d"), COMPARISONS, st.integers(-50, 50)),
)


def _around(nodes: Any) -> Any:
    lists = st.lists(nodes, min_size=1, max_size=3)
    return st.one_of(
        *(st.fixed_dictionaries({key: lists}) for key in ("all", "any")), nodes.map(lambda one: {"not": one})
    )


TREES = st.recursive(LEAVES, _around, max_leaves=8)
MONEY = st.one_of(st.integers(1, 500), st.sampled_from(["12.50", "80", 0.5]))
STEPS = st.one_of(
    st.sampled_from([{"kind": "pause"}, {"kind": "pause", "timed": {"today_only": True}}, {"kind": "activate"}]),
    st.fixed_dictionaries(
        {"kind": st.just("decrease_budget"), "parameters": st.fixed_dictionaries({"percent": st.integers(1, 99)},
         optional={"lower": MONEY})},
        optional={"timed": st.fixed_dictionaries({"undo_after_hours": st.integers(1, 720)})},
    ),
    st.fixed_dictionaries({"kind": st.just("increase_budget"), "parameters": st.fixed_dictionaries({"amount": MONEY})}),
)  # fmt: skip
NOTICES = st.fixed_dictionaries(
    {"kind": st.just("notify_only"), "parameters": st.fixed_dictionaries({"message": TEXTS})}
)
FILTERS = st.fixed_dictionaries({}, optional={
    "name_contains": TEXTS, "status": st.lists(st.sampled_from(["ACTIVE", "PAUSED", "WITH_ISSUES"]), unique=True),
    "campaign_ids": st.lists(st.integers(1, 10**15).map(str), max_size=3, unique=True),
    "tags": st.lists(WORDS, max_size=2, unique=True),
})  # fmt: skip
DAYS = st.lists(st.sampled_from(["mon", "tue", "sat", "sun"]), unique=True)
SCHEDULES = st.one_of(
    st.fixed_dictionaries({"every": st.sampled_from(["new_data", "hourly", "5min"])}, optional={"weekdays": DAYS}),
    st.just(
        {"every": "daily", "at": "08:30", "zone": "Europe/Berlin", "active_hours": {"from": "22:00", "to": "06:00"}}
    ),
)
SAFETY = st.fixed_dictionaries({}, optional={
    "cooldown_hours": st.floats(0, 700, allow_nan=False), "max_changes_per_day": st.integers(1, 50),
    "max_change_percent": st.floats(1, 100), "rollout_percent": st.sampled_from([10, 50, 100]),
})  # fmt: skip


@st.composite
def sound_documents(draw: st.DrawFn) -> dict[str, Any]:
    """One that the schema accepts."""
    document: dict[str, Any] = {
        "metrics": {"profit": "conversion_value * 0.6 - spend"},
        "conditions": draw(TREES),
        "actions": [*draw(st.lists(STEPS, max_size=1)), *draw(st.lists(NOTICES, min_size=1, max_size=2))],
    }
    parts = {
        "filters": FILTERS, "schedule": SCHEDULES, "safety": SAFETY, "holdout_percent": st.integers(0, 50),
        "default_window": st.sampled_from(["3d", "7d", "today"]),
        "mode": st.sampled_from(["automatic", "approval_required"]),
    }  # fmt: skip
    for name, part in parts.items():
        if draw(st.booleans()):
            document[name] = draw(part)
    try:
        parse(document)
    except RuleInvalid:
        assume(False)
    return document
