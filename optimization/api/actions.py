"""Actions: the queue and its history, one action, decisions, statistics. [E]'s paths and [A]'s list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.models import AdAccount
from optimization.api.action_fields import (
    LEVELS,
    ActionAnswer,
    ActionFields,
    Cancellation,
    Modification,
    Rejection,
    Seen,
)
from optimization.api.action_words import KIND_WORDS, kind_word, kinds_of
from optimization.api.deciding import Decision, action_of, decided
from optimization.api.errors import Refused
from optimization.api.once import once
from optimization.api.paging import Pages
from optimization.kinds import KINDS
from optimization.models import OPEN_STATUSES, Action, Source, Status
from optimization.queue import services
from optimization.queue.selectors import actions_for, offered

DEFAULT_DAYS, MOST_DAYS = 7, 3650


class Newest(Pages):
    """The newest first."""

    ordering = "-pk"


def _kind_choices() -> list[tuple[str, str]]:
    return [(kind.key, kind.label) for kind in KINDS.values()]


class ActionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Without `days` the last seven; what waits for a decision is there whatever its age."""

    account = django_filters.CharFilter(method="by_account", label="Meta id of an ad account")
    status = django_filters.MultipleChoiceFilter(choices=Status.choices, label="Status; may be given several times")
    kind = django_filters.ChoiceFilter(choices=_kind_choices, label="Kind")
    level = django_filters.ChoiceFilter(choices=LEVELS, label="Level")
    source = django_filters.ChoiceFilter(choices=Source.choices, label="Proposed by")
    entity_id = django_filters.CharFilter(label="Meta id of the object")
    campaign_id = django_filters.CharFilter(label="Meta id of its campaign")
    rule = django_filters.UUIDFilter(field_name="rule_version__rule__public_id", label="Id of a rule")
    alone = django_filters.BooleanFilter(label="Approved by the policy and by no person")
    days = django_filters.NumberFilter(
        method="since", label="Proposed in so many last days", min_value=1, max_value=MOST_DAYS
    )

    class Meta:
        model = Action
        fields: list[str] = []

    def by_account(self, rows: QuerySet[Action], name: str, value: str) -> QuerySet[Action]:
        visible = AdAccount.objects.visible_to(self.request.user).filter(meta_id=value.removeprefix("act_"))
        return rows.filter(account__in=visible)

    def since(self, rows: QuerySet[Action], name: str, value: Any) -> QuerySet[Action]:
        return proposed_since(rows, float(value))

    def filter_queryset(self, queryset: QuerySet[Action]) -> QuerySet[Action]:
        rows: QuerySet[Action] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("days") is not None else proposed_since(rows, DEFAULT_DAYS)


def proposed_since(rows: QuerySet[Action], days: float) -> QuerySet[Action]:
    """By the wall clock plus each connection's own offset, which a sandbox has."""
    offsets = dict(rows.order_by().values_list("account", "account__connection__clock_offset").distinct())
    young = Q(status__in=OPEN_STATUSES)
    for account, offset in offsets.items():
        young |= Q(account=account, proposed_at__gte=timezone.now() + offset - timedelta(days=days))
    return rows.filter(young)


class Actions(generics.ListAPIView[Action]):
    """Proposals and what became of them, newest first, of the accounts that you may see."""

    serializer_class = ActionFields
    filterset_class = ActionFilter
    pagination_class = Newest
    queryset = Action.objects.none()

    def get_queryset(self) -> QuerySet[Action]:
        rows = offered(actions_for(self.request.user)).select_related("proposed_by", "decided_by", "undo_of")
        return rows.defer("trace", "metrics", "verdicts", "steps")


class ActionInWords(ActionFields):
    """The same action; `action_type` in this design's word."""

    action_type = serializers.SerializerMethodField()

    class Meta(ActionFields.Meta):
        fields = [*ActionFields.Meta.fields, "action_type"]

    @extend_schema_field(str)
    def get_action_type(self, action: Action) -> str:
        return kind_word("A", action.kind)


class WordFilter(ActionFilter):
    action_type = django_filters.ChoiceFilter(
        choices=[(word, word) for word in dict.fromkeys(KIND_WORDS["A"].values())],
        method="by_word",
        label="pause, enable, budget, bid or audience",
    )

    def by_word(self, rows: QuerySet[Action], name: str, value: str) -> QuerySet[Action]:
        return rows.filter(kind__in=kinds_of("A", value))


class OptimizationActions(Actions):
    """The same actions under the other design's path, in its words."""

    serializer_class = ActionInWords
    filterset_class = WordFilter


class ActionView(APIView):
    """One action."""

    @extend_schema(operation_id="action", responses=ActionAnswer)
    def get(self, request: Request, id: UUID) -> Response:
        return Response(ActionAnswer(action_of(request, id)).data)


def _answer(request: Request, id: UUID, decide: Decision, code: int = status.HTTP_200_OK) -> Response:
    return Response(ActionAnswer(decided(request, id, decide)).data, status=code)


class ApproveView(APIView):
    """A manager's yes."""

    @extend_schema(operation_id="action_approve", request=Seen, responses=ActionAnswer)
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """Approves an open proposal; the executor carries it out at once. Needs the role manager."""
        body = said(Seen, request)
        return _answer(
            request, id, lambda one, user, now: services.approve(one.pk, user, now, body["version"], body["notes"])
        )


class RejectView(APIView):
    """A manager's no."""

    @extend_schema(operation_id="action_reject", request=Rejection, responses=ActionAnswer)
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """Rejects an open proposal; it stays away for a while. Needs the role manager."""
        body = said(Rejection, request)
        return _answer(request, id, lambda one, user, now: services.reject(one.pk, user, now, body["reason"]))


class ModifyView(APIView):
    """Yes, with another value."""

    @extend_schema(operation_id="action_modify", request=Modification, responses=ActionAnswer)
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """Approves with another budget, checked by the guard rails; both versions are kept. Needs the role manager."""
        body = said(Modification, request)
        return _answer(
            request,
            id,
            lambda one, user, now: services.modify_and_approve(one.pk, user, now, body["amount"], body["notes"]),
        )


class UndoView(APIView):
    """The way back."""

    @extend_schema(operation_id="action_undo", request=None, responses={201: ActionAnswer})
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """Puts the old value back, if ours still stands: the answer is the undo, an action of its own."""
        return _answer(request, id, lambda one, user, now: services.undo(one.pk, user, now), status.HTTP_201_CREATED)


class CancelView(APIView):
    """Taking back."""

    @extend_schema(operation_id="action_cancel", request=Cancellation, responses=ActionAnswer)
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """Takes back a proposal, or an approval that no worker has begun to carry out. Needs the role manager."""
        body = said(Cancellation, request)
        return _answer(request, id, lambda one, user, now: services.cancel(one.pk, user, now, body["reason"]))


class KeepView(APIView):
    """A timed change that stays."""

    @extend_schema(operation_id="action_keep", request=None, responses=ActionAnswer)
    @once
    def post(self, request: Request, id: UUID) -> Response:
        """The change is no longer undone by itself. Needs the role manager."""
        return _answer(request, id, lambda one, user, now: services.keep(one.pk, user, now))


def said(body: Callable[..., serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise Refused("The body must be a JSON object.")
    asked = body(data=request.data)
    asked.is_valid(raise_exception=True)
    said: dict[str, Any] = asked.validated_data
    return said
