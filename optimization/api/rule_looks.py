"""What a rule would do now (preview) and why it did or did not fire (the log of checks). Nothing is changed here."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.graph.money import from_minor
from metaads.models import AdAccount, Level
from optimization.api.access import account_of
from optimization.api.errors import Refused
from optimization.api.params import FIRST_DAY, LAST_DAY, Body, read
from optimization.api.rule_fields import unsound
from optimization.api.rules import rule_of
from optimization.models import Rule
from optimization.preview import Preview, PreviewFailed, preview
from optimization.rules.log import ERRORED, MATCHED, NO_DATA, NOT_COVERED, NOT_MATCHED, SKIPPED
from optimization.rules.schema import RuleInvalid
from optimization.rules.selectors import covered_accounts
from optimization.rules.why import search

RESULTS = (MATCHED, NOT_MATCHED, NO_DATA, SKIPPED, ERRORED, NOT_COVERED)
MOST_ROWS, MOST_CHECKS, MOST_EXPLAINED = 500, 1000, 50
DAYS = 7


class Asked(Body):
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=MOST_ROWS, help_text="Rows.")


class AskedOfRule(Asked):
    account = serializers.CharField(
        required=False, default="", help_text="Meta id; may be left out where the rule covers a single one of yours."
    )
    document = serializers.DictField(required=False, help_text="A new text of the rule, to try it before saving.")


class AskedOfDocument(Asked):
    account = serializers.CharField(help_text="Meta id of the ad account.")
    level = serializers.ChoiceField(Level.choices)
    document = serializers.DictField()


class RowFields(serializers.Serializer[Any]):
    level = serializers.CharField()
    entity_id = serializers.CharField()
    name = serializers.CharField()
    outcome = serializers.CharField(help_text="proposed, refreshed, blocked, skipped or told.")
    reason = serializers.CharField(allow_blank=True, help_text="Why it is blocked or skipped.")
    why = serializers.CharField(allow_blank=True, help_text="Why it matches.")
    kind = serializers.CharField()
    change = serializers.CharField(allow_blank=True, help_text="In words.")
    changes = serializers.DictField(child=serializers.CharField(), help_text="Level, id and name of what is changed.")
    before = serializers.JSONField(help_text="As Meta stores it: budgets in the minor unit.")
    wanted = serializers.JSONField()
    plan = serializers.ListField(child=serializers.CharField(), help_text="A line a step, where there are several.")
    at_stake = serializers.FloatField(allow_null=True, help_text="Major unit, a day.")
    figures = serializers.DictField()
    trace = serializers.DictField()
    verdicts = serializers.ListField(child=serializers.DictField(), help_text="What each guard rail said.")


class MissFields(serializers.Serializer[Any]):
    entity_id = serializers.CharField()
    name = serializers.CharField()
    sentence = serializers.CharField(allow_blank=True, help_text="What would have to be different.")
    trace = serializers.DictField()


class PreviewAnswer(serializers.Serializer[Any]):
    """What would be found and proposed now; no record is left."""

    account = serializers.CharField()
    currency = serializers.CharField()
    level = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    read_at = serializers.DateTimeField(allow_null=True, help_text="Age of the data; null: there are none.")
    covered = serializers.IntegerField()
    matched = serializers.IntegerField()
    unknown = serializers.IntegerField(help_text="No data to decide.")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Matches by outcome.")
    nothing = serializers.DictField(
        child=serializers.IntegerField(), help_text="Matches with nothing to do, by reason."
    )
    blocked_by = serializers.DictField(child=serializers.IntegerField())
    at_stake = serializers.FloatField(help_text="Of what would be proposed, major unit, a day.")
    stake_unknown = serializers.IntegerField(help_text="Proposals whose stake is not known.")
    rows = RowFields(many=True)
    misses = MissFields(many=True, help_text="What nearly matches.")
    problems = serializers.ListField(child=serializers.CharField())


class PreviewOfRule(APIView):
    """A saved rule, or a new text of it, on the newest data."""

    @extend_schema(operation_id="rule_preview", request=AskedOfRule, responses=PreviewAnswer)
    def post(self, request: Request, id: UUID) -> Response:
        asked = AskedOfRule(data=request.data)
        asked.is_valid(raise_exception=True)
        said, rule = asked.validated_data, rule_of(request, id)
        held = rule.current.document if rule.current else {}
        account = account_for(request, rule, said["account"])
        return _previewed(account, rule.level, said.get("document", held), said["limit"], rule)


class PreviewOfDocument(APIView):
    """A document that is not saved, on the newest data."""

    @extend_schema(operation_id="rules_preview", request=AskedOfDocument, responses=PreviewAnswer)
    def post(self, request: Request) -> Response:
        asked = AskedOfDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        return _previewed(account_of(request, said["account"]), said["level"], said["document"], said["limit"])


def account_for(request: Request, rule: Rule, meta_id: str) -> AdAccount:
    """The one that is named, else the only one that the rule covers among the caller's. Raises NotFound, Refused."""
    if meta_id:
        return account_of(request, meta_id)
    covered = covered_accounts(rule, request.user)
    if len(covered) != 1:
        raise Refused("Say which account: the rule covers several of yours, or none.", "account", "required")
    return covered[0]


