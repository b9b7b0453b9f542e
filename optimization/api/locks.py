"""Entity locks: list, set, release. The same services as the pages."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.api.access import subject_of
from optimization.api.action_fields import LEVELS
from optimization.api.actions import said
from optimization.api.deciding import Conflict
from optimization.api.errors import Refused
from optimization.api.once import once
from optimization.api.paging import Pages
from optimization.api.params import Body
from optimization.api.rules import user_of
from optimization.models import EntityLock
from optimization.queue.errors import AlreadyDecided, Invalid, NotAllowed, QueueError
from optimization.queue.locks import lock, release


class Newest(Pages):
    ordering = "-pk"


class LockFields(serializers.ModelSerializer[EntityLock]):
    """A lock that was not released. `until` null = until it is."""

    account = serializers.CharField(source="account.meta_id")
    level = serializers.ChoiceField(LEVELS)
    locked_by = serializers.CharField(source="locked_by.username", default=None, allow_null=True)

    class Meta:
        model = EntityLock
        fields = ["id", "account", "level", "entity_id", "entity_name", "until", "reason", "locked_at", "locked_by"]


class LockBody(Body):
    level = serializers.ChoiceField(LEVELS)
    id = serializers.CharField(max_length=32, help_text="Meta id of the object; it and all below it are locked.")
    reason = serializers.CharField(max_length=500, help_text="Shown wherever the object is.")
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


def _refused(error: QueueError) -> Exception:
    if isinstance(error, NotAllowed):
        return PermissionDenied(str(error))
    if isinstance(error, Invalid):
        field, colon, _ = str(error).partition(":")
        return Refused(str(error), field if colon and field.isidentifier() else "")
    return Conflict(str(error), "already_decided" if isinstance(error, AlreadyDecided) else "stale")


class Locks(generics.ListAPIView[EntityLock]):
    """What is locked against automation in the accounts that you may see."""

    serializer_class = LockFields
    pagination_class = Newest
    queryset = EntityLock.objects.none()

    def get_queryset(self) -> QuerySet[EntityLock]:
        visible = AdAccount.objects.visible_to(self.request.user)
        return EntityLock.objects.filter(account__in=visible, released_at=None).select_related("account", "locked_by")

    @extend_schema(operation_id="lock_set", request=LockBody, responses={201: LockFields})
    @once
    def post(self, request: Request) -> Response:
        """Keeps automation away from an object. What is locked gets the new end and reason. For managers."""
        body = said(LockBody, request)
        subject = subject_of(request, body["level"], body["id"])
        now, about = business_now(subject.account), (subject.account, body["level"], subject.meta_id)
        try:
            made = lock(*about, user_of(request), now, reason=body["reason"], until=body["until"])
        except QueueError as error:
            raise _refused(error) from None
        return Response(LockFields(made).data, status=status.HTTP_201_CREATED)


class LockView(APIView):
    """One lock."""

    @extend_schema(operation_id="lock_release", responses={204: None}, parameters=[OpenApiParameter("id", int, "path")])
    def delete(self, request: Request, id: int) -> Response:
        """Automation may act on it again. For managers."""
        visible = AdAccount.objects.visible_to(request.user)
        held: Any = EntityLock.objects.filter(account__in=visible, pk=id).select_related("account__connection").first()
        if held is None:
            raise NotFound(f"There is no lock {id} among those you may see.")
        try:
            release(held, user_of(request), business_now(held.account))
        except QueueError as error:
            raise _refused(error) from None
        return Response(status=status.HTTP_204_NO_CONTENT)
