"""Meta's words for changes and our columns: which event of the change history tells which field. Pure.

Event types are those of `AdActivity.EventType` (meta-api-spec.json); what `extra_data` holds is not documented, so its
values are taken where they are plain and left out where they are not.
"""

from typing import Any

from metaads.models import OutsideChange
from metaads.sync import fields

Target = OutsideChange.Target
BUDGET, SCHEDULE, BIDDING, EXISTENCE = "budget", "schedule", "bidding", "existence"
# A history that does not say which of them it was tells all of them.
FAMILIES: dict[str, frozenset[str]] = {
    BUDGET: frozenset({BUDGET, "daily_budget", "lifetime_budget"}),
    SCHEDULE: frozenset({SCHEDULE, "start_time", "stop_time"}),
    BIDDING: frozenset({BIDDING, "bid_amount", "bid_strategy", "bid_constraints"}),
}
# Parts of event names, the first that fits wins.
_BY_PART = (
    ("create_campaign_group", EXISTENCE),
    ("create_ad", EXISTENCE),
    ("create_campaign", EXISTENCE),
    ("spend_cap", "spend_cap"),
    ("spend_limit", "spend_cap"),
    ("budget", BUDGET),
    ("run_status", "status"),
    ("bid_strategy", "bid_strategy"),
    ("bidding", BIDDING),
    ("bid_info", BIDDING),
    ("bid_type", BIDDING),
    ("target_spec", "targeting"),
    ("targets_spec", "targeting"),
    ("optimization_goal", "optimization_goal"),
    ("learning_stage", "learning_status"),
    ("duration", SCHEDULE),
    ("campaign_schedule", SCHEDULE),
    ("ad_review", "effective_status"),
    ("ad_creative", "creative_id"),
    ("friendly_name", "name"),
    ("_name", "name"),
)
# Names of fields in `extra_data` -> our columns, where they differ.
_RENAMED = {"start": "start_time", "end": "stop_time", "end_time": "stop_time", "creative": "creative_id"}
_KNOWN = frozenset(
    {"name", "status", "daily_budget", "lifetime_budget", "spend_cap", "bid_amount", "bid_strategy", "targeting"}
    | {"optimization_goal", "start_time", "stop_time", "creative_id", "learning_status"}
)
_OBJECTS = {
    "ACCOUNT": Target.ACCOUNT,
    "AD_ACCOUNT": Target.ACCOUNT,
    "CAMPAIGN_GROUP": Target.CAMPAIGN,
    "CAMPAIGN": Target.CAMPAIGN,
    "ADSET": Target.AD_SET,
    "AD_SET": Target.AD_SET,
    "AD": Target.AD,
    "ADGROUP": Target.AD,
}
_AMOUNTS = frozenset({BUDGET, "daily_budget", "lifetime_budget", "spend_cap", "bid_amount"})
STATUSES = frozenset({"ACTIVE", "PAUSED", "ARCHIVED", "DELETED"})
_PLAIN = frozenset({"name", "bid_strategy", "optimization_goal", "learning_status"})


def field_of(event_type: str, extra: dict[str, Any]) -> str:
    """The column (or family) that an event changed; "" for what our mirror does not hold."""
    named = str(extra.get("field", ""))
    named = _RENAMED.get(named, named)
    if named in _KNOWN:
        return named
    return next((field for part, field in _BY_PART if part in event_type), "")


def level_of(object_type: str) -> str:
    return _OBJECTS.get(object_type.upper(), Target.OTHER)


def value_of(field: str, value: object) -> object:
    """A value as our mirror would hold it; None where it cannot be compared (times, targeting, Meta's own labels)."""
    if field in _AMOUNTS:
        return fields.whole(value)
    if field == "status":
        word = str(value).upper()
        return word if word in STATUSES else None
    return str(value) if field in _PLAIN and isinstance(value, str) else None


def family(field: str) -> frozenset[str]:
    """The fields that a change of `field` may have been told as."""
    found = [names for names in FAMILIES.values() if field in names]
    return frozenset({field}).union(*found)


def explains(told_field: str, told_after: object, field: str, after: object) -> bool:
    """Whether a history row (its field, its new value as `value_of` gives it) tells this difference."""
    if field == EXISTENCE and after is None:
        return told_field == "status" and told_after in {"ARCHIVED", "DELETED"}
    if told_field not in family(field):
        return False
    return told_after is None or field == EXISTENCE or str(told_after) == str(after)
