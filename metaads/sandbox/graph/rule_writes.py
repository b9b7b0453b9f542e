"""Creating, changing and removing Meta's native rules, with Meta's checks (reference 10)."""

from typing import Any

from metaads.sandbox.graph import rule_words as words
from metaads.sandbox.graph.call import COMMON, Call
from metaads.sandbox.graph.errors import invalid
from metaads.sandbox.graph.render import Target
from metaads.sandbox.world.native_rules import NativeRule, next_id
from metaads.sandbox.world.side_writes import set_rule
from metaads.sandbox.world.world import World

_PLAIN = frozenset({"time_preset", "attribution_window"})
_PARTS = ("name", "status", "evaluation_spec", "execution_spec", "schedule_spec")
_IGNORED = frozenset({"account_id", "ui_creation_source", "recommended_rule_key"})


def create(world: World, target: Target, call: Call, effect: bool) -> str:
    """The new rule's id; error 100 for a specification that Meta would refuse."""
    found = _read(call)
    for name in ("name", "evaluation_spec", "execution_spec"):
        if name not in found:
            raise invalid(f"The parameter {name} is required", name)
    _check_whole(found)
    at = target.view.now
    rule_id = next_id(target.view.account)
    if effect:
        app_user = ("122000000000001", "Campaign Intelligence system user")
        entry = {**found, "id": rule_id, "created": at, "updated": at, "created_by": app_user[0]}
        set_rule(world, target.view.account.id, {**entry, "creator_name": app_user[1]})
    return rule_id


def change(world: World, target: Target, call: Call, effect: bool) -> None:
    """Replaces the parts that are given, whole (reference 10: send every part again)."""
    rule = _rule(target)
    found = _read(call)
    _check_whole({name: getattr(rule, name) for name in _PARTS} | found)
    if effect:
        set_rule(world, target.view.account.id, {"id": rule.id, "updated": target.view.now, **found})


def remove(world: World, target: Target, effect: bool) -> None:
    """The rule is deleted for good."""
    rule = _rule(target)
    if effect:
        set_rule(world, target.view.account.id, {"id": rule.id, "updated": target.view.now, "status": "DELETED"})


def _rule(target: Target) -> NativeRule:
    if not isinstance(target.node, NativeRule):
        raise invalid("This is not an automated rule")
    return target.node


def _read(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in call.params.keys() - COMMON - _IGNORED:
        if name not in _PARTS:
            raise invalid(f"Param {name} is not a valid parameter of a rule", name)
        found[name] = call.text(name) if name in ("name", "status") else call.json(name)
        if name.endswith("_spec") and not isinstance(found[name], dict):
            raise invalid(f"Param {name} must be an object", name)
    if "name" in found and not found["name"].strip():
        raise invalid("Param name must not be empty", "name")
    _one_of("status", found.get("status", "ENABLED"), words.STATUSES)
    return found


def _one_of(name: str, value: object, allowed: frozenset[str]) -> None:
    if value not in allowed:
        raise invalid(f"Param {name} must be one of {{{', '.join(sorted(allowed))}}}", name)


def _check_whole(found: dict[str, Any]) -> None:
    evaluation, execution = found["evaluation_spec"], found["execution_spec"]
    kind = evaluation.get("evaluation_type")
    _one_of("evaluation_type", kind, words.EVALUATION_TYPES)
    own = words.SCHEDULED if kind == "SCHEDULE" else words.TRIGGERED
    _one_of("execution_type", execution.get("execution_type"), words.BOTH | own)
    _check_filters(evaluation.get("filters"))
    if kind == "TRIGGER":
        _one_of("trigger.type", (evaluation.get("trigger") or {}).get("type"), words.TRIGGERS)
    else:
        _check_schedule(found.get("schedule_spec"))
    _check_options(execution)


def _check_filters(filters: object) -> None:
    if not isinstance(filters, list) or not all(map(_is_filter, filters)):
        raise invalid("evaluation_spec.filters must be a list of field, operator and value", "evaluation_spec")
    fields = [str(one["field"]) for one in filters]
    for one in filters:
        _one_of("operator", one["operator"], words.OPERATORS)
    if not {"id", "entity_type"} & set(fields):
        raise invalid("A rule needs a filter on id or entity_type", "evaluation_spec")
    presets = [one["value"] for one in filters if one["field"] == "time_preset"]
    metrics = [
        f for f in fields if f not in _PLAIN and f.rpartition(".")[2] not in words.METADATA and f not in words.METADATA
    ]
    if metrics and len(presets) != 1:
        raise invalid("Filters on metrics need exactly one time_preset", "evaluation_spec")
    for preset in presets:
        _one_of("time_preset", preset, words.TIME_PRESETS)


def _is_filter(one: object) -> bool:
    return isinstance(one, dict) and {"field", "operator", "value"} <= set(one)


def _check_schedule(schedule: object) -> None:
    if not isinstance(schedule, dict):
        raise invalid("A scheduled rule needs a schedule_spec", "schedule_spec")
    _one_of("schedule_type", schedule.get("schedule_type"), words.SCHEDULES)
    for one in schedule.get("schedule") or []:
        minutes = [one.get(name) for name in ("start_minute", "end_minute")]
        if any(m is not None and (not isinstance(m, int) or m % 30) for m in minutes):
            raise invalid("Minutes of a schedule are multiples of 30", "schedule_spec")


def _check_options(execution: dict[str, Any]) -> None:
    options = {one.get("field"): one.get("value") for one in execution.get("execution_options") or []}
    if execution["execution_type"] in ("CHANGE_BUDGET", "CHANGE_CAMPAIGN_BUDGET", "CHANGE_BID"):
        change_spec = options.get("change_spec")
        if not isinstance(change_spec, dict) or change_spec.get("unit") not in ("ACCOUNT_CURRENCY", "PERCENTAGE"):
            raise invalid("This execution needs a change_spec with amount and unit", "execution_spec")
        if not isinstance(change_spec.get("amount"), int | float):
            raise invalid("change_spec.amount must be a number", "execution_spec")
