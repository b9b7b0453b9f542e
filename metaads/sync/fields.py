"""From Meta's raw objects to the columns of our mirror. Pure. Absent or odd becomes None or empty, never zero."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Raw = Mapping[str, Any]


def account_values(raw: Raw) -> dict[str, Any]:
    """Columns of AdAccount; those that Meta did not send are left out, so that a stored value stays."""
    values = {
        "name": text(raw.get("name"), 200),
        "currency": text(raw.get("currency"), 3),
        "timezone_name": text(raw.get("timezone_name"), 64),
    }
    numbers = ("account_status", "disable_reason", "amount_spent", "min_daily_budget")
    return {
        **{name: value for name, value in values.items() if value},
        **{name: whole(raw.get(name)) for name in numbers},
        "spend_cap": budget(raw.get("spend_cap")),
        "min_campaign_spend_cap": budget(raw.get("min_campaign_group_spend_cap")),
    }


def campaign_values(raw: Raw) -> dict[str, Any]:
    return {
        **_budgeted(raw),
        "stop_time": moment(raw.get("stop_time")),
        "objective": text(raw.get("objective"), 40),
        "buying_type": text(raw.get("buying_type"), 20),
        "spend_cap": budget(raw.get("spend_cap")),
        "special_ad_categories": listing(raw.get("special_ad_categories")),
    }


def ad_set_values(raw: Raw) -> dict[str, Any]:
    learning = mapping(raw.get("learning_stage_info"))
    return {
        **_budgeted(raw),
        "stop_time": moment(raw.get("end_time")),
        "bid_amount": whole(raw.get("bid_amount")),
        "bid_constraints": mapping(raw.get("bid_constraints")),
        "daily_min_spend_target": spend_limit(raw.get("daily_min_spend_target")),
        "daily_spend_cap": spend_limit(raw.get("daily_spend_cap")),
        "optimization_goal": text(raw.get("optimization_goal"), 40),
        "billing_event": text(raw.get("billing_event"), 40),
        "promoted_object": mapping(raw.get("promoted_object")),
        "targeting": mapping(raw.get("targeting")),
        "attribution_spec": listing(raw.get("attribution_spec")),
        "learning_status": text(learning.get("status"), 20),
        "learning_results": whole(learning.get("conversions")),
        "last_significant_edit_at": unix(learning.get("last_sig_edit_ts")),
    }


def ad_values(raw: Raw) -> dict[str, Any]:
    return {**_delivering(raw), "tracking_specs": listing(raw.get("tracking_specs"))}


def creative_values(raw: Raw) -> dict[str, Any]:
    return {
        "name": text(raw.get("name"), 400),
        "status": text(raw.get("status"), 32),
        "title": text(raw.get("title")),
        "body": text(raw.get("body")),
        "thumbnail_url": text(raw.get("thumbnail_url")),
        "call_to_action_type": text(raw.get("call_to_action_type"), 40),
        "object_type": text(raw.get("object_type"), 40),
        "link_url": text(raw.get("link_url")),
        "video_id": text(raw.get("video_id"), 32),
        "image_hash": text(raw.get("image_hash"), 200),
    }


def _delivering(raw: Raw) -> dict[str, Any]:
    return {
        "name": text(raw.get("name"), 400),
        "status": text(raw.get("status"), 32),
        "effective_status": text(raw.get("effective_status"), 32),
        "issues": listing(raw.get("issues_info")),
        "created_time": moment(raw.get("created_time")),
        "updated_time": moment(raw.get("updated_time")),
    }


def _budgeted(raw: Raw) -> dict[str, Any]:
    return {
        **_delivering(raw),
        "daily_budget": budget(raw.get("daily_budget")),
        "lifetime_budget": budget(raw.get("lifetime_budget")),
        "budget_remaining": whole(raw.get("budget_remaining")),
        "bid_strategy": text(raw.get("bid_strategy"), 40),
        "start_time": moment(raw.get("start_time")),
    }


def text(value: object, size: int | None = None) -> str:
    """Unknown statuses and goals are kept as they are. NUL is dropped: PostgreSQL refuses it."""
    return "" if value is None else str(value).replace("\0", "")[:size]


def whole(value: object) -> int | None:
    """ "5000" or 5000 -> 5000."""
    try:
        return None if value is None else int(str(value))
    except ValueError:
        return None


def budget(value: object) -> int | None:
    """A budget or cap of "0" means that there is none (reference 3.2, 3.3)."""
    return whole(value) or None


NO_LIMIT = 922_337_203_685_478
"""How Meta writes a spend limit that was taken away (reference 6.2)."""


def spend_limit(value: object) -> int | None:
    found = budget(value)
    return None if found is None or found >= NO_LIMIT else found


def moment(value: object) -> datetime | None:
    """`2025-11-11T14:25:17-0800` -> aware UTC. Without an offset it is no moment."""
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else None


def unix(value: object) -> datetime | None:
    """Unix seconds -> aware UTC; 0 = never."""
    seconds = whole(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds and 0 < seconds < 2**33 else None


def mapping(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def listing(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []
