"""Parameters that several endpoints share, read and checked in one place."""

from datetime import date
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from intelligence.metrics import windows
from intelligence.metrics.catalog import resolve
from intelligence.metrics.field import UnknownField
from intelligence.metrics.variants import ATTRIBUTIONS

MOST_METRICS = 30
FIRST_DAY, LAST_DAY = date(2004, 2, 4), date(2099, 12, 31)
"""Facebook's first day, and one that nobody will miss."""


def check_metric(name: str) -> str:
    """A metric of the catalogue, without window. Raises serializers.ValidationError with the nearest names."""
    try:
        resolve(name, windows.TODAY)
    except UnknownField as error:
        raise serializers.ValidationError(str(error)) from error
    return name


class MetricField(serializers.CharField):
    """One metric, without window."""

    def to_internal_value(self, data: Any) -> Any:
        return check_metric(super().to_internal_value(data))


class NamesField(serializers.CharField):
    """Metrics, separated by commas: `spend,roas,cost_per.lead`."""

    def to_internal_value(self, data: Any) -> Any:
        names = [name.strip() for name in super().to_internal_value(data).split(",") if name.strip()]
        if len(names) > MOST_METRICS:
            raise serializers.ValidationError(f"At most {MOST_METRICS} metrics.")
        return tuple(check_metric(name) for name in dict.fromkeys(names))


class DayField(serializers.DateField):
    """A day of Meta's time. Raises ValidationError for others: the neighbours of year 1 and 9999 are no dates."""

    def to_internal_value(self, value: Any) -> Any:
        day = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            raise serializers.ValidationError(f"Choose a day from {FIRST_DAY} to {LAST_DAY}.")
        return day


class Body(serializers.Serializer[Any]):
    """A JSON body. A name that does not exist is refused: a slip must not pass for something left out."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                {name: [f"There is no such field; there are {known}."] for name in unknown}
            )
        return super().to_internal_value(data)


class Counted(serializers.Serializer[Any]):
    """What counts as a conversion."""

    attribution = serializers.ChoiceField(
        ATTRIBUTIONS, required=False, default=None, help_text="Default: Meta's own (7d click, 1d view)."
    )
    include_offline = serializers.BooleanField(
        required=False, default=False, help_text="Count uploaded sales too (true ROAS)."
    )
    metrics = NamesField(required=False, default=None, help_text="Default: the usual ones.")


def days(first: date, last: date) -> tuple[date, date]:
    """Raises ValidationError if the first day is after the last."""
    if first > last:
        raise serializers.ValidationError({"until": f"{last} is before {first}."})
    return first, last


def read(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The checked query parameters. Raises ValidationError, also for a parameter that does not exist."""
    unknown = sorted(set(request.query_params) - set(serializer().fields))
    if unknown:
        known = ", ".join(serializer().fields)
        raise serializers.ValidationError(dict.fromkeys(unknown, f"There is no such parameter; there are {known}."))
    asked = serializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def chosen(asked: dict[str, Any]) -> dict[str, Any]:
    """The options of intelligence.reports."""
    options = {"attribution": asked["attribution"], "include_offline": asked["include_offline"]}
    return options | ({"metrics": asked["metrics"]} if asked.get("metrics") else {})
