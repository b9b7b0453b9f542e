"""Figures of an account, campaign, ad set or ad: trend, comparison, totals, best creatives, blended ROAS."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from intelligence import reports
from intelligence.metrics import windows
from intelligence.metrics.variants import ATTRIBUTIONS
from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.api.access import WHICH, Subject, account_of, account_or_only, subject_of
from optimization.api.errors import Refused
from optimization.api.params import Counted, DayField, MetricField, chosen, days, read

MOST_DAYS = 90
WHOLE = tuple(name for name in windows.WINDOWS if name not in (*windows.SHORT, windows.LIFETIME))
Figures = Mapping[str, float | None]


class FiguresField(serializers.DictField):
    child = serializers.FloatField(allow_null=True)


class SubjectFields(serializers.Serializer[Any]):
    account = serializers.CharField(help_text="Meta id, digits only.")
    level = serializers.CharField()
    id = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField(help_text="Money is in its major unit.")
    timezone = serializers.CharField(help_text="Days are of this zone.")


def about(subject: Subject) -> dict[str, str]:
    account = subject.account
    return {
        "account": account.meta_id,
        "level": subject.level,
        "id": subject.meta_id,
        "name": subject.name,
        "currency": account.currency,
        "timezone": account.timezone_name,
    }


def place(subject: Subject) -> tuple[AdAccount, str, str]:
    """The first arguments of the reports."""
    whole = subject.level == reports.ACCOUNT
    return subject.account, subject.level, "" if whole else subject.meta_id


class TrendQuery(Counted):
    days = serializers.IntegerField(required=False, default=7, min_value=1, max_value=MOST_DAYS)


class TrendPoint(serializers.Serializer[Any]):
    day = serializers.DateField()
    complete = serializers.BooleanField(help_text="False for today.")
    values = FiguresField()


class TrendAnswer(SubjectFields):
    points = TrendPoint(many=True)
    totals = FiguresField(help_text="Of the complete days; ratios from sums.")


class TrendView(APIView):
    """The last complete days and today so far, day by day."""

    @extend_schema(operation_id="performance_trend", parameters=[TrendQuery], responses=TrendAnswer)
    def get(self, request: Request, level: str, id: str) -> Response:
        subject, asked = subject_of(request, level, id), read(TrendQuery, request)
        found = reports.trend(*place(subject), business_now(subject.account), asked["days"], **chosen(asked))
        points = [asdict(point) for point in found.points]
        return Response(TrendAnswer({**about(subject), "points": points, "totals": found.totals}).data)


class CompareQuery(Counted):
    since = DayField(required=False, help_text="First day of the later period; default: 7 days ago.")
    until = DayField(required=False, help_text="Its last day; default: yesterday.")
    before_since = DayField(required=False, help_text="Default: as many days right before.")
    before_until = DayField(required=False)


class ChangeFields(serializers.Serializer[Any]):
    metric = serializers.CharField()
    before = serializers.FloatField(allow_null=True)
    after = serializers.FloatField(allow_null=True)
    difference = serializers.FloatField(allow_null=True)
    percent = serializers.FloatField(allow_null=True, help_text="Of before.")


class PeriodFields(serializers.Serializer[Any]):
    since = serializers.DateField()
    until = serializers.DateField()


class CompareAnswer(SubjectFields):
    before = PeriodFields()
    after = PeriodFields()
    changes = ChangeFields(many=True)


class CompareView(APIView):
    """Two periods side by side."""

    @extend_schema(operation_id="performance_compare", parameters=[CompareQuery], responses=CompareAnswer)
    def get(self, request: Request, level: str, id: str) -> Response:
        subject, asked = subject_of(request, level, id), read(CompareQuery, request)
        now = business_now(subject.account)
        before, after = periods(asked, windows.local_day(now, subject.account.zone))
        try:
            found = reports.compare(*place(subject), before, after, now, **chosen(asked))
        except reports.BadPeriod as error:
            raise Refused(str(error), "since") from error
        body = {**about(subject), "before": _period(before), "after": _period(after)}
        return Response(CompareAnswer({**body, "changes": [asdict(change) for change in found]}).data)


def periods(asked: Mapping[str, Any], today: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """(before, after) as asked, with their defaults. Raises ValidationError."""
    until = asked.get("until") or today - timedelta(days=1)
    after = days(asked.get("since") or until - timedelta(days=6), until)
    length = after[1] - after[0]
    before_until = asked.get("before_until") or after[0] - timedelta(days=1)
    return days(asked.get("before_since") or before_until - length, before_until), after


def _period(span: tuple[date, date]) -> dict[str, date]:
    return {"since": span[0], "until": span[1]}


class MetricsQuery(Counted):
    window = serializers.ChoiceField(WHOLE, required=False, default="7d")


class MetricsAnswer(SubjectFields):
    window = serializers.CharField()
    values = FiguresField()


class MetricsView(APIView):
    """Totals over a window of whole days."""

    @extend_schema(operation_id="metrics", parameters=[MetricsQuery], responses=MetricsAnswer)
    def get(self, request: Request, level: str, id: str) -> Response:
        subject, asked = subject_of(request, level, id), read(MetricsQuery, request)
        values = reports.totals_of(*place(subject), asked["window"], business_now(subject.account), **chosen(asked))
        return Response(MetricsAnswer({**about(subject), "window": asked["window"], "values": values}).data)


class TopQuery(Counted):
    account = serializers.CharField(required=False, default="", help_text=WHICH)
    metric = MetricField(required=False, default="roas")
    window = serializers.ChoiceField(WHOLE, required=False, default="7d")
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)
    campaign = serializers.CharField(required=False, default=None, help_text="Meta id; default: the whole account.")
    metrics = None  # type: ignore[assignment]


class CreativeFields(serializers.Serializer[Any]):
    creative_id = serializers.CharField()
    name = serializers.CharField()
    ads = serializers.ListField(child=serializers.CharField())
    values = FiguresField()


class TopAnswer(serializers.Serializer[Any]):
    account = serializers.CharField()
    currency = serializers.CharField()
    metric = serializers.CharField()
    window = serializers.CharField()
    creatives = CreativeFields(many=True)


class TopCreativesView(APIView):
    """The best creatives by any metric: highest first, for costs lowest first; unknown ones last."""

    @extend_schema(operation_id="creatives_top", parameters=[TopQuery], responses=TopAnswer)
    def get(self, request: Request) -> Response:
        asked = read(TopQuery, request)
        account = account_or_only(request, asked["account"])
        found = reports.top_creatives(
            account, business_now(account), asked["window"], asked["metric"], asked["limit"], asked["campaign"],
            asked["attribution"], asked["include_offline"],
        )  # fmt: skip
        body = {"account": account.meta_id, "currency": account.currency}
        body |= {"metric": asked["metric"], "window": asked["window"]}
        return Response(TopAnswer({**body, "creatives": [asdict(one) for one in found]}).data)


class BlendedQuestion(serializers.Serializer[Any]):
    accounts = serializers.ListField(
        child=serializers.CharField(), min_length=1, max_length=200, help_text="Meta ids of ad accounts."
    )
    campaign_ids = serializers.ListField(
        child=serializers.CharField(), required=False, default=None, max_length=5000, help_text="Default: all."
    )
    window = serializers.ChoiceField(WHOLE, required=False, default="7d")
    attribution = serializers.ChoiceField(ATTRIBUTIONS, required=False, default=None)
    include_offline = serializers.BooleanField(required=False, default=False)


class LackFields(serializers.Serializer[Any]):
    campaign_id = serializers.CharField()
    what = serializers.CharField(help_text="What is unknown.")


class BlendedAnswer(serializers.Serializer[Any]):
    """`spend`, `value`, `roas` are null if any campaign lacks; `known_*` are those that do not."""

    currency = serializers.CharField()
    campaigns = serializers.IntegerField()
    spend = serializers.FloatField(allow_null=True)
    value = serializers.FloatField(allow_null=True)
    roas = serializers.FloatField(allow_null=True)
    known_spend = serializers.FloatField()
    known_value = serializers.FloatField()
    known_roas = serializers.FloatField(allow_null=True)
    lacking = LackFields(many=True)


class BlendedView(APIView):
    """Summed value over summed spend of any set of campaigns of one currency."""

    @extend_schema(operation_id="blended_roas", request=BlendedQuestion, responses={200: BlendedAnswer})
    def post(self, request: Request) -> Response:
        asked = BlendedQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        accounts = [account_of(request, meta_id) for meta_id in dict.fromkeys(said["accounts"])]
        found = _blended(accounts, said)
        return Response(BlendedAnswer(asdict(found)).data)


def _blended(accounts: Sequence[AdAccount], said: Mapping[str, Any]) -> reports.Blended:
    try:
        return reports.blended(
            accounts, said["campaign_ids"], said["window"], business_now(accounts[0]), said["attribution"],
            said["include_offline"],
        )  # fmt: skip
    except reports.MixedCurrencies as error:
        raise Refused(str(error), "accounts") from error
