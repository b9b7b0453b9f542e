"""Meta's own automated rules mirrored: a second engine that edits the same objects. Listed, never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metaads import switch
from metaads.graph.budget import Priority
from metaads.graph.client import client_for
from metaads.models import Ad, AdAccount, AdSet, Campaign, NativeRule
from metaads.reader.native_rules import BATCH, read_governing, read_rules
from metaads.sync import fields
from metaads.sync.mirror import mirror_level

LEVELS: dict[str, type[Campaign | AdSet | Ad]] = {"CAMPAIGN": Campaign, "ADSET": AdSet, "AD": Ad}
# What tells people or other systems and touches no object.
HARMLESS = frozenset({"NOTIFICATION", "PING_ENDPOINT"})


@dataclass(frozen=True)
class NativeRulesResult:
    seen: int
    vanished: int

    def __str__(self) -> str:
        return f"{self.seen} rules of Meta's own, {self.vanished} gone"


def sync_native_rules(account: AdAccount, now: datetime) -> NativeRulesResult:
    """Brings the list up to date; one call for most accounts. Raises metaads.graph.errors and switch.SwitchedOff."""
    switch.require(switch.COLLECTION)
    result = mirror_level(
        NativeRule, account, read_rules(client_for(account, priority=Priority.RESTATE), account), rule_values, now
    )
    return NativeRulesResult(result.seen, result.vanished)


def rule_values(raw: fields.Raw) -> dict[str, Any]:
    """Columns of NativeRule."""
    author = fields.mapping(raw.get("created_by"))
    return {
        "name": fields.text(raw.get("name"), 400),
        "status": fields.text(raw.get("status"), 20),
        "evaluation_spec": fields.mapping(raw.get("evaluation_spec")),
        "execution_spec": fields.mapping(raw.get("execution_spec")),
        "schedule_spec": fields.mapping(raw.get("schedule_spec")),
        "created_by": fields.text(author.get("name") or author.get("id"), 200),
        "created_time": fields.moment(raw.get("created_time")),
        "updated_time": fields.moment(raw.get("updated_time")),
    }


def sync_governed(account: AdAccount, now: datetime) -> str:
    """Asks Meta which objects its rules govern: up to 50 active ones of the levels that some rule takes as a whole.

    One call, none when every rule names its objects. What was not asked stays as it was (`governed_ids`).
    """
    switch.require(switch.COLLECTION)
    rules = list(NativeRule.objects.filter(account=account, deleted_at=None))
    asked = _open_objects(account, [rule for rule in rules if changes_objects(rule)])
    if not asked:
        return "nothing to ask"
    answers = read_governing(client_for(account, priority=Priority.RESTATE), asked)
    for rule in rules:
        governed = {one for one, ids in answers.items() if rule.meta_id in ids}
        rule.governed_ids = sorted((set(rule.governed_ids) - answers.keys()) | governed)
    NativeRule.objects.bulk_update(rules, ["governed_ids"])
    return f"{len(answers)} objects asked about"


def _open_objects(account: AdAccount, rules: Iterable[NativeRule]) -> list[str]:
    """Active objects of the levels that some rule takes as a whole, campaigns first."""
    wanted = {level for rule in rules for level in entity_types(rule)}
    found: list[str] = []
    for level, model in LEVELS.items():
        if level in wanted:
            rows = model._default_manager.filter(account=account, deleted_at=None, effective_status="ACTIVE")
            found += rows.order_by("meta_id").values_list("meta_id", flat=True)[: BATCH - len(found)]
    return found


def changes_objects(rule: NativeRule) -> bool:
    """Enabled, and doing something else than telling."""
    kind = str(fields.mapping(rule.execution_spec).get("execution_type", ""))
    return rule.status == "ENABLED" and bool(kind) and kind not in HARMLESS


def filters(rule: NativeRule) -> list[dict[str, Any]]:
    raw = fields.listing(fields.mapping(rule.evaluation_spec).get("filters"))
    return [fields.mapping(one) for one in raw if isinstance(one, dict)]


def entity_types(rule: NativeRule) -> frozenset[str]:
    """Levels that the rule takes as a whole; empty when it names its objects by id."""
    values = [one.get("value") for one in filters(rule) if one.get("field") == "entity_type"]
    return frozenset(str(word) for value in values for word in (value if isinstance(value, list) else [value]))
