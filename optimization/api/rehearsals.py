"""Dry runs over the API: all guard rails, and Meta's own check where it has one. Nothing is written anywhere."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.models import Role
from optimization.api.access import require_role
from optimization.api.action_fields import Value
from optimization.api.deciding import action_of
from optimization.dispatch import Rehearsal, rehearse


class StepTold(serializers.Serializer[Any]):
    """`ok`: nothing stands in its way. `meta`: what Meta said to `validate_only`; empty = it was not asked."""

    number = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)
    ok = serializers.BooleanField()
    note = serializers.CharField()
    live = Value(allow_null=True)
    meta = serializers.CharField(allow_blank=True)


class RehearsalAnswer(serializers.Serializer[Rehearsal]):
    """`reason`: the first thing in the way; empty = it would be carried out now."""

    ok = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    steps = StepTold(many=True)
    verdicts = serializers.SerializerMethodField()

    def get_verdicts(self, found: Rehearsal) -> list[dict[str, Any]]:
        return [verdict.as_json() for verdict in found.verdicts]


def rehearsed(request: Request, id: UUID) -> Rehearsal:
    """Raises NotFound, or PermissionDenied below manager: it asks Meta."""
    action = action_of(request, id)
    require_role(request, action.account, Role.MANAGER)
    return rehearse(action, business_now(action.account))


class RehearseView(APIView):
    """A dry run."""

    @extend_schema(operation_id="action_rehearse", request=None, responses=RehearsalAnswer)
    def post(self, request: Request, id: UUID) -> Response:
        """What carrying it out would meet now. Meta has no check of copies: the step says so. For managers."""
        return Response(RehearsalAnswer(rehearsed(request, id)).data)
