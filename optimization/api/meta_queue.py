"""[B]'s queue under /meta/optimization/: the same actions and services, in its words and shapes (spec 70)."""

from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from intelligence.metrics import windows
from metaads.clock import business_now
from metaads.models import AdAccount, Level
from optimization.api.action_fields import Seen
from optimization.api.action_words import (
    B_STATES,
    EXECUTING,
    PENDING,
    SUGGESTED,
    created_by,
    kind_word,
    kinds_of,
    state_word,
    states_of,
)
from optimization.api.actions import Newest, said
from optimization.api.deciding import decided
from optimization.api.once import once
from optimization.api.params import read
from optimization.evidence import SUPPORTING
from optimization.models import OPEN_STATUSES, Action, Status
from optimization.queue import services
from optimization.queue.selectors import actions_for, offered


class QueueItem(serializers.Serializer[Action]):
    """One action in this design's words."""

    action_id = serializers.UUIDField(source="public_id")
    campaign_id = serializers.CharField()
    ad_id = serializers.SerializerMethodField()
    action_type = serializers.SerializerMethodField()
    target_level = serializers.CharField(source="level")
    target_id = serializers.CharField(source="entity_id")
    amount_pct = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)
    reason = serializers.CharField()
    confidence = serializers.FloatField(allow_null=True)
    roas_value = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField()
    created_by = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="proposed_at")
    expires_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField(help_text="Sent along with an approval, it refuses what has changed since.")

    @extend_schema_field({"type": "string", "nullable": True})
    def get_ad_id(self, action: Action) -> str | None:
        if action.level == Level.AD:
            return action.entity_id
        asked = action.metrics.get("asked_of") or {}
        return asked.get("id") if asked.get("level") == Level.AD else None

    def get_action_type(self, action: Action) -> str:
        return kind_word("B", action.kind)

    @extend_schema_field({"type": "number", "nullable": True})
    def get_roas_value(self, action: Action) -> float | None:
        """The ROAS that decided, else the usual one among the supporting figures; null = unknown."""
        figures = {**action.metrics.get(SUPPORTING, {}), **action.metrics}
        decided = (value for name, value in action.metrics.items() if name.split("_")[0] == "roas")
        value = next(decided, figures.get("roas_7d"))
        return float(value) if isinstance(value, int | float) else None

    @extend_schema_field({"type": "string", "enum": list(B_STATES)})
    def get_status(self, action: Action) -> str:
        return state_word(action.status)

    def get_created_by(self, action: Action) -> str:
        return created_by(action)


class Asked(serializers.Serializer[Any]):
    campaign_id = serializers.CharField(required=False, max_length=32)
    status = serializers.ChoiceField(
        B_STATES, required=False, help_text="Without it what is suggested and what is pending."
    )
    action_type = serializers.CharField(required=False, max_length=40, help_text="As scale_up, scale_down, pause.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=100)
    cursor = serializers.CharField(required=False)


class Hundred(Newest):
    page_size = 100


class Queue(generics.ListAPIView[Action]):
    """The queue: what waits for a yes and what is approved, newest first."""

    serializer_class = QueueItem
    pagination_class = Hundred
    filter_backends = ()
    queryset = Action.objects.none()

    @extend_schema(operation_id="meta_queue", parameters=[Asked])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Action]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        asked = read(Asked, self.request)
        states = states_of(asked["status"]) if "status" in asked else [*OPEN_STATUSES, Status.APPROVED]
        rows = offered(actions_for(self.request.user)).select_related("proposed_by").filter(status__in=states)
        if "campaign_id" in asked:
            rows = rows.filter(campaign_id=asked["campaign_id"])
        if "action_type" in asked:
            rows = rows.filter(kind__in=kinds_of("B", asked["action_type"]))
        return rows.defer("trace", "verdicts", "steps")


class Totals(serializers.Serializer[Any]):
    """Today is each account's own day. `avg_confidence` of what is suggested or pending; null = none is known."""

    total_suggested = serializers.IntegerField()
    total_pending = serializers.IntegerField()
    total_executing = serializers.IntegerField()
    total_executed_today = serializers.IntegerField()
    total_failed_today = serializers.IntegerField()
    avg_confidence = serializers.FloatField(allow_null=True)


def _today(accounts: QuerySet[AdAccount]) -> Q:
    """Finished on the present day of its account."""
    found = Q(pk__in=())
    for account in accounts:
        day = windows.local_day(business_now(account), account.zone)
        found |= Q(account=account, finished_at__gte=windows.day_start(day, account.zone))
    return found


class StatsView(APIView):
    """The queue in numbers."""

    @extend_schema(operation_id="meta_queue_stats", responses=Totals)
    def get(self, request: Request) -> Response:
        today = _today(AdAccount.objects.visible_to(request.user).select_related("connection"))
        waiting = Q(status__in=[*OPEN_STATUSES, Status.APPROVED])
        counts = offered(actions_for(request.user)).aggregate(
            total_suggested=_count(Q(status__in=states_of(SUGGESTED))),
            total_pending=_count(Q(status__in=states_of(PENDING))),
            total_executing=_count(Q(status__in=states_of(EXECUTING))),
            total_executed_today=_count(today & Q(status__in=[Status.EXECUTED, Status.REVERTED])),
            total_failed_today=_count(today & Q(status=Status.FAILED)),
            avg_confidence=Avg("confidence", filter=waiting),
        )
        return Response(Totals(counts).data)


def _count(which: Q) -> Count:
    return Count("pk", filter=which, distinct=True)


class Approved(serializers.Serializer[Action]):
    action_id = serializers.UUIDField(source="public_id")
    status = serializers.SerializerMethodField()
    approved_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)
    approved_at = serializers.DateTimeField(source="decided_at", allow_null=True)

    @extend_schema_field({"type": "string", "enum": list(B_STATES)})
    def get_status(self, action: Action) -> str:
        return state_word(action.status)


class ApproveView(APIView):
    """A manager's yes."""

    @extend_schema(operation_id="meta_queue_approve", request=Seen, responses=Approved)
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """Approves a suggested action; the executor carries it out. Needs the role manager.

        With `version`, one that has changed since it was looked at is refused (409 `stale`).
        """
        body = said(Seen, request)
        seen, notes = body["version"], body["notes"]
        action = decided(request, id, lambda one, user, now: services.approve(one.pk, user, now, seen, notes))
        return Response(Approved(action).data)


class Cancelled(serializers.Serializer[Action]):
    action_id = serializers.UUIDField(source="public_id")
    status = serializers.CharField()


class CancelView(APIView):
    """Taking back."""

    @extend_schema(operation_id="meta_queue_cancel", responses=Cancelled)
    def delete(self, request: Request, id: UUID) -> Response:
        """Takes back what is suggested or pending and not begun. Needs the role manager."""
        action = decided(request, id, lambda one, user, now: services.cancel(one.pk, user, now))
        return Response(Cancelled(action).data)
