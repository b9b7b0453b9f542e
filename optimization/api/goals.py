"""Goals: list, make, read, change, remove, switch. The same services as the pages and the admin."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.models import AdAccount, Role
from metaads.models.membership import has_role
from optimization.api.access import WHICH, account_of, account_or_only, require_role
from optimization.api.actions import said
from optimization.api.deciding import Conflict
from optimization.api.errors import Refused
from optimization.api.once import once
from optimization.api.paging import Pages
from optimization.api.params import Body, read
from optimization.api.rules import Switch, user_of
from optimization.models import Goal, GoalCreative
from optimization.orchestrator.goals import make_goal, save_goal, toggle
from optimization.orchestrator.refused import GoalRefused
from optimization.orchestrator.removing import remove_goal
from optimization.orchestrator.templates import ALL

KEYS = [(one.key, one.name) for one in ALL]
MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2, "required": False, "allow_null": True}


class GoalCreativeFields(serializers.ModelSerializer[GoalCreative]):
    id = serializers.UUIDField(source="public_id")
    spec = serializers.DictField(help_text="What is, or was, to be made at Meta.")
    action = serializers.UUIDField(
        source="action.public_id", allow_null=True, default=None, help_text="The action that makes it at Meta."
    )

    class Meta:
        model = GoalCreative
        fields = ["id", "name", "state", "origin", "creative_id", "post_id", "spec", "action"]


class GoalFields(serializers.ModelSerializer[Goal]):
    """One goal. Amounts are in the account's currency, major unit."""

    id = serializers.UUIDField(source="public_id")
    account = serializers.CharField(source="account.meta_id")
    template = serializers.DictField()
    creatives = GoalCreativeFields(many=True)

    class Meta:
        model = Goal
        fields = [
            *("id", "account", "key", "name", "signal", "priority", "budget_hint", "learning_share", "active"),
            *("template", "template_checked_at", "template_problem", "creatives", "created_at"),
        ]


class Changes(Body):
    """What is left out stays, or is as it is shipped."""

    name = serializers.CharField(required=False, max_length=80)
    signal = serializers.CharField(
        required=False, max_length=120, help_text="An action type, a pixel's event or an insights field."
    )
    priority = serializers.IntegerField(required=False, min_value=1, max_value=5)
    budget_hint = serializers.DecimalField(**MONEY, help_text="A day, major unit; null = by priority.")
    learning_share = serializers.FloatField(
        required=False, allow_null=True, help_text="A fraction; null = the account's."
    )
    template = serializers.DictField(required=False, help_text="As `GET` shows it; replaced as a whole.")


class NewGoal(Changes):
    account = serializers.CharField(required=False, default="", help_text=WHICH)
    key = serializers.ChoiceField(KEYS)


class Asked(serializers.Serializer[Any]):
    account = serializers.CharField(required=False, help_text="Meta id of an ad account; without it all that you see.")
    active = serializers.BooleanField(required=False, allow_null=True, default=None)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500)
    cursor = serializers.CharField(required=False)


def visible_goals(request: Request) -> QuerySet[Goal]:
    visible = AdAccount.objects.visible_to(request.user)
    rows = Goal.objects.filter(account__in=visible).select_related("account__connection")
    return rows.prefetch_related("creatives__action")


def goal_of(request: Request, public_id: UUID) -> Goal:
    """Raises NotFound."""
    goal = visible_goals(request).filter(public_id=public_id).first()
    if goal is None:
        raise NotFound(f"There is no goal {public_id} among those you may see.")
    return goal


def goal_to_edit(request: Request, public_id: UUID) -> Goal:
    """Raises NotFound, PermissionDenied below manager."""
    goal = goal_of(request, public_id)
    if not has_role(request.user, goal.account, Role.MANAGER):
        raise PermissionDenied("Changing a goal is for managers of its account.")
    return goal


def refused(error: GoalRefused) -> Refused:
    """Its text names the field, where one is at fault."""
    field, colon, _ = str(error).partition(":")
    return Refused(str(error), field if colon and field.replace(".", "").isidentifier() else "")


class Goals(generics.ListAPIView[Goal]):
    """Goals of the accounts that you may see."""

    serializer_class = GoalFields
    pagination_class = Pages
    filter_backends = ()
    queryset = Goal.objects.none()

    @extend_schema(operation_id="goals", parameters=[Asked])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Goal]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        asked, rows = read(Asked, self.request), visible_goals(self.request)
        if "account" in asked:
            rows = rows.filter(account=account_of(self.request, asked["account"]))
        return rows if asked["active"] is None else rows.filter(active=asked["active"])

    @extend_schema(operation_id="goal_create", request=NewGoal, responses={201: GoalFields})
    @once
    def post(self, request: Request) -> Response:
        """A goal as its key is shipped, with your changes. It is off until somebody switches it on. For managers."""
        asked = said(NewGoal, request)
        account = account_or_only(request, asked.pop("account"))
        require_role(request, account, Role.MANAGER)
        try:
            goal = make_goal(account, asked.pop("key"), user_of(request), business_now(account), **asked)
        except GoalRefused as error:
            raise refused(error) from None
        return Response(GoalFields(goal_of(request, goal.public_id)).data, status=status.HTTP_201_CREATED)


class GoalView(APIView):
    """One goal."""

    @extend_schema(operation_id="goal", responses=GoalFields)
    def get(self, request: Request, id: UUID) -> Response:
        return Response(GoalFields(goal_of(request, id)).data)

    @extend_schema(operation_id="goal_change", request=Changes, responses=GoalFields)
    def patch(self, request: Request, id: UUID) -> Response:
        """Changes what is named and leaves the rest. A changed template is checked at Meta before its next use."""
        asked, goal = said(Changes, request), goal_to_edit(request, id)
        for name, value in asked.items():
            setattr(goal, name, value)
        try:
            save_goal(goal, user_of(request), business_now(goal.account))
        except GoalRefused as error:
            raise refused(error) from None
        return Response(GoalFields(goal_of(request, id)).data)

    @extend_schema(operation_id="goal_remove", responses={204: None})
    def delete(self, request: Request, id: UUID) -> Response:
        """Removes a goal that is off and has proposed nothing; another one is a 409 and stays, with its story."""
        goal = goal_to_edit(request, id)
        try:
            remove_goal(goal, user_of(request), business_now(goal.account))
        except GoalRefused as error:
            raise Conflict(str(error), "in_use") from None
        return Response(status=status.HTTP_204_NO_CONTENT)


class ToggleView(APIView):
    """The goal's switch."""

    @extend_schema(operation_id="goal_toggle", request=Switch, responses=GoalFields)
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """On needs a signal that occurred in the last 7 days and the account's assets: else a 409. For managers."""
        active = said(Switch, request)["active"]
        goal = goal_to_edit(request, id)
        try:
            toggle(goal, active, user_of(request), business_now(goal.account))
        except GoalRefused as error:
            raise Conflict(str(error), "not_ready") from None
        return Response(GoalFields(goal_of(request, id)).data)
