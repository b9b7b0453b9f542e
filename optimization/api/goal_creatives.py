"""Creatives of a goal: pick one of the account's, take a post, describe one to be made, and decide on them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from optimization.api.actions import said
from optimization.api.errors import Several
from optimization.api.goals import GoalCreativeFields, goal_to_edit, refused
from optimization.api.once import once
from optimization.api.params import Body
from optimization.api.rules import user_of
from optimization.models import Goal, GoalCreative
from optimization.orchestrator.creatives import approve_creative, make_creative, pick_creative, reject_creative
from optimization.orchestrator.refused import GoalRefused

APPROVE, REJECT = "approve", "reject"
TEXT: dict[str, Any] = {"required": False, "max_length": 2000}


class NewCreative(Body):
    """`creative_id` of one that the account has, or `post`, or what is to be made: image or video, texts, link."""

    creative_id = serializers.CharField(required=False, max_length=32, help_text="One of the account's creatives.")
    name = serializers.CharField(required=False, max_length=120, help_text="Needed unless it is picked.")
    post = serializers.CharField(required=False, max_length=80, help_text="<page id>_<post id>")
    page_id = serializers.CharField(required=False, max_length=32, help_text="Empty: the page of the goals' settings.")
    image_hash = serializers.CharField(required=False, max_length=200, help_text="As the account's library names it.")
    video_id = serializers.CharField(required=False, max_length=32, help_text="It needs an image too.")
    message = serializers.CharField(**TEXT)
    headline = serializers.CharField(**TEXT)
    description = serializers.CharField(**TEXT)
    link = serializers.CharField(**TEXT, help_text="With https://.")
    call_to_action = serializers.CharField(required=False, max_length=60, help_text="Such as SHOP_NOW.")


class Decision(Body):
    decision = serializers.ChoiceField([APPROVE, REJECT])


def _added(goal: Goal, asked: dict[str, Any], request: Request) -> GoalCreative:
    user, now, picked = user_of(request), business_now(goal.account), asked.pop("creative_id", "")
    if picked and asked:
        raise GoalRefused("creative_id: one of the account's creatives is taken as it is; leave the rest out.")
    return pick_creative(goal, picked, user, now) if picked else make_creative(goal, asked, user, now)


class CreativesView(APIView):
    """What a goal may make ads of."""

    @extend_schema(operation_id="goal_creative_add", request=NewCreative, responses={201: GoalCreativeFields})
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """A draft. Nothing is made at Meta before the creative, and then its action, is approved. For managers."""
        goal = goal_to_edit(request, id)
        try:
            row = _added(goal, said(NewCreative, request), request)
        except GoalRefused as error:
            raise Several(error.fields) if error.fields else refused(error) from None
        return Response(GoalCreativeFields(row).data, status=status.HTTP_201_CREATED)


class DecideView(APIView):
    """One creative of a goal."""

    @extend_schema(operation_id="goal_creative_decide", request=Decision, responses=GoalCreativeFields)
    @once
    def post(self, request: Request, id: UUID, creative: UUID) -> Response:
        """Approved, the goal may use it; one that is not at Meta yet is proposed to be made there. For managers."""
        goal, decision = goal_to_edit(request, id), said(Decision, request)["decision"]
        row = goal.creatives.filter(public_id=creative).first()
        if row is None:
            raise NotFound(f"{goal.name} has no creative {creative}.")
        row.goal = goal
        decide = approve_creative if decision == APPROVE else reject_creative
        try:
            decide(row, user_of(request), business_now(goal.account))
        except GoalRefused as error:
            raise refused(error) from None
        return Response(GoalCreativeFields(goal.creatives.select_related("action").get(pk=row.pk)).data)
