"""Rules: list, make, read, change, archive, switch, versions. One implementation behind both designs' paths."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters
from django.contrib.auth.models import User
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.models import AdAccount, Level, Role
from optimization.api.access import account_of, require_role
from optimization.api.once import once
from optimization.api.params import Body
from optimization.api.rule_fields import (
    SINGLE,
    WHOLE,
    Moved,
    RuleAnswer,
    RuleBody,
    SavedRule,
    unsound,
    written,
)
from optimization.models import Rule, RuleVersion
from optimization.rules.editing import Identity, RuleMoved, change, create, token_of
from optimization.rules.keeping import archive
from optimization.rules.schema import RuleInvalid
from optimization.rules.selectors import covered_accounts, reach_of, visible_rules
from optimization.rules.services import set_active
from optimization.rules.static_conflicts import conflicts_of

FOR_MANAGERS = "Changing a rule is for managers of every account that it covers."
SEEN = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The rule's token as you read it: a later change is a 409."
)


class RuleFilter(django_filters.FilterSet):  # type: ignore[misc]
    account = django_filters.CharFilter(method="by_account", label="Meta id of an ad account that it names")
    level = django_filters.ChoiceFilter(choices=Level.choices, label="Level")
    category = django_filters.ChoiceFilter(choices=Rule.Category.choices, label="Category")
    active = django_filters.BooleanFilter(label="Switched on")
    archived = django_filters.BooleanFilter(method="by_archive", label="Archived ones instead of the others")
    name = django_filters.CharFilter(lookup_expr="icontains", label="Part of the name")

    def by_account(self, rows: QuerySet[Rule], name: str, value: str) -> QuerySet[Rule]:
        visible = AdAccount.objects.visible_to(self.request.user).filter(meta_id=value.removeprefix("act_"))
        return rows.filter(pk__in=Rule.objects.filter(accounts__in=visible).values("pk"))

    def by_archive(self, rows: QuerySet[Rule], name: str, value: bool) -> QuerySet[Rule]:
        return rows.filter(archived_at__isnull=not value)

    def filter_queryset(self, queryset: QuerySet[Rule]) -> QuerySet[Rule]:
        """Archived rules are left out unless asked for."""
        rows: QuerySet[Rule] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("archived") is not None else rows.filter(archived_at__isnull=True)


def user_of(request: Request) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (IsAuthenticated; tells mypy)
    return request.user


def rule_of(request: Request, public_id: UUID) -> Rule:
    """A rule that acts, or would act, in an account that the caller may see. Raises NotFound."""
    rule = visible_rules(request.user).prefetch_related("accounts__connection").filter(public_id=public_id).first()
    if rule is None:
        raise NotFound(f"There is no rule {public_id} among those you may see.")
    return rule


def rule_to_edit(request: Request, public_id: UUID) -> Rule:
    """The same, for a change. Raises PermissionDenied where the caller may only look."""
    rule = rule_of(request, public_id)
    if not reach_of(request.user).may_edit(rule):
        raise PermissionDenied(FOR_MANAGERS)
    return rule


def accounts_to_rule(request: Request, meta_ids: list[str]) -> list[AdAccount]:
    """Those that a rule is to name. Raises NotFound, PermissionDenied below manager."""
    accounts = [account_of(request, meta_id) for meta_id in dict.fromkeys(meta_ids)]
    for account in accounts:
        require_role(request, account, Role.MANAGER)
    reach = reach_of(request.user)
    if not accounts and not (reach.everywhere or reach.decides):
        raise PermissionDenied("Making a rule is for managers of an account.")
    return accounts


def _identity(said: Mapping[str, Any], accounts: list[AdAccount]) -> Identity:
    names = ("name", "description", "category", "level", "priority")
    return Identity(**{name: said[name] for name in names}, tags=tuple(said["tags"]), accounts=accounts)


def saved(request: Request, rule: Rule, code: int = status.HTTP_200_OK) -> Response:
    """The rule as it is now, with what can work against it."""
    fresh = rule_of(request, rule.public_id)
    named = list(fresh.accounts.all()) or covered_accounts(fresh, request.user)
    conflicts = conflicts_of(named, fresh.level, fresh.current.document, fresh) if fresh.current else []
    shown = set(visible_rules(request.user).values_list("pk", flat=True)) if conflicts else set()
    seen = [conflict for conflict in conflicts if conflict.rule.pk in shown]
    return Response(SavedRule(fresh, context={"reach": reach_of(request.user), "conflicts": seen}).data, status=code)


class Rules(generics.ListAPIView[Rule]):
    """Rules that act, or would act, in the accounts that you may see."""

    serializer_class = RuleAnswer
    filterset_class = RuleFilter
    queryset = Rule.objects.none()

    def get_queryset(self) -> QuerySet[Rule]:
        return visible_rules(self.request.user).prefetch_related("accounts")

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "reach": reach_of(self.request.user)}

    @extend_schema(operation_id="rules_create", request=RuleBody, responses={201: SavedRule}, examples=[WHOLE, SINGLE])
    @once
    def post(self, request: Request) -> Response:
        """A new rule. It is off until somebody switches it on (toggle). Needs the role manager."""
        asked = RuleBody(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        accounts = accounts_to_rule(request, said["accounts"])
        now = business_now(accounts[0] if accounts else None)
        try:
            rule = create(_identity(said, accounts), written(said), user_of(request), now)
        except RuleInvalid as invalid:
            raise unsound(invalid) from invalid
        return saved(request, rule, status.HTTP_201_CREATED)


@extend_schema_view(
    get=extend_schema(operation_id="optimization_rules_list"),
    post=extend_schema(operation_id="optimization_rules_create"),
)
class OptimizationRules(Rules):
    """The same rules under the other design's path."""


