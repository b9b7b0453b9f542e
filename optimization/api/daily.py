"""The daily report as JSON."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from intelligence.metrics import windows
from metaads.clock import business_now
from optimization.api.access import WHICH, account_or_only
from optimization.api.errors import Refused
from optimization.api.params import DayField, read
from optimization.api.performance import ChangeFields
from optimization.reports.daily import daily_report


class DailyQuery(serializers.Serializer[Any]):
    account = serializers.CharField(required=False, default="", help_text=WHICH)
    day = DayField(required=False, default=None, help_text="Account day; default: yesterday.")


class CampaignDayFields(serializers.Serializer[Any]):
    campaign_id = serializers.CharField()
    name = serializers.CharField()
    spend = serializers.FloatField()
    roas = serializers.FloatField(allow_null=True)
    cpa = serializers.FloatField(allow_null=True)


class DailyAnswer(serializers.Serializer[Any]):
    account = serializers.CharField()
    currency = serializers.CharField()
    day = serializers.DateField()
    figures = ChangeFields(many=True, help_text="Against the day before.")
    top = CampaignDayFields(many=True)
    bottom = CampaignDayFields(many=True)
    actions = serializers.DictField(child=serializers.IntegerField(), help_text="Decided that day, by status now.")
    pending = serializers.IntegerField()
    alerts = serializers.ListField(child=serializers.CharField())


class DailyView(APIView):
    """One account day: figures against the day before, best and worst campaigns, actions, alerts."""

    @extend_schema(operation_id="reports_daily", parameters=[DailyQuery], responses=DailyAnswer)
    def get(self, request: Request) -> Response:
        asked = read(DailyQuery, request)
        account = account_or_only(request, asked["account"])
        now = business_now(account)
        today = windows.local_day(now, account.zone)
        day = asked["day"] or today - timedelta(days=1)
        if day > today:
            raise Refused(f"{day} has not begun: in the account's zone it is {today}.", "day")
        found = asdict(daily_report(account, day, now, request.user))
        return Response(DailyAnswer({"account": account.meta_id, "currency": account.currency, **found}).data)
