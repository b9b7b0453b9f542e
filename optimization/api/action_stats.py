"""What actions came to: proposed, executed, and what they measurably saved and gained."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from metaads.clock import business_now
from metaads.models import AdAccount
from optimization.api.access import account_of
from optimization.api.action_fields import Major
from optimization.api.actions import DEFAULT_DAYS, MOST_DAYS
from optimization.api.params import read
from optimization.outcomes.sums import Sums, action_stats


class StatsAsked(serializers.Serializer[Any]):
    account = serializers.CharField(required=False, help_text="Meta id; without it all that you may see.")
    days = serializers.IntegerField(required=False, default=DEFAULT_DAYS, min_value=1, max_value=MOST_DAYS)


class Saving(serializers.Serializer[Sums]):
    """Sums of one currency, of effects whose interval excludes zero; the rest is `cannot_tell`, with its sum.

    `saved`: by what spends less; `gained`: by all else; losses are contained in both and told apart in `lost`.
    """

    currency = serializers.CharField()
    saved = Major("saved")
    gained = Major("gained")
    lost = Major("lost")
    cannot_tell = Major("cannot_tell")
    sure = serializers.IntegerField(help_text="Actions whose effect excludes zero.")
    unsure = serializers.IntegerField()


class ActionStats(serializers.Serializer[Any]):
    triggered = serializers.IntegerField(help_text="Proposals made in these days.")
    executed = serializers.IntegerField()
    savings = Saving(many=True)


class StatsView(APIView):
    """Proposals, executions and measured savings of the last days."""

    @extend_schema(operation_id="action_stats", parameters=[StatsAsked], responses=ActionStats)
    def get(self, request: Request) -> Response:
        asked = read(StatsAsked, request)
        accounts: QuerySet[AdAccount] = AdAccount.objects.visible_to(request.user).select_related("connection")
        if "account" in asked:
            accounts = accounts.filter(pk=account_of(request, asked["account"]).pk)
        return Response(ActionStats(_told(accounts, timedelta(days=asked["days"]))).data)


def _told(accounts: Iterable[AdAccount], age: timedelta) -> dict[str, Any]:
    """By each connection's own clock: a sandbox's may run ahead. Queries grow with the clocks only."""
    clocks: dict[timedelta, list[AdAccount]] = defaultdict(list)
    for account in accounts:
        clocks[account.connection.clock_offset].append(account)
    found = []
    for group in clocks.values():
        now = business_now(group[0])
        found.append(action_stats([account.pk for account in group], now - age, now + timedelta(seconds=1)))
    return {
        "triggered": sum(one.triggered for one in found),
        "executed": sum(one.executed for one in found),
        "savings": _joined(sums for one in found for sums in one.savings.values()),
    }


def _joined(sums: Iterable[Sums]) -> list[Sums]:
    """One a currency."""
    parts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in sums:
        for name, amount in asdict(one).items():
            if name != "currency":
                parts[one.currency][name] += amount
    return [Sums(currency, **parts[currency]) for currency in sorted(parts)]