class RuleView(APIView):
    """One rule."""

    @extend_schema(operation_id="rule", responses=RuleAnswer)
    def get(self, request: Request, id: UUID) -> Response:
        return Response(RuleAnswer(rule_of(request, id), context={"reach": reach_of(request.user)}).data)

    @extend_schema(operation_id="rule_replace", parameters=[SEEN], request=RuleBody, responses=SavedRule)
    def put(self, request: Request, id: UUID) -> Response:
        """Says anew what the rule is; what is left out takes its default. An unchanged document makes no version."""
        asked = RuleBody(data=request.data)
        asked.is_valid(raise_exception=True)
        rule = rule_to_edit(request, id)
        return self._change(request, rule, asked.validated_data, written(asked.validated_data))

    @extend_schema(operation_id="rule_change", parameters=[SEEN], request=RuleBody(partial=True), responses=SavedRule)
    def patch(self, request: Request, id: UUID) -> Response:
        """Changes what is named and leaves the rest. `document` is replaced as a whole."""
        asked = RuleBody(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        rule, said = rule_to_edit(request, id), asked.validated_data
        held = {name: getattr(rule, name) for name in ("name", "description", "category", "level", "priority", "tags")}
        document = written(said, rule.current.document if rule.current else {})
        return self._change(request, rule, {**held, **said}, document)

    @extend_schema(operation_id="rule_archive", responses={204: None})
    def delete(self, request: Request, id: UUID) -> Response:
        """Switches the rule off and puts it into the archive; what it proposed keeps its story."""
        rule = rule_to_edit(request, id)
        archive(rule, user_of(request), _now(request, rule))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, rule: Rule, said: Mapping[str, Any], document: dict[str, Any]) -> Response:
        named = said.get("accounts")
        accounts = list(rule.accounts.all()) if named is None else accounts_to_rule(request, named)
        seen = request.headers.get("If-Match", "").strip('" ') or token_of(rule)
        try:
            change(rule, _identity(said, accounts), document, user_of(request), _now(request, rule), seen=seen)
        except RuleInvalid as invalid:
            raise unsound(invalid) from invalid
        except RuleMoved as moved:
            raise Moved from moved
        return saved(request, rule)


def _now(request: Request, rule: Rule) -> datetime:
    return business_now(next(iter(covered_accounts(rule, request.user)), None))


class Switch(Body):
    active = serializers.BooleanField()


class ToggleView(APIView):
    """The rule's switch."""

    @extend_schema(operation_id="rule_toggle", request=Switch, responses=RuleAnswer)
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """Switched on, its first look at each account runs dry. Needs the role manager in all that it covers."""
        asked = Switch(data=request.data)
        asked.is_valid(raise_exception=True)
        rule = rule_to_edit(request, id)
        try:
            set_active(rule, asked.validated_data["active"], user_of(request), _now(request, rule))
        except RuleInvalid as invalid:
            raise unsound(invalid) from invalid
        return Response(RuleAnswer(rule, context={"reach": reach_of(request.user)}).data)


class VersionFields(serializers.ModelSerializer[RuleVersion]):
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    document = serializers.DictField()

    class Meta:
        model = RuleVersion
        fields = ["number", "summary", "document", "created_at", "created_by"]


class Versions(generics.ListAPIView[RuleVersion]):
    """What the rule said, from its first version on."""

    serializer_class = VersionFields
    filter_backends = ()
    queryset = RuleVersion.objects.none()

    def get_queryset(self) -> QuerySet[RuleVersion]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return RuleVersion.objects.filter(rule=rule_of(self.request, self.kwargs["id"])).select_related("created_by")
