"""Tables as CSV for programs: the metrics table of a level, the trend of one object, offline sales, outside changes."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from intelligence import reports
from intelligence.metrics import catalog, windows
from intelligence.metrics.frame import Frame
from intelligence.metrics.table import build_frame
from intelligence.metrics.variants import under
from metaads.clock import business_now
from metaads.models import Level
from optimization.api.access import account_of, subject_of
from optimization.api.params import Counted, chosen, read
from optimization.api.performance import TrendQuery, place
from optimization.views.export import csv_answer
from optimization.views.table import Cell, Head, Table

STATE = ("name", "effective_status", "learning_phase", "objective", "bid_strategy", "daily_budget", "lifetime_budget")


class TableQuery(Counted):
    account = serializers.CharField(help_text="Meta id of the ad account.")
    window = serializers.ChoiceField(windows.WINDOWS, required=False, default="7d")


class FileView(APIView):
    """Answers with a finished file, and with JSON where something is wrong, whatever the caller says it accepts."""

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "export"

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        return JSONRenderer(), JSONRenderer.media_type


class TableExport(FileView):
    """Every campaign, ad set or ad of an account with its state and metrics over a window."""

    @extend_schema(
        operation_id="export_table", parameters=[TableQuery], responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request, level: str) -> HttpResponse:
        asked = read(TableQuery, request)
        account = account_of(request, asked["account"])
        frame = build_frame(account, Level(level).value, business_now(account))
        names = [under(n, asked["attribution"], asked["include_offline"]) for n in asked["metrics"] or reports.METRICS]
        heads = ("id", *STATE, *(f"{name}_{asked['window']}" for name in names))
        columns = [[str(one) for one in frame.ids], *(_raw(frame, name, asked["window"]) for name in heads[1:])]
        rows = [[Cell("", value) for value in row] for row in zip(*columns, strict=True)]
        return csv_answer(Table(level, level, [Head(head) for head in heads], rows), account.name)


class TrendExport(FileView):
    """One object day by day."""

    @extend_schema(
        operation_id="export_trend", parameters=[TrendQuery], responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request, level: str, id: str) -> HttpResponse:
        subject, asked = subject_of(request, level, id), read(TrendQuery, request)
        found = reports.trend(*place(subject), business_now(subject.account), asked["days"], **chosen(asked))
        heads = [Head(name) for name in ("day", "complete", *found.metrics)]
        rows = [
            [Cell("", point.day.isoformat()), Cell("", str(point.complete).lower())]
            + [Cell("", point.values[name]) for name in found.metrics]
            for point in found.points
        ]
        return csv_answer(Table("trend", "Trend", heads, rows), subject.name)


def _raw(frame: Frame, name: str, window: str) -> Sequence[Any]:
    """A column's values, None where unknown."""
    values = catalog.column(frame, catalog.resolve(name, window)).tolist()
    return [None if value != value or value == "" else value for value in values]
