"""Sales that Meta does not know: uploaded in batches, each event once. Sending a batch again changes nothing."""

from decimal import Decimal
from typing import Any

import django_filters
import django_filters.fields
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from intelligence.models import OfflineConversion
from intelligence.offline import LONGEST_ID, Note, OfflineRow
from metaads.clock import business_now
from metaads.models import AdAccount, Role
from optimization.api.access import account_of, require_role
from optimization.api.params import FIRST_DAY, LAST_DAY
from optimization.offline_doors import upload_offline

MOST_ROWS = 5000


class EventRow(serializers.Serializer[Any]):
    event_id = serializers.CharField(max_length=LONGEST_ID)
    time = serializers.DateTimeField(help_text="With its offset from UTC.")
    value = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal(0), help_text="Major unit.")
    currency = serializers.CharField(max_length=3)
    campaign_id = serializers.CharField(required=False, default="", allow_blank=True, max_length=32)
    adset_id = serializers.CharField(required=False, default="", allow_blank=True, max_length=32)
    ad_id = serializers.CharField(required=False, default="", allow_blank=True, max_length=32)


class Upload(serializers.Serializer[Any]):
    account = serializers.CharField(help_text="Meta id of the ad account.")
    events = serializers.ListField(child=EventRow(), min_length=1, max_length=MOST_ROWS)


class NoteFields(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Place in `events`, from 1.")
    event_id = serializers.CharField()
    reason = serializers.CharField()


class UploadAnswer(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    value = serializers.DecimalField(max_digits=18, decimal_places=4)
    duplicates = NoteFields(many=True, help_text="Known before: counted once.")
    refused = NoteFields(many=True)
    unassigned = NoteFields(many=True, help_text="Stored, but of no entity that we know: counted nowhere.")


class ConversionFields(serializers.ModelSerializer[OfflineConversion]):
    account = serializers.CharField(source="account.meta_id")

    class Meta:
        model = OfflineConversion
        fields = ["account", "event_id", "at", "value", "campaign_id", "ad_set_id", "ad_id", "problem"]


class MomentField(django_filters.fields.IsoDateTimeField):  # type: ignore[misc]
    """A moment of Meta's time: the ends of the calendar are out of range in another zone."""

    def clean(self, value: Any) -> Any:
        moment = super().clean(value)
        if moment is not None and not FIRST_DAY <= moment.date() <= LAST_DAY:
            raise ValidationError(f"Choose a time from {FIRST_DAY} to {LAST_DAY}.")
        return moment


class MomentFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]
    field_class = MomentField


class ConversionFilter(django_filters.FilterSet):  # type: ignore[misc]
    account = django_filters.CharFilter(field_name="account__meta_id", label="Meta id of the ad account")
    since = MomentFilter(field_name="at", lookup_expr="gte", label="From this time on")
    until = MomentFilter(field_name="at", lookup_expr="lt", label="Before this time")


class OfflineConversions(generics.ListAPIView[OfflineConversion]):
    """Uploaded sales."""

    serializer_class = ConversionFields
    filterset_class = ConversionFilter
    queryset = OfflineConversion.objects.all()

    def get_queryset(self) -> QuerySet[OfflineConversion]:
        visible = AdAccount.objects.visible_to(self.request.user)
        return self.queryset.filter(account__in=visible).select_related("account")

    @extend_schema(request=Upload, responses={200: UploadAnswer})
    def post(self, request: Request) -> Response:
        """Stores events, each once by its `event_id`; says of every other one why not. Needs the role manager."""
        asked = Upload(data=request.data)
        asked.is_valid(raise_exception=True)
        account = account_of(request, asked.validated_data["account"])
        require_role(request, account, Role.MANAGER)
        rows = [_row(line, event) for line, event in enumerate(asked.validated_data["events"], 1)]
        result = upload_offline(account, rows, "API", request.user, business_now(account))  # type: ignore[arg-type]
        lists = {name: [_note(n) for n in getattr(result, name)] for name in ("duplicates", "refused", "unassigned")}
        body = UploadAnswer({"accepted": result.accepted, "value": result.value, **lists}).data
        return Response(body, status=status.HTTP_200_OK)


def _row(line: int, event: dict[str, Any]) -> OfflineRow:
    return OfflineRow(
        line, event["event_id"], event["time"], event["value"], event["currency"], event["campaign_id"],
        event["adset_id"], event["ad_id"],
    )  # fmt: skip


def _note(note: Note) -> dict[str, Any]:
    return {"line": note.line, "event_id": note.event_id, "reason": note.reason}
