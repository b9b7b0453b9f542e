"""Rules as the API says and reads them. Both designs' words are understood on both paths.

What a rule does is a list (`actions`); who has a single one may write `action_type` and `action_parameters` instead.
"""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import exceptions, serializers, status

from metaads.models import Level
from optimization.api.errors import Several
from optimization.api.params import Body
from optimization.kinds import KINDS
from optimization.models import Rule
from optimization.rules.editing import token_of
from optimization.rules.schema import RuleInvalid
from optimization.rules.selectors import Reach

MOST_PRIORITY = 1000
MOST_TAGS = 30
DOCUMENT = {
    "default_window": "7d",
    "conditions": {
        "all": [{"field": "spend", "operator": ">", "value": 50}, {"field": "conversions", "operator": "=", "value": 0}]
    },
    "actions": [{"kind": "pause"}],
    "mode": "approval_required",
}
_MADE = {"name": "Stop what sells nothing", "category": "loss_prevention", "level": "adset"}
WHOLE = OpenApiExample(
    "A whole document", {**_MADE, "accounts": ["101550000000007"], "document": DOCUMENT}, request_only=True
)
SINGLE = OpenApiExample(
    "A single action",
    {
        **_MADE,
        "accounts": ["101550000000007"],
        "document": {"conditions": {"field": "roas_7d", "operator": "<", "value": 0.8}},
        "action_type": "decrease_budget",
        "action_parameters": {"percent": 30},
    },
    request_only=True,
)


class Unsound(Several):
    """The rule can't be saved like this. Every problem stands under its place in the body."""

    default_code = "rule_invalid"
    default_detail = "The rule can't be used like this: see field_errors. Nothing was stored."


class Moved(exceptions.APIException):
    """Somebody else was faster."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "changed_meanwhile"
    default_detail = (
        "Somebody changed it since you read it. Nothing was stored: read it again, then repeat your change."
    )


def unsound(invalid: RuleInvalid, root: str = "document") -> Unsound:
    """Places as in the body: `document.conditions.all[0].field`."""
    fields: dict[str, list[str]] = {}
    for problem in invalid.problems:
        place = f"{root}.{problem.path}" if problem.path else root
        fields.setdefault(place, []).append(problem.message)
    return Unsound(fields)


class RuleBody(Body):
    """`accounts` empty or left out: the rule covers all in which its owner decides."""

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(required=False, default="", allow_blank=True, max_length=5000)
    category = serializers.ChoiceField(Rule.Category.choices)
    level = serializers.ChoiceField(Level.choices)
    priority = serializers.IntegerField(
        required=False, default=50, min_value=0, max_value=MOST_PRIORITY, help_text="Higher wins a conflict."
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), required=False, default=list, max_length=MOST_TAGS
    )
    accounts = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, default=list, max_length=1000,
        help_text="Meta ids of ad accounts.",
    )  # fmt: skip
    document = serializers.DictField(
        help_text="Conditions, actions, filters, metrics, mode, schedule, safety: see the examples."
    )
    actions = serializers.ListField(
        child=serializers.DictField(), required=False, max_length=50, help_text="Another place for document.actions."
    )
    action_type = serializers.CharField(
        required=False, max_length=40, help_text="Another spelling of a list with one action."
    )
    action_parameters = serializers.DictField(required=False)


def written(said: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The document that a body means; `before`: the one that it changes. Raises Unsound for two contradicting lists."""
    document = dict(said.get("document", before or {}))
    told = [name for name in ("actions", "action_type") if name in said]
    if "actions" in said.get("document", {}):
        told.append("document.actions")
    if len(told) > 1:
        raise Unsound({name: [f"Say it once: {' and '.join(told)} are the same list."] for name in told})
    if "action_parameters" in said and "action_type" not in said:
        raise Unsound({"action_parameters": ["They belong to an action_type."]})
    if "actions" in said:
        document["actions"] = said["actions"]
    elif "action_type" in said:
        document["actions"] = [{"kind": said["action_type"], "parameters": said.get("action_parameters", {})}]
    return document


class Statistics(serializers.Serializer[Any]):
    evaluated = serializers.IntegerField()
    triggered = serializers.IntegerField()
    proposed = serializers.IntegerField()
    approved = serializers.IntegerField()
    executed = serializers.IntegerField()
    last_triggered_at = serializers.DateTimeField(allow_null=True)


class ConflictFields(serializers.Serializer[Any]):
    rule = serializers.UUIDField(source="rule.public_id")
    name = serializers.CharField(source="rule.name")
    text = serializers.CharField()


class RuleAnswer(serializers.Serializer[Any]):
    """A rule. `hidden_accounts`: how many it covers that you may not see."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    category = serializers.CharField()
    level = serializers.CharField()
    priority = serializers.IntegerField()
    active = serializers.BooleanField()
    archived = serializers.BooleanField()
    disabled_reason = serializers.CharField(allow_blank=True, help_text="Why it switched itself off.")
    owner = serializers.CharField(allow_null=True)
    editable = serializers.BooleanField(help_text="Whether you may change it.")
    accounts = serializers.ListField(child=serializers.CharField(), help_text="Empty: all where its owner decides.")
    hidden_accounts = serializers.IntegerField()
    tags = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(allow_null=True)
    token = serializers.CharField(help_text="For the header If-Match of a change.")
    summary = serializers.CharField(allow_blank=True, help_text="In plain words.")
    mode = serializers.CharField(allow_blank=True)
    document = serializers.DictField()
    actions = serializers.ListField(child=serializers.DictField())
    action_type = serializers.CharField(allow_null=True, help_text="Of the action that changes Meta, else the first.")
    statistics = Statistics()

    def to_representation(self, instance: Rule) -> dict[str, Any]:
        """`context`: `reach`, and `conflicts` where they are told."""
        shape = _shape(instance, self.context["reach"])
        return super().to_representation({**shape, "conflicts": self.context.get("conflicts", ())})


class SavedRule(RuleAnswer):
    conflicts = ConflictFields(many=True, help_text="Active rules that can work against it.")


def _shape(rule: Rule, reach: Reach) -> dict[str, Any]:
    document = dict(rule.current.document) if rule.current else {}
    actions = list(document.get("actions", ()))
    return {
        "id": rule.public_id, "name": rule.name, "description": rule.description, "category": rule.category,
        "level": rule.level, "priority": rule.priority, "active": rule.active,
        "archived": rule.archived_at is not None, "disabled_reason": rule.disabled_reason,
        "owner": rule.owner.get_username() if rule.owner else None, "editable": reach.may_edit(rule),
        "accounts": [account.meta_id for account in reach.seen(rule)], "hidden_accounts": reach.hidden(rule),
        "tags": rule.tags, "version": rule.current.number if rule.current else None, "token": token_of(rule),
        "summary": rule.current.summary if rule.current else "", "mode": document.get("mode", "approval_required"),
        "document": document, "actions": actions, "action_type": _main(actions), "statistics": rule,
    }  # fmt: skip


def _main(actions: list[dict[str, Any]]) -> str | None:
    kinds = [str(action.get("kind", "")) for action in actions]
    changing = (kind for kind in kinds if kind in KINDS and KINDS[kind].changes_meta)
    return next(changing, kinds[0] if kinds else None)
