"""Actions as the API says and reads them. Values are as Meta stores them: budgets and bids in minor units."""

from decimal import Decimal
from operator import attrgetter
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from metaads.graph.money import from_minor
from metaads.models import JournalStep, Level
from optimization.api.params import Body
from optimization.kinds import describe
from optimization.kinds.plan_words import lines_of
from optimization.models import ACCOUNT_LEVEL, Action, Approval, Outcome, Source, Status
from optimization.steps import steps_of

LEVELS = [*Level.choices, (ACCOUNT_LEVEL, "Ad account")]
STEP_STATES = JournalStep.State.choices
MINOR = "As Meta stores it: a status, an amount in minor units, or several values by name."


@extend_schema_field({"description": MINOR})
class Value(serializers.JSONField):
    """A value as Meta stores it."""


def major(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else from_minor(minor, currency)


class Money(serializers.DecimalField):
    """An amount in the major unit; null = unknown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=20, decimal_places=2, allow_null=True, **options)


class Major(serializers.DecimalField):
    """An amount that the row holds in minor units, in the major unit of its currency; null = unknown."""

    def __init__(self, minor: str, currency: str = "currency", **options: Any) -> None:
        super().__init__(max_digits=20, decimal_places=2, allow_null=True, read_only=True, source="*", **options)
        self.minor, self.currency = minor, currency

    def to_representation(self, row: Any) -> Any:
        minor = getattr(row, self.minor)
        return None if minor is None else super().to_representation(from_minor(minor, attrgetter(self.currency)(row)))


class OutcomeFields(serializers.ModelSerializer[Outcome]):
    """`effect`, `low`, `high`: what it made or saved over the horizon."""

    effect = Major("effect", "action.currency")
    low = Major("low", "action.currency")
    high = Major("high", "action.currency")

    class Meta:
        model = Outcome
        fields = ["horizon", "due_at", "measured_at", "verdict", "effect", "low", "high", "method", "note"]


class ActionFields(serializers.ModelSerializer[Action]):
    """One action, short."""

    id = serializers.UUIDField(source="public_id")
    account = serializers.CharField(source="account.meta_id")
    level = serializers.ChoiceField(LEVELS)
    source = serializers.ChoiceField(Source.choices)  # type: ignore[assignment]  # a field, not its option
    status = serializers.ChoiceField(Status.choices)
    rule = serializers.UUIDField(source="rule_version.rule.public_id", default=None, allow_null=True)
    title = serializers.SerializerMethodField(help_text="The action in one line.")
    value_before = Value()
    value_wanted = Value()
    value_final = Value()
    at_stake = Major("at_stake", help_text="Money moved a day, major unit; null = unknown.")
    proposed_by = serializers.CharField(source="proposed_by.username", default=None, allow_null=True)
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)
    undo_of = serializers.UUIDField(source="undo_of.public_id", default=None, allow_null=True)

    class Meta:
        model = Action
        fields = [
            *("id", "account", "level", "entity_id", "entity_name", "campaign_id", "campaign_name", "kind", "title"),
            *("source", "rule", "proposed_by", "field", "value_before", "value_wanted", "value_final", "currency"),
            *("amount_pct", "at_stake", "reason_code", "reason", "confidence", "confidence_note", "safety_score"),
            *("status", "stale_reason", "version", "proposed_at", "expires_at", "decided_at", "decided_by", "alone"),
            *("why_not_alone", "decision_note", "executed_at", "finished_at", "by_hand", "undo_at", "undo_of"),
            *("outcome_note", "tags", "notes"),
        ]

    def get_title(self, action: Action) -> str:
        head = describe(action)
        return " ".join(part for part in (head.verb, head.name, head.change) if part)


class JournalFields(serializers.ModelSerializer[JournalStep]):
    class Meta:
        model = JournalStep
        fields = [
            *("key", "op", "level", "entity_id", "field", "old", "new", "state", "sent", "attempts", "made_id"),
            *("request", "answer", "error", "fbtrace_id", "created_at", "finished_at"),
        ]


class YesFields(serializers.ModelSerializer[Approval]):
    """One of the two people that a large change needs."""

    user = serializers.CharField(source="user.username", default=None, allow_null=True)

    class Meta:
        model = Approval
        fields = ["user", "version", "at", "note"]


class ActionAnswer(ActionFields):
    """One action with all that is known of it. `attempts`: what was sent to Meta, step by step.

    `modified_from`: value, percent and kind before a person changed it; `overridden`: rails that a person overrode, and
    why; `approvals`: who said yes where two people must.
    """

    modified_from = serializers.DictField(allow_null=True)
    overridden = serializers.ListField(child=serializers.DictField())
    approvals = YesFields(many=True)
    verdicts = serializers.ListField(child=serializers.DictField())
    trace = serializers.JSONField()
    metrics = serializers.DictField()
    parameters = serializers.DictField()
    steps = serializers.ListField(child=serializers.DictField())
    plan = serializers.SerializerMethodField(help_text="The steps in words, one a line.")
    made = serializers.ListField(child=serializers.DictField())
    timed = serializers.DictField(allow_null=True)
    expected = serializers.DictField(allow_null=True)
    outcomes = OutcomeFields(many=True)
    attempts = serializers.SerializerMethodField()

    class Meta(ActionFields.Meta):
        fields = [
            *ActionFields.Meta.fields,
            *(
                "data_read_at",
                "executing_at",
                "modified_from",
                "overridden",
                "approvals",
                "timed",
                "kept_at",
                "parameters",
                "steps",
                "plan",
                "made",
                "metrics",
                "trace",
                "verdicts",
                "expected",
                "outcomes",
                "attempts",
            ),
        ]

    def get_plan(self, action: Action) -> list[str]:
        return [line.text for line in lines_of(steps_of(action.steps), action.currency)]

    @extend_schema_field(JournalFields(many=True))
    def get_attempts(self, action: Action) -> Any:
        rows = JournalStep.objects.filter(key__startswith=f"{action.public_id}:").order_by("pk")
        return JournalFields(rows, many=True).data


class Seen(Body):
    """`version`: what you looked at; a proposal that has changed since is refused with 409."""

    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=2**31 - 1)
    notes = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class Rejection(Body):
    reason = serializers.CharField(max_length=2000, help_text="Why: later models learn from it.")


class Modification(Body):
    amount = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=Decimal("0.01"), help_text="The new budget, major unit."
    )
    notes = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class Cancellation(Body):
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)