def _previewed(account: AdAccount, level: str, document: Any, limit: int, rule: Rule | None = None) -> Response:
    try:
        found = preview(account, level, document, business_now(account), rule=rule, limit=limit)
    except RuleInvalid as invalid:
        raise unsound(invalid) from invalid
    except PreviewFailed as failed:
        raise Refused(str(failed), "document") from failed
    return Response(PreviewAnswer(_shape(found, account)).data)


def _shape(found: Preview, account: AdAccount) -> dict[str, Any]:
    """Stakes in the major unit, as all money of the API."""

    def major(minor: int | None) -> float | None:
        return None if minor is None else float(from_minor(minor, account.currency))

    told = asdict(found)
    rows = [{**row, "at_stake": major(row["at_stake"])} for row in told["rows"]]
    return {**told, "account": account.meta_id, "rows": rows, "at_stake": major(found.at_stake)}


class MomentField(serializers.DateTimeField):
    """A moment of Meta's time: the ends of the calendar are out of range in another zone."""

    def to_internal_value(self, value: Any) -> Any:
        moment = super().to_internal_value(value)
        if not FIRST_DAY <= moment.date() <= LAST_DAY:
            raise serializers.ValidationError(f"Choose a time from {FIRST_DAY} to {LAST_DAY}.")
        return moment


class WhyQuery(serializers.Serializer[Any]):
    account = serializers.CharField(help_text="Meta id of the ad account.")
    level = serializers.ChoiceField(Level.choices)
    entity = serializers.CharField(max_length=64, help_text="Meta id of the campaign, ad set or ad.")
    since = MomentField(required=False, default=None, help_text=f"Default: {DAYS} days before until. Kept: 30 days.")
    until = MomentField(required=False, default=None, help_text="Included. Default: now.")
    rule = serializers.UUIDField(required=False, default=None)
    result = serializers.ChoiceField(RESULTS, required=False, default=None)
    limit = serializers.IntegerField(required=False, default=100, min_value=1, max_value=MOST_CHECKS)
    explained = serializers.IntegerField(
        required=False, default=10, min_value=0, max_value=MOST_EXPLAINED, help_text="How many come with their figures."
    )


class ConditionFields(serializers.Serializer[Any]):
    text = serializers.CharField()
    field = serializers.CharField()
    window = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    operator = serializers.CharField()
    value = serializers.JSONField(help_text="Null: unknown.")
    threshold = serializers.JSONField()
    result = serializers.CharField(help_text="true, false or no data.")
    age_minutes = serializers.IntegerField(allow_null=True)


class CheckFields(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    rule = serializers.UUIDField(source="rule.public_id")
    name = serializers.CharField(source="rule.name")
    version = serializers.IntegerField(source="version.number")
    result = serializers.ChoiceField(RESULTS)
    reason = serializers.CharField(allow_blank=True)
    near_miss = serializers.CharField(allow_blank=True)
    frame_at = serializers.DateTimeField(help_text="Moment of the figures.")
    conditions = ConditionFields(many=True)
    note = serializers.CharField(allow_blank=True)


class WhyAnswer(serializers.Serializer[Any]):
    account = serializers.CharField()
    level = serializers.CharField()
    entity = serializers.CharField()
    more = serializers.BooleanField(help_text="There are older ones: ask again with until.")
    checks = CheckFields(many=True, help_text="Newest first.")


class WhyView(APIView):
    """Why a rule did, or didn't, fire: every check of one entity in the last 30 days."""

    @extend_schema(operation_id="rules_why", parameters=[WhyQuery], responses=WhyAnswer)
    def get(self, request: Request) -> Response:
        asked = read(WhyQuery, request)
        account = account_of(request, asked["account"])
        rule = rule_of(request, asked["rule"]) if asked["rule"] else None
        until = asked["until"] or business_now(account)
        since = asked["since"] or until - timedelta(days=DAYS)
        checks = search(
            account, asked["level"], asked["entity"], since, until, rule,
            results=[asked["result"]] if asked["result"] else None,
            limit=asked["limit"] + 1, explained=asked["explained"],
        )  # fmt: skip
        told: Mapping[str, Any] = {name: asked[name] for name in ("level", "entity")}
        more, shown = len(checks) > asked["limit"], checks[: asked["limit"]]
        return Response(WhyAnswer({**told, "account": account.meta_id, "more": more, "checks": shown}).data)
