"""Filters of a native rule as conditions of ours (reference 10)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from metaads.models import Level
from metaads.sync.native_rules import LEVELS as MODELS
from optimization.rules.native.reading import Raw, Reading, entries, listed, mapping, plain_number

LEVELS = {"CAMPAIGN": Level.CAMPAIGN.value, "ADSET": Level.AD_SET.value, "AD": Level.AD.value}
NUMERIC = {"GREATER_THAN": ">", "LESS_THAN": "<", "EQUAL": "=", "NOT_EQUAL": "!=", "IN_RANGE": "between",
           "NOT_IN_RANGE": "not_between", "IN": "in", "NOT_IN": "not_in"}  # fmt: skip
# `LAST_7_DAYS` includes today, `LAST_7D` does not.
WINDOWS = {
    "TODAY": "today", "YESTERDAY": "yesterday", "LIFETIME": "lifetime",
    **{f"LAST_{n}D": f"{n}d" for n in (3, 7, 14, 28, 30)},
    **{f"LAST_{n}_DAYS": f"{n}d_incl_today" for n in (2, 3, 7, 14, 28, 30)},
}  # fmt: skip
PURCHASE = "offsite_conversion.fb_pixel_purchase"
METRICS = {
    "spent": "spend", "impressions": "impressions", "reach": "reach", "frequency": "frequency", "clicks": "clicks",
    "ctr": "ctr", "cpc": "cpc", "cpm": "cpm", "link_click": "actions.link_click",
    "cost_per_link_click": "cost_per.link_click", "cost_per_purchase_fb": f"cost_per.{PURCHASE}",
}  # fmt: skip
ROAS, ROAS_FORMULA = "website_purchase_roas", f"action_values.{PURCHASE} / spend"
MONEY = frozenset(
    {"spent", "cpc", "cpm", "cost_per_link_click", "cost_per_purchase_fb", "daily_budget", "lifetime_budget"}
)
ACTION_PREFIXES = ("offsite_conversion.", "onsite_conversion.", "app_custom_event.")
STATE = {
    "daily_budget": "daily_budget",
    "lifetime_budget": "lifetime_budget",
    "hours_since_creation": "hours_since_created",
}
TEXTS = {"name": "name", "objective": "objective", "effective_status": "effective_status"}
ABOVE = {"campaign": Level.CAMPAIGN.value, "adset": Level.AD_SET.value, "ad": Level.AD.value}
# Windows for which Meta is asked for its reach; it does not add up, so over any other it stays unknown here.
REACHED = frozenset({"today", "yesterday", "7d", "14d", "28d", "30d", "lifetime"})
RUNNING = ["ACTIVE", "PENDING_REVIEW"]
GONE = ["DELETED", "ARCHIVED"]


@dataclass
class Meant:
    """What the filters say: level, window, conditions, and the objects that they name by id."""

    level: str = ""
    window: str = ""
    conditions: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    metrics: dict[str, str] = field(default_factory=dict)
    measured: bool = False


def read_filters(reading: Reading, execution: str) -> Meant:
    """Every filter is either read exactly or told as a problem."""
    meant = Meant()
    raw = mapping(reading.native.evaluation_spec).get("filters")
    filters = entries(raw)
    if not filters or not isinstance(raw, list) or len(filters) < len(raw):
        reading.fault("Its filters are not as Meta documents them.")
    for one in sorted(filters, key=lambda one: one.get("field") not in ("entity_type", "time_preset")):
        _read(reading, meant, one)
    _level(reading, meant)
    if meant.measured and not meant.window and not reading.problems:
        reading.fault("It has figures and no time_preset.")
    if any(one.get("field") in ("reach", "frequency") for one in filters) and meant.window not in REACHED:
        reading.fault("Reach and frequency over this time are not read from Meta, so the rule would never match here.")
    if not any(one.get("field") == "effective_status" for one in filters):
        _implicit(meant, execution)
    return meant


def _read(reading: Reading, meant: Meant, one: Raw) -> None:
    name, operator, value = str(one.get("field", "")), str(one.get("operator", "")), one.get("value")
    special = _SPECIAL.get(name)
    if special is not None:
        special(reading, meant, operator, value)
        return
    where, _, inner = name.rpartition(".")
    if where in ABOVE and (inner in TEXTS or inner == "id"):
        _text(reading, meant, _above(reading, meant, where, inner), operator, value)
    elif name in TEXTS:
        _text(reading, meant, TEXTS[name], operator, value)
    elif name in STATE or _metric(meant, name):
        _number(reading, meant, name, operator, value)
    else:
        reading.fault(f"The field {name or 'without a name'} has no exact counterpart here.")


def _entity_type(reading: Reading, meant: Meant, operator: str, value: object) -> None:
    words = listed(value)
    if len(words) != 1 or words[0] not in LEVELS or operator not in ("EQUAL", "IN"):
        reading.fault(
            f"It is about {', '.join(words) or 'nothing'}; a rule here is about one level. Make one for each."
        )
        return
    meant.level = LEVELS[words[0]]


def _time_preset(reading: Reading, meant: Meant, operator: str, value: object) -> None:
    window = WINDOWS.get(str(value))
    if window is None or operator != "EQUAL":
        reading.fault(f"The time {value} has no window here.")
    elif meant.window:
        reading.fault("It names two times.")
    else:
        meant.window = window


def _attribution(reading: Reading, meant: Meant, operator: str, value: object) -> None:
    if value != "ACCOUNT_DEFAULT":
        reading.fault(f"The attribution window {value} is not the account's.")


def _id(reading: Reading, meant: Meant, operator: str, value: object) -> None:
    ids = [one for one in listed(value) if one.isdigit()]
    if operator not in ("EQUAL", "IN") or not ids or len(ids) < len(listed(value)):
        reading.fault("The objects that it names by id cannot be read.")
    elif meant.ids:
        reading.fault("It names objects by id twice.")
    else:
        meant.ids = ids


_SPECIAL: dict[str, Callable[[Reading, Meant, str, object], None]] = {
    "entity_type": _entity_type,
    "time_preset": _time_preset,
    "attribution_window": _attribution,
    "id": _id,
}


def _level(reading: Reading, meant: Meant) -> None:
    """Of objects that are named by id the mirror knows the level, which must be one."""
    if not meant.ids:
        if not meant.level:
            reading.fault("It says neither which level nor which objects it is about.")
        return
    held: dict[str, set[str]] = {}
    for word, model in MODELS.items():
        rows = model._default_manager.filter(account=reading.native.account, deleted_at=None, meta_id__in=meant.ids)
        held[LEVELS[word]] = set(rows.values_list("meta_id", flat=True))
    missing = set(meant.ids) - set().union(*held.values())
    levels = [level for level, ids in held.items() if ids]
    if missing:
        reading.fault(f"It names objects that are not known here: {', '.join(sorted(missing)[:5])}.")
    if len(levels) > 1 or (levels and meant.level not in ("", levels[0])):
        reading.fault("It names objects of several levels; a rule here is about one. Make one for each.")
    meant.level = meant.level or (levels[0] if levels else "")


def _above(reading: Reading, meant: Meant, where: str, inner: str) -> str:
    """The field here for `campaign.name` and its like; "" after telling the problem."""
    level = ABOVE[where]
    if inner == "objective" and where == "campaign":
        return "objective"
    if inner == "id" and where == "campaign":
        return "campaign_id"
    parent = (level, meant.level) in ((Level.CAMPAIGN, Level.AD_SET), (Level.AD_SET, Level.AD))
    if parent and inner in ("id", "name"):
        return f"parent_{inner}"
    if level == meant.level and inner in TEXTS:
        return TEXTS[inner]
    reading.fault(f"The field {where}.{inner} has no exact counterpart here.")
    return ""


def _text(reading: Reading, meant: Meant, name: str, operator: str, value: object) -> None:
    texts = [text for text in listed(value) if text.strip()]
    if not name:
        return
    if not texts:
        reading.fault(f"{name}: {value!r} is no text.")
        return
    if operator in ("CONTAIN", "NOT_CONTAIN"):
        leaves = [{"field": name, "operator": "contains", "value": text} for text in texts]
        node = leaves[0] if len(leaves) == 1 else {"any": leaves}
        meant.conditions.append(node if operator == "CONTAIN" else {"not": node})
    elif operator in ("EQUAL", "IN"):
        meant.conditions.append({"field": name, "operator": "in", "value": texts})
    elif operator in ("NOT_EQUAL", "NOT_IN"):
        meant.conditions.append({"field": name, "operator": "not_in", "value": texts})
    else:
        reading.fault(f"{name} with {operator} has no exact counterpart here.")


def _metric(meant: Meant, name: str) -> str:
    """The field's name here, "" if none is surely the same."""
    if name == ROAS:
        meant.metrics[ROAS] = ROAS_FORMULA
        return ROAS
    if name in METRICS:
        return METRICS[name]
    return f"actions.{name}" if name.startswith(ACTION_PREFIXES) else ""


def _number(reading: Reading, meant: Meant, name: str, operator: str, value: object) -> None:
    metric = name not in STATE
    meant.measured = meant.measured or metric
    read = reading.money if name in MONEY else reading.number
    ours = NUMERIC.get(operator)
    several = operator in ("IN", "NOT_IN", "IN_RANGE", "NOT_IN_RANGE")
    raw = value if several and isinstance(value, list) else [value]
    values: list[Decimal | None] = [read(one, name) for one in raw]
    numbers = [plain_number(one) for one in values if one is not None]
    if ours is None or len(numbers) < len(values) or (ours.endswith("between") and len(numbers) != 2):
        reading.fault(f"{name} {operator} {value!r} has no exact counterpart here.")
        return
    field_name = _metric(meant, name) if metric else STATE[name]
    meant.conditions.append({"field": field_name, "operator": ours, "value": numbers if several else numbers[0]})


def _implicit(meant: Meant, execution: str) -> None:
    """What Meta means where no filter speaks of the status."""
    if execution == "UNPAUSE":
        meant.conditions.append({"field": "effective_status", "operator": "not_in", "value": GONE})
    else:
        meant.statuses = RUNNING
